package org.streamfanout.testservers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server as a process of its own, in a folder of its own: it may redirect and write what it
 * likes, and neither takes the tests' memory nor ends up in their JVM's threads.
 */
final class ServerProcess implements RunningServer, ServerFaults {
  private static final int LINES_KEPT = 50;
  private static final int PORTS_TRIED = 10;
  private static final int HIGHEST_PORT = 65_535;
  private static final long START_SECONDS = 240;
  private static final long STOP_SECONDS = 10;

  private final Path folder;
  private final List<Pattern> patterns;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Thread atExit = new Thread(this::destroy);
  private volatile Life life;

  /** From a start to its end. */
  private record Life(Process process, CompletableFuture<List<MatchResult>> ready) {}

  private ServerProcess(
      Path folder, List<Pattern> patterns, List<String> command, Map<String, String> environment)
      throws IOException {
    this.folder = folder;
    this.patterns = patterns;
    this.command = command;
    this.environment = environment;
    this.life = begin();
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  private Life begin() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    return new Life(builder.start(), new CompletableFuture<>());
  }

  private void destroy() {
    life.process().destroyForcibly();
  }

  /**
   * Starts a server and waits until it says that it listens. Its input ends when this JVM does.
   *
   * @param folder what the server runs in, from {@link #newFolder}; goes with the server
   * @param ready finds the line that says so; its first group, if it has one, is the port
   * @param environment is added to this JVM's
   * @throws IllegalStateException if it is not installed or does not start
   */
  static ServerProcess start(
      Path folder, Pattern ready, List<String> command, Map<String, String> environment) {
    return start(folder, List.of(ready), command, environment);
  }

  /**
   * Starts a server and waits until it has said several things, in any order.
   *
   * @param ready finds a line each; the first group of the first is the port
   * @throws IllegalStateException if it is not installed or does not start
   */
  static ServerProcess start(
      Path folder, List<Pattern> ready, List<String> command, Map<String, String> environment) {
    try {
      ServerProcess server = new ServerProcess(folder, ready, command, environment);
      server.await();
      return server;
    } catch (IOException e) {
      remove(folder);
      throw notStarted(command, e);
    }
  }

  /** Makes an empty folder for a server. */
  static Path newFolder() {
    try {
      return Files.createTempDirectory("fanout-server");
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary folder could be made", e);
    }
  }

  private static IllegalStateException notStarted(List<String> command, IOException cause) {
    return new IllegalStateException(
        command.get(0) + " did not start; run scripts/verify, which installs it", cause);
  }

  private void await() {
    Deque<String> lines = new ConcurrentLinkedDeque<>();
    Life started = life;
    Thread reader = new Thread(() -> read(started, lines), "output of " + command.get(0));
    reader.setDaemon(true);
    reader.start();
    try {
      started.ready().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IllegalStateException(
          command.get(0) + " did not start; its last lines:\n" + lines, e);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command.get(0) + " started", e);
    }
  }

  /** Reads to the end, so that the process never waits for a reader; keeps the last lines. */
  private void read(Life started, Deque<String> lines) {
    CompletableFuture<List<MatchResult>> ready = started.ready();
    Map<Pattern, MatchResult> found = new HashMap<>();
    try (BufferedReader in = started.process().inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        for (Pattern pattern : patterns) {
          Matcher matcher = pattern.matcher(line);
          if (matcher.find()) {
            found.putIfAbsent(pattern, matcher.toMatchResult());
          }
        }
        if (found.size() == patterns.size()) {
          ready.complete(patterns.stream().map(found::get).toList());
        }
        if (!ready.isDone()) {
          lines.add(line);
          if (lines.size() > LINES_KEPT) {
            lines.remove();
          }
        }
      }
      ready.completeExceptionally(new IllegalStateException("the process has ended"));
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
  }

  /** Returns the URL for clients of a server that has said its port. */
  URI endpoint() {
    return URI.create("http://127.0.0.1:" + said(0));
  }

  /** Returns the first group of what the server said, by its place among the patterns. */
  String said(int index) {
    return life.ready().join().get(index).group(1);
  }

  /**
   * Returns ports of 127.0.0.1 on which nobody listens.
   *
   * @param offset the port that is so much higher is free, too; 0 for no matter
   */
  static List<Integer> freePorts(int count, int offset) {
    List<ServerSocket> held = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    try {
      for (int tries = 0; ports.size() < count; tries++) {
        if (tries == PORTS_TRIED * count) {
          throw new IllegalStateException("no free port of 127.0.0.1 was found");
        }
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        if (offset == 0 || isFree(socket.getLocalPort() + offset)) {
          ports.add(socket.getLocalPort());
        }
      }
      for (ServerSocket socket : held) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException("no port of 127.0.0.1 could be opened", e);
    }
  }

  private static boolean isFree(int port) {
    if (port > HIGHEST_PORT) {
      return false;
    }
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  /** Runs a command to its end and returns what it wrote. */
  static String run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(command + " failed:\n" + output);
      }
      return output;
    } catch (IOException e) {
      throw notStarted(command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command.get(0) + " ran", e);
    }
  }

  @Override
  public ServerFaults faults() {
    return this;
  }

  @Override
  public void freeze() {
    signal("-STOP");
  }

  @Override
  public void thaw() {
    signal("-CONT");
  }

  private void signal(String signal) {
    run(List.of("kill", signal, Long.toString(life.process().pid())));
  }

  @Override
  public void kill() {
    try {
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command.get(0) + " was killed", e);
    }
  }

  private void end() throws InterruptedException {
    Process process = life.process();
    process.destroyForcibly();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("process " + process.pid() + " does not end");
    }
  }

  @Override
  public void restart() {
    if (life.process().isAlive()) {
      throw new IllegalStateException(command.get(0) + " still runs; kill it first");
    }
    try {
      life = begin();
    } catch (IOException e) {
      throw notStarted(command, e);
    }
    await();
  }

  /** Ends the process at once and removes its folder. May be called twice. */
  @Override
  public void close() {
    try {
      end();
      Runtime.getRuntime().removeShutdownHook(atExit);
      remove(folder);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Removes a folder with all that is in it, though somebody else may be about to, too. */
  static void remove(Path folder) {
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              if (e != null) {
                throw e;
              }
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " could not be removed", e);
    }
  }
}
