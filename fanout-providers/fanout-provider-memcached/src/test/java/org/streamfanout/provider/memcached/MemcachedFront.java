package org.streamfanout.provider.memcached;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in in front of a real memcached: answers {@code config get cluster} as ElastiCache does,
 * and refuses writes as a server does that is full or broken. Everything else is the server's.
 */
final class MemcachedFront implements AutoCloseable {
  private final int serverPort;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger discoveries = new AtomicInteger();
  private volatile Set<String> refusedKeys = Set.of();
  private volatile @Nullable String refusal;
  private volatile String cluster = "";

  MemcachedFront(int serverPort) {
    this.serverPort = serverPort;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Answers every write with an error, from now on; null for none. */
  void refuse(@Nullable String error) {
    refusal = error;
  }

  /** Answers writes of these keys with an error, from now on. */
  void refuseKeys(Set<String> newKeys) {
    refusedKeys = Set.copyOf(newKeys);
  }

  /** Answers {@code config get cluster} with these nodes, each {@code host|address|port}. */
  void answerCluster(List<String> nodes) {
    String body = "1\n" + nodes.stream().collect(Collectors.joining(" ")) + "\n";
    cluster = "CONFIG cluster 0 " + body.length() + "\r\n" + body + "\r\nEND\r\n";
  }

  /** Returns how many sets and deletes have come. */
  int writes() {
    return writes.get();
  }

  /** Returns how often the nodes were asked for. */
  int discoveries() {
    return discoveries.get();
  }

  /** Returns the keys of all sets that were passed on. */
  Set<String> keys() {
    return keys;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        sockets.add(client);
        threads.execute(() -> serve(client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      sockets.add(server);
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(client.getInputStream(), 1 << 16);
      InputStream answers = new BufferedInputStream(server.getInputStream());
      OutputStream out = client.getOutputStream();
      while (true) {
        String line = readLine(in);
        if (line.equals("config get cluster\r\n")) {
          discoveries.incrementAndGet();
          write(out, cluster);
          continue;
        }
        String[] words = line.strip().split(" ");
        boolean isSet = words[0].equals("set");
        byte[] data = isSet ? in.readNBytes(Integer.parseInt(words[4]) + 2) : new byte[0];
        if (isSet || words[0].equals("delete")) {
          writes.incrementAndGet();
          String error =
              refusedKeys.contains(words[1])
                  ? "SERVER_ERROR out of memory storing object"
                  : refusal;
          if (error != null) {
            write(out, error + "\r\n");
            continue;
          }
          if (isSet) {
            keys.add(words[1]);
          }
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(line.getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(data);
        server.getOutputStream().write(request.toByteArray());
        String answer = readLine(answers);
        StringBuilder whole = new StringBuilder(answer);
        while (answer.startsWith("STAT ")) {
          answer = readLine(answers);
          whole.append(answer);
        }
        writeIfThere(out, whole.toString());
      }
    } catch (IOException over) {
      // One side has ended the connection.
    }
  }

  private static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int each;
    do {
      each = in.read();
      if (each < 0) {
        throw new EOFException();
      }
      line.write(each);
    } while (each != '\n');
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** What has come takes effect, also if nobody waits for the answer any more. */
  private static void writeIfThere(OutputStream out, String text) {
    try {
      write(out, text);
    } catch (IOException gone) {
      // The next read says so, too, once what has come is read.
    }
  }

  /** Asks a server for the value of a key, without a client library. */
  static @Nullable byte[] get(int port, String key) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      write(socket.getOutputStream(), "get " + key + "\r\n");
      InputStream in = new BufferedInputStream(socket.getInputStream());
      String line = readLine(in);
      return line.startsWith("VALUE ")
          ? in.readNBytes(Integer.parseInt(line.strip().split(" ")[3]))
          : null;
    }
  }

  /** Asks a server a question with an answer of one line. */
  static String ask(int port, String question) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      write(socket.getOutputStream(), question + "\r\n");
      return readLine(new BufferedInputStream(socket.getInputStream())).strip();
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.shutdownNow();
  }
}
