package org.streamfanout.testservers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server that runs on Node.js, as a process of its own. A script that is loaded before it lets it
 * listen on 127.0.0.1 only, says which port that is, and ends it with this JVM.
 */
final class NodeServer implements RunningServer {
  /** The port that servers are told to listen on; they get a free one in its place. */
  static final String ASKED_PORT = "1";

  private static final String LISTENING = "listening " + ASKED_PORT + " ";
  private static final int LINES_KEPT = 50;
  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 10;

  private final Process process;
  private final Path preload;
  private final URI endpoint;

  private NodeServer(Process process, Path preload, URI endpoint) {
    this.process = process;
    this.preload = preload;
    this.endpoint = endpoint;
  }

  /**
   * Starts a script of an npm package and waits until it listens.
   *
   * @param script its path under {@code node_modules}
   * @param environment has {@link #ASKED_PORT} for the port that clients are to use
   * @throws IllegalStateException if the package is not installed or the server does not start
   */
  static NodeServer start(String script, Map<String, String> environment) {
    Path packages = tools().resolve("node_modules");
    Path main = packages.resolve(script);
    if (!Files.isRegularFile(main)) {
      throw new IllegalStateException(main + " is missing; run scripts/verify, which installs it");
    }
    Path preload = copyOfPreload();
    try {
      ProcessBuilder builder =
          new ProcessBuilder("node", "--require", preload.toString(), main.toString())
              .directory(packages.resolve(script.substring(0, script.indexOf('/'))).toFile())
              .redirectErrorStream(true);
      builder.environment().putAll(environment);
      Process process = builder.start();
      return new NodeServer(process, preload, waitForPort(process, main));
    } catch (IOException e) {
      throw new UncheckedIOException("node did not start; is Node.js 20 or later installed?", e);
    }
  }

  /** Returns the folder with what scripts/verify installed. */
  private static Path tools() {
    String root = System.getProperty("fanout.root");
    Path folder = Path.of(root != null ? root : "").toAbsolutePath();
    while (folder != null && !Files.isDirectory(folder.resolve(".mvn"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException(
          "set the system property fanout.root to the folder of the checkout");
    }
    return folder.resolve(".fanout-tools");
  }

  private static Path copyOfPreload() {
    try (InputStream in = NodeServer.class.getResourceAsStream("preload.cjs")) {
      if (in == null) {
        throw new IllegalStateException("preload.cjs is not on the class path");
      }
      Path copy = Files.createTempFile("fanout-preload", ".cjs");
      Files.write(copy, in.readAllBytes());
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary file could be written", e);
    }
  }

  private static URI waitForPort(Process process, Path main) {
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Deque<String> lines = new ArrayDeque<>();
    Thread reader = new Thread(() -> read(process, port, lines), "output of " + main);
    reader.setDaemon(true);
    reader.start();
    try {
      return URI.create("http://127.0.0.1:" + port.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException(main + " did not start; its last lines:\n" + lines, e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + main + " started", e);
    }
  }

  /** Reads to the end, so that the process never waits for a reader; keeps the last lines. */
  private static void read(Process process, CompletableFuture<Integer> port, Deque<String> lines) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith(LISTENING)) {
          port.complete(Integer.valueOf(line.substring(LISTENING.length()).trim()));
        }
        if (!port.isDone()) {
          lines.add(line);
          if (lines.size() > LINES_KEPT) {
            lines.remove();
          }
        }
      }
      port.completeExceptionally(new IllegalStateException("the process has ended"));
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    try {
      // The end of its input ends it at once: see preload.cjs.
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(preload);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "node's input, or " + preload + ", could not be closed and removed", e);
    }
  }
}
