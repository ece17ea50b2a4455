package org.streamfanout.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a server of any protocol over TCP, on 127.0.0.1, and delays, holds,
 * resets or refuses as a test says. It does not understand what passes; {@link FaultProxy} does for
 * AWS's batch calls. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
  /** What happens to connections. */
  public enum Mode {
    /** Bytes pass both ways. */
    PASS,
    /** What the client sends reaches the server; what the server answers is kept back. */
    HOLD_ANSWERS,
    /** Nothing reaches the server. */
    HOLD_REQUESTS,
    /** What the client sends reaches nobody and resets its connection. */
    RESET_REQUESTS,
    /** What the client sends reaches the server; an answer resets the client's connection. */
    RESET_ANSWERS
  }

  private final InetSocketAddress server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "tcp-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Socket> open = new HashSet<>();
  private final int port;
  private ServerSocket listener;
  private Future<?> accepting = CompletableFuture.completedFuture(null);
  private @Nullable Socket reserved;
  private Mode mode = Mode.PASS;
  private int accepted;
  private int resetRequests;
  private int resetAnswers;
  private long delayNanos;
  private int held;
  private boolean closed;

  private TcpProxy(InetSocketAddress server) throws IOException {
    this.server = server;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
  }

  /** Starts a proxy in front of a port of 127.0.0.1. */
  public static TcpProxy to(int port) {
    try {
      return new TcpProxy(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException error) {
      throw new UncheckedIOException("no port of 127.0.0.1 could be opened", error);
    }
  }

  private ServerSocket listen(int at) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
    accepting = threads.submit(() -> acceptAll(socket));
    return socket;
  }

  /** Returns the port of 127.0.0.1 for the client. */
  public int port() {
    return port;
  }

  /** Sets what happens from now on, on connections that are open, too. */
  public void set(Mode newMode) {
    lock.lock();
    try {
      mode = newMode;
      held = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets how long every piece of an answer waits before it passes, from now on, those that wait
   * already included; zero at first.
   */
  public void delayAnswers(Duration delay) {
    lock.lock();
    try {
      delayNanos = delay.toNanos();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the mode has held bytes back, since it was set. */
  public void awaitHeld() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (held == 0) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many connections were accepted so far. */
  public int connections() {
    lock.lock();
    try {
      return accepted;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many requests {@link Mode#RESET_REQUESTS} has broken off so far. */
  public int resetRequests() {
    lock.lock();
    try {
      return resetRequests;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many answers {@link Mode#RESET_ANSWERS} has broken off so far. */
  public int resetAnswers() {
    lock.lock();
    try {
      return resetAnswers;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Resets every open connection and refuses new ones, until {@link #accept}. One thread at a time
   * may call either.
   */
  public void refuse() {
    lock.lock();
    try {
      if (reserved != null) {
        return;
      }
      closeQuietly(listener);
    } finally {
      lock.unlock();
    }
    awaitQuietly(accepting);
    List<Socket> sockets;
    lock.lock();
    try {
      reserved = reserve();
      sockets = new ArrayList<>(open);
    } catch (IOException error) {
      throw new UncheckedIOException("the port was taken", error);
    } finally {
      lock.unlock();
    }
    sockets.forEach(TcpProxy::reset);
  }

  /** A closed socket still listens as long as a thread is in its accept. */
  private static void awaitQuietly(Future<?> accepting) {
    try {
      accepting.get();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", stopped);
    } catch (ExecutionException broken) {
      throw new IllegalStateException("the proxy accepts no more", broken);
    }
  }

  /** A socket that is bound and does not listen: connections are refused, and nobody else binds. */
  private Socket reserve() throws IOException {
    Socket socket = new Socket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  /** Listens again, on the port that it had. */
  public void accept() {
    lock.lock();
    try {
      Socket unlistened = reserved;
      if (unlistened != null) {
        closeQuietly(unlistened);
        reserved = null;
        listener = listen(port);
      }
    } catch (IOException error) {
      throw new UncheckedIOException("the port was taken", error);
    } finally {
      lock.unlock();
    }
  }

  private void acceptAll(ServerSocket socket) {
    while (true) {
      Socket client;
      try {
        client = socket.accept();
      } catch (IOException refusing) {
        return;
      }
      try {
        Socket upstream = new Socket();
        if (!isOpened(client, upstream, socket)) {
          reset(client);
          return;
        }
        upstream.connect(server);
        // Without it small pieces wait some 40 ms for a delayed acknowledgement.
        client.setTcpNoDelay(true);
        upstream.setTcpNoDelay(true);
        threads.execute(() -> copy(client, upstream, true));
        threads.execute(() -> copy(upstream, client, false));
      } catch (IOException noServer) {
        reset(client);
      }
    }
  }

  /** A thread that waits to accept may get one more connection after its socket was closed. */
  private boolean isOpened(Socket client, Socket upstream, ServerSocket socket) {
    lock.lock();
    try {
      if (socket.isClosed()) {
        return false;
      }
      accepted++;
      open.add(client);
      open.add(upstream);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void copy(Socket from, Socket to, boolean isRequest) {
    byte[] buffer = new byte[16_384];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (!pass(isRequest)) {
          reset(isRequest ? from : to);
          return;
        }
        out.write(buffer, 0, count);
        out.flush();
      }
    } catch (IOException | InterruptedException gone) {
      // One side has ended the connection, or the proxy is closing: the other side's ends with it.
    } finally {
      lock.lock();
      try {
        open.remove(from);
        open.remove(to);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits while bytes are delayed or held; returns false if they end their connection. */
  private boolean pass(boolean isRequest) throws InterruptedException {
    long arrived = System.nanoTime();
    lock.lockInterruptibly();
    try {
      while (!isRequest && !closed && System.nanoTime() - arrived < delayNanos) {
        changed.awaitNanos(delayNanos - (System.nanoTime() - arrived));
      }
      Mode hold = isRequest ? Mode.HOLD_REQUESTS : Mode.HOLD_ANSWERS;
      if (mode == hold) {
        held++;
        changed.signalAll();
      }
      while (mode == hold && !closed) {
        changed.await();
      }
      if (mode == (isRequest ? Mode.RESET_REQUESTS : Mode.RESET_ANSWERS)) {
        resetRequests += isRequest ? 1 : 0;
        resetAnswers += isRequest ? 0 : 1;
        return false;
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private static void reset(Socket socket) {
    try {
      // With a linger time of zero, closing sends RST.
      socket.setSoLinger(true, 0);
    } catch (SocketException alreadyClosed) {
      return;
    }
    closeQuietly(socket);
  }

  private static void closeQuietly(AutoCloseable socket) {
    try {
      socket.close();
    } catch (Exception error) {
      throw new IllegalStateException("a socket of the proxy did not close", error);
    }
  }

  /** Breaks off what is open and stops. */
  @Override
  public void close() {
    List<Socket> sockets;
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      closeQuietly(listener);
      if (reserved != null) {
        closeQuietly(reserved);
      }
      sockets = new ArrayList<>(open);
    } finally {
      lock.unlock();
    }
    sockets.forEach(TcpProxy::reset);
    threads.shutdownNow();
  }
}
