package org.streamfanout.lambda.function;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The deployable jar under AWS's runtime interface client, in a process of its own. */
final class FunctionProcess implements AutoCloseable {
  private final Process process;
  private final Path log;

  private FunctionProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts the function with these variables on top of those that Lambda sets. */
  static FunctionProcess start(RuntimeApi api, Path directory, Map<String, String> variables)
      throws IOException {
    return start(api, directory, variables, entry -> false);
  }

  /**
   * Starts the function with a layer.
   *
   * @param layer says which entries of the test's class path are in the layer
   */
  static FunctionProcess start(
      RuntimeApi api, Path directory, Map<String, String> variables, Predicate<Path> layer)
      throws IOException {
    Path jar = Path.of(Objects.requireNonNull(System.getProperty("fanout.function.jar")));
    // Only the client and what it needs: everything else has to be in the jar.
    String runtime =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    layer.test(Path.of(entry))
                        || Stream.of(
                                "aws-lambda-java-runtime-interface-client",
                                "aws-lambda-java-serialization",
                                "utils-lite")
                            .anyMatch(
                                name -> Path.of(entry).getFileName().toString().startsWith(name)))
            .collect(Collectors.joining(File.pathSeparator));
    Path log = directory.resolve("function.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                // As Lambda's managed runtimes start a JVM: it connects org.crac with their hooks.
                "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
                "-cp",
                jar + File.pathSeparator + runtime,
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                FanoutFunction.class.getName() + "::handleRequest"));
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("AWS_LAMBDA_RUNTIME_API", api.address());
    environment.put("AWS_LAMBDA_FUNCTION_NAME", "fanout");
    environment.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
    environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
    environment.put("AWS_REGION", "eu-west-1");
    environment.put("AWS_ACCESS_KEY_ID", "test");
    environment.put("AWS_SECRET_ACCESS_KEY", "test");
    environment.put("LAMBDA_TASK_ROOT", directory.toString());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    FunctionProcess function = new FunctionProcess(process, log);
    process.onExit().thenAccept(ended -> api.ended("exit code " + ended.exitValue()));
    return function;
  }

  /** Returns what the function has written so far. */
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("process " + process.pid() + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
