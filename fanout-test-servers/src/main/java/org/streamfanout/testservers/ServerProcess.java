package org.streamfanout.testservers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A server that the machine has installed, as a process of its own, in a folder of its own. */
final class ServerProcess implements RunningServer {
  private static final int LINES_KEPT = 50;
  private static final int PORTS_TRIED = 10;
  private static final int HIGHEST_PORT = 65_535;
  private static final long START_SECONDS = 60;
  private static final long STOP_SECONDS = 10;

  private final Process process;
  private final Path folder;
  private final Thread atExit;

  private ServerProcess(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    this.atExit = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * Starts a server in an empty folder and waits until it says that it listens.
   *
   * @param ready what the line that says so contains
   * @throws IllegalStateException if it is not installed or does not start
   */
  static ServerProcess start(String ready, List<String> command) {
    try {
      Path folder = Files.createTempDirectory("fanout-server");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .start();
      ServerProcess server = new ServerProcess(process, folder);
      server.await(ready, command.get(0));
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(
          command.get(0) + " did not start; run scripts/verify, which installs it", e);
    }
  }

  private void await(String ready, String name) {
    CompletableFuture<Void> listening = new CompletableFuture<>();
    Deque<String> lines = new ArrayDeque<>();
    Thread reader = new Thread(() -> read(ready, listening, lines), "output of " + name);
    reader.setDaemon(true);
    reader.start();
    try {
      listening.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      close();
      throw new IllegalStateException(name + " did not start; its last lines:\n" + lines, e);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " started", e);
    }
  }

  /** Reads to the end, so that the process never waits for a reader; keeps the last lines. */
  private void read(String ready, CompletableFuture<Void> listening, Deque<String> lines) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.contains(ready)) {
          listening.complete(null);
        }
        if (!listening.isDone()) {
          lines.add(line);
          if (lines.size() > LINES_KEPT) {
            lines.remove();
          }
        }
      }
      listening.completeExceptionally(new IllegalStateException("the process has ended"));
    } catch (IOException e) {
      listening.completeExceptionally(e);
    }
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
      throw new IllegalStateException(
          command.get(0) + " did not start; run scripts/verify, which installs it", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + command.get(0) + " ran", e);
    }
  }

  /** Ends the process at once and removes its folder. May be called twice. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " does not end");
      }
      Runtime.getRuntime().removeShutdownHook(atExit);
      removeFolder();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " could not be removed", e);
    }
  }

  private void removeFolder() throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> inside;
    try (Stream<Path> walk = Files.walk(folder)) {
      inside = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : inside) {
      Files.deleteIfExists(path);
    }
  }
}
