package org.streamfanout.testservers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** memcached, as a process or in a container, on a free port of 127.0.0.1. Thread-safe. */
public final class MemcachedServer implements AutoCloseable {
  private final RunningServer process;
  private final int port;

  private MemcachedServer(RunningServer process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts an empty server and waits until it listens.
   *
   * @param arguments more of the command line, such as {@code "-I", "4m"}
   * @throws IllegalStateException if memcached is not installed or does not start
   */
  public static MemcachedServer start(String... arguments) {
    return startAt(ServerProcess.freePorts(1, 0).get(0), arguments);
  }

  /** Starts an empty server that takes connections with TLS only. */
  public static MemcachedServer startTls(TlsIdentity identity) {
    return start(
        "-Z", "-o", "ssl_chain_cert=" + identity.certificate() + ",ssl_key=" + identity.key());
  }

  /** Starts an empty server on a port that another one had. */
  public static MemcachedServer startAt(int port, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "memcached",
                "-vv",
                "-l",
                "127.0.0.1",
                "-p",
                Integer.toString(port),
                "-U",
                "0",
                "-t",
                "1"));
    if (System.getProperty("user.name").equals("root")) {
      // memcached refuses to run as root unless it is told to.
      command.addAll(List.of("-u", "root"));
    }
    command.addAll(Arrays.asList(arguments));
    return new MemcachedServer(
        RunningServer.start(ServerImage.MEMCACHED, "server listening", command), port);
  }

  /** Returns the port of 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Stops the server at once; its items are gone. May be called twice. */
  @Override
  public void close() {
    process.close();
  }
}
