package org.streamfanout.testservers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** memcached, as a process or in a container, on a free port of 127.0.0.1. Thread-safe. */
public final class MemcachedServer implements AutoCloseable {
  private static final String READY = "server listening";

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

  /**
   * Starts an empty server, as a process of this machine in any case, that {@link #faults} can
   * break. It is empty again after a kill.
   */
  public static MemcachedServer startBreakable() {
    int port = ServerProcess.freePorts(1, 0).get(0);
    return new MemcachedServer(
        ServerProcess.start(
            ServerProcess.newFolder(),
            Pattern.compile(Pattern.quote(READY)),
            command(port),
            Map.of()),
        port);
  }

  /** Starts an empty server on a port that another one had. */
  public static MemcachedServer startAt(int port, String... arguments) {
    return new MemcachedServer(
        RunningServer.start(ServerImage.MEMCACHED, READY, command(port, arguments)), port);
  }

  private static List<String> command(int port, String... arguments) {
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
    return command;
  }

  /** Returns the port of 127.0.0.1. */
  public int port() {
    return port;
  }

  /** Returns what breaks a server of {@link #startBreakable}. */
  public ServerFaults faults() {
    return process.faults();
  }

  /** Stops the server at once; its items are gone. May be called twice. */
  @Override
  public void close() {
    process.close();
  }
}
