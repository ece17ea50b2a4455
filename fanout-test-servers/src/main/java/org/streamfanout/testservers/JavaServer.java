package org.streamfanout.testservers;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server that runs on Java, as a process of its own in a folder of its own: it may redirect what
 * it likes, and neither takes the tests' memory nor ends up in their JVM's threads.
 */
final class JavaServer implements AutoCloseable {
  private static final int LINES_KEPT = 50;
  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 10;

  private final Process process;
  private final Path folder;
  private final Thread atExit;
  private final URI endpoint;

  private JavaServer(Process process, Path folder, Thread atExit, URI endpoint) {
    this.process = process;
    this.folder = folder;
    this.atExit = atExit;
    this.endpoint = endpoint;
  }

  /**
   * Starts a server and waits until it says on which port it listens.
   *
   * @param port finds the port, its first group, in the line that says so
   * @param arguments of the {@code java} command
   * @throws IllegalStateException if it does not start
   */
  static JavaServer start(String name, Pattern port, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.addAll(arguments);
    try {
      Path folder = Files.createTempDirectory("fanout-" + name);
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      Thread atExit = new Thread(process::destroyForcibly);
      Runtime.getRuntime().addShutdownHook(atExit);
      try {
        return new JavaServer(process, folder, atExit, waitForPort(process, name, port));
      } catch (IllegalStateException e) {
        process.destroyForcibly();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(name + " could not be started", e);
    }
  }

  private static URI waitForPort(Process process, String name, Pattern pattern) {
    CompletableFuture<Integer> port = new CompletableFuture<>();
    Deque<String> lines = new ArrayDeque<>();
    Thread reader = new Thread(() -> read(process, pattern, port, lines), "output of " + name);
    reader.setDaemon(true);
    reader.start();
    try {
      return URI.create("http://127.0.0.1:" + port.get(START_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(name + " did not start; its last lines:\n" + lines, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + name + " started", e);
    }
  }

  /** Reads to the end, so that the process never waits for a reader; keeps the last lines. */
  private static void read(
      Process process, Pattern pattern, CompletableFuture<Integer> port, Deque<String> lines) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.find()) {
          port.complete(Integer.valueOf(matcher.group(1)));
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

  /**
   * Returns this JVM's class path, file by file. Surefire hands it over in the manifest of a jar.
   */
  static List<Path> classPath() {
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
    List<Path> paths = new ArrayList<>();
    for (String entry : entries) {
      Path path = Path.of(entry);
      paths.add(path);
      if (entry.endsWith(".jar") && Files.isRegularFile(path)) {
        paths.addAll(namedIn(path));
      }
    }
    return paths;
  }

  private static List<Path> namedIn(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      String named =
          file.getManifest() == null
              ? null
              : file.getManifest().getMainAttributes().getValue("Class-Path");
      return named == null
          ? List.of()
          : Arrays.stream(named.split(" "))
              .filter(entry -> entry.startsWith("file:"))
              .map(entry -> Path.of(URI.create(entry)))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(jar + " cannot be read", e);
    }
  }

  URI endpoint() {
    return endpoint;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(atExit);
    delete();
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " could not be removed", e);
    }
  }
}
