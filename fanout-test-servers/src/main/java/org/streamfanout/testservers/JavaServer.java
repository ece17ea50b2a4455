package org.streamfanout.testservers;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

/** Starts servers that run on Java, with the Java of this JVM. */
final class JavaServer {
  private JavaServer() {}

  /**
   * Starts a server and waits until it says on which port it listens.
   *
   * @param port finds the port, its first group, in the line that says so
   * @param arguments of the {@code java} command
   * @throws IllegalStateException if it does not start
   */
  static ServerProcess start(Pattern port, List<String> arguments) {
    Path folder = ServerProcess.newFolder();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    // A process that is killed does not clear up after itself.
    command.add("-Djava.io.tmpdir=" + folder);
    command.addAll(arguments);
    return ServerProcess.start(folder, port, command, Map.of());
  }

  /**
   * Starts a class of this module on this JVM's class path, and waits until it says on which port
   * it listens.
   *
   * @param listening what it prints before the port
   * @param arguments of its {@code main}
   * @throws IllegalStateException if it does not start
   */
  static ServerProcess start(Class<?> main, String listening, List<String> arguments) {
    List<String> all = new ArrayList<>();
    all.add("-cp");
    all.add(classPath().stream().map(Path::toString).collect(joining(File.pathSeparator)));
    all.add(main.getName());
    all.addAll(arguments);
    return start(Pattern.compile(Pattern.quote(listening) + "(\\d+)"), all);
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
}
