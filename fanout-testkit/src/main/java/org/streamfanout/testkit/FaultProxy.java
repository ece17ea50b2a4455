package org.streamfanout.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Stands between an AWS client and a server and fails calls the way AWS does, as a test says.
 *
 * <p>It speaks HTTP/1.1 on 127.0.0.1 and knows the batch calls of SQS, SNS, Kinesis, Firehose,
 * DynamoDB and EventBridge in the protocols that the SDK for Java speaks with each. Faults meet
 * batch calls only, unless {@link #affecting} names others; every other call passes. Thread-safe; a
 * fault goes to one call, in the order in which calls arrive.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Set<String> BATCH_CALLS =
      Set.of(
          "SendMessageBatch",
          "PublishBatch",
          "PutRecords",
          "PutRecordBatch",
          "BatchWriteItem",
          "PutEvents");

  private final URI server;
  private final ServerSocket listener;
  private final ExecutorService threads;
  private final HttpClient client;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Fault> next = new ArrayDeque<>();
  private final List<ProxiedCall> calls = new ArrayList<>();
  private final List<Exception> problems = new ArrayList<>();
  private final Set<Socket> open = new HashSet<>();
  private Fault always = Fault.pass();
  private Set<String> affected = BATCH_CALLS;
  private boolean closed;

  private FaultProxy(URI server) throws IOException {
    this.server = server;
    this.listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "fault-proxy");
              thread.setDaemon(true);
              return thread;
            });
    this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  /**
   * Starts a proxy in front of a server.
   *
   * @param server its URL; the path is the client's
   */
  public static FaultProxy to(URI server) {
    try {
      FaultProxy proxy = new FaultProxy(server);
      proxy.threads.execute(proxy::listen);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("no port of 127.0.0.1 could be opened", e);
    }
  }

  /** Returns the URL for the client. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Sets what happens to the next calls, one each, after those that were set already. */
  public FaultProxy next(Fault... faults) {
    lock.lock();
    try {
      next.addAll(Arrays.asList(faults));
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Sets what happens to every call from now on, unless {@link #next} has something for it. */
  public FaultProxy always(Fault fault) {
    lock.lock();
    try {
      always = fault;
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Sets which actions faults meet, such as {@code Query}; by default every batch write. */
  public FaultProxy affecting(String... actions) {
    lock.lock();
    try {
      affected = Set.of(actions);
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Returns every call that was answered or broken off, in that order. */
  public List<ProxiedCall> calls() {
    lock.lock();
    try {
      return List.copyOf(calls);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the calls of one action. */
  public List<ProxiedCall> calls(String action) {
    return calls().stream().filter(call -> call.action().equals(action)).toList();
  }

  /**
   * Returns what went wrong on either side: a server that is not there, a client that hung up
   * within a call. Resets that a fault asked for are not among them.
   */
  public List<Exception> problems() {
    lock.lock();
    try {
      return List.copyOf(problems);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many calls were answered or broken off.
   *
   * @throws AssertionError if they were not in time
   */
  public void awaitCalls(int count, Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Waiting.until(
          changed, atMost, () -> calls.size() >= count, () -> calls.size() + " calls: " + calls);
    } finally {
      lock.unlock();
    }
  }

  /** Breaks off what is under way and stops. */
  @Override
  public void close() {
    List<Socket> sockets;
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      sockets = List.copyOf(open);
    } finally {
      lock.unlock();
    }
    threads.shutdownNow();
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a socket of the fault proxy did not close", e);
    }
  }

  private void listen() {
    while (true) {
      try {
        Socket socket = listener.accept();
        ProxyConnection connection = new ProxyConnection(this, socket, server, client);
        lock.lock();
        try {
          open.add(socket);
        } finally {
          lock.unlock();
        }
        threads.execute(connection);
      } catch (IOException | RejectedExecutionException e) {
        if (!isClosed()) {
          broken(e);
        }
        return;
      }
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what happens to a call that has arrived. */
  Fault faultFor(String action) {
    lock.lock();
    try {
      if (!affected.contains(action)) {
        return Fault.pass();
      }
      Fault first = next.poll();
      return first != null ? first : always;
    } finally {
      lock.unlock();
    }
  }

  /** Waits, unless the proxy closes. */
  void pause(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = time.toNanos();
      while (left > 0 && !closed) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  void done(ProxiedCall call) {
    lock.lock();
    try {
      calls.add(call);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void broken(Exception problem) {
    lock.lock();
    try {
      if (!closed) {
        problems.add(problem);
      }
    } finally {
      lock.unlock();
    }
  }

  void disconnected(Socket socket) {
    lock.lock();
    try {
      open.remove(socket);
    } finally {
      lock.unlock();
    }
  }
}
