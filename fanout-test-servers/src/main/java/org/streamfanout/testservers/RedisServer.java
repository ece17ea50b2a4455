package org.streamfanout.testservers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Redis, as a process or in a container, on a free port of 127.0.0.1, without persistence and
 * without the machine's own configuration. Thread-safe.
 */
public final class RedisServer implements AutoCloseable {
  private static final String READY = "Ready to accept connections";

  private final RunningServer process;
  private final int port;

  private RedisServer(RunningServer process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts an empty server and waits until it listens.
   *
   * @param configuration directives and their values, as in {@code redis.conf}: {@code
   *     "requirepass", "secret"}
   * @throws IllegalStateException if Redis is not installed or does not start
   */
  public static RedisServer start(String... configuration) {
    return start(ServerProcess.freePorts(1, 0).get(0), false, configuration);
  }

  /** Starts an empty server that takes connections with TLS only. */
  public static RedisServer startTls(TlsIdentity identity) {
    return start(
        ServerProcess.freePorts(1, 0).get(0),
        true,
        "tls-cert-file",
        identity.certificate().toString(),
        "tls-key-file",
        identity.key().toString(),
        "tls-auth-clients",
        "no");
  }

  /**
   * Starts an empty server, as a process of this machine in any case, that {@link #faults} can
   * break. What it has acknowledged survives that: each write is on the disk first.
   *
   * @param configuration as for {@link #start}
   */
  public static RedisServer startBreakable(String... configuration) {
    int port = ServerProcess.freePorts(1, 0).get(0);
    List<String> directives =
        new ArrayList<>(List.of("appendonly", "yes", "appendfsync", "always"));
    directives.addAll(Arrays.asList(configuration));
    List<String> command = command(port, false, directives.toArray(String[]::new));
    return new RedisServer(
        ServerProcess.start(
            ServerProcess.newFolder(), Pattern.compile(Pattern.quote(READY)), command, Map.of()),
        port);
  }

  /** Starts a replica of this server. */
  public RedisServer startReplica() {
    return start(
        "replicaof", "127.0.0.1 " + port, "repl-diskless-sync-delay", "0", "repl-timeout", "5");
  }

  static RedisServer start(int port, boolean tls, String... configuration) {
    return new RedisServer(
        RunningServer.start(ServerImage.REDIS, READY, command(port, tls, configuration)), port);
  }

  private static List<String> command(int port, boolean tls, String... configuration) {
    List<String> command = new ArrayList<>();
    command.add("redis-server");
    List<String> directives =
        new ArrayList<>(
            List.of(
                "bind",
                "127.0.0.1",
                "port",
                tls ? "0" : Integer.toString(port),
                "save",
                "",
                "appendonly",
                "no"));
    if (tls) {
      directives.addAll(List.of("tls-port", Integer.toString(port)));
    }
    directives.addAll(Arrays.asList(configuration));
    for (int index = 0; index < directives.size(); index += 2) {
      command.add("--" + directives.get(index));
      command.add(directives.get(index + 1));
    }
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

  /** Stops the server at once; its data are gone. May be called twice. */
  @Override
  public void close() {
    process.close();
  }
}
