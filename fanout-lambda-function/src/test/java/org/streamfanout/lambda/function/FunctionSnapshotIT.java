package org.streamfanout.lambda.function;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.crac.Core;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The hooks of a snapshot on the whole function, called as Lambda would; no snapshot is taken. */
@Timeout(120)
class FunctionSnapshotIT {
  private static final String QUEUE = "arn:aws:sqs:eu-west-1:123456789012:in";

  private final TargetTable table = new TargetTable();
  @TempDir Path directory;

  @BeforeEach
  void createTable() {
    table.create();
  }

  @AfterEach
  void close() {
    table.close();
  }

  /** Credentials as a test's JVM has them; the function's are Lambda's. */
  private FanoutFunction function() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    Map<String, String> variables = table.variables();
    variables.put("AWS_LAMBDA_FUNCTION_NAME", "fanout");
    variables.put("AWS_REGION", "eu-west-1");
    variables.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
    variables.put("FANOUT_PRIME_SOURCES", QUEUE);
    variables.put("FANOUT_CACHE_TTL", "60m");
    variables.put("FANOUT_METRICS", "false");
    return new FanoutFunction(variables);
  }

  private static String handle(FanoutFunction function, String body) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    String event =
        """
        {"Records":[{"messageId":"%s","body":"%s","eventSource":"aws:sqs","eventSourceARN":"%s"}]}"""
            .formatted(body, body, QUEUE);
    function.handleRequest(
        new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), answer, context());
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static Context context() {
    return (Context)
        Proxy.newProxyInstance(
            Context.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getRemainingTimeInMillis")) {
                return 30_000;
              }
              throw new AssertionError("the handler asks for the time left only");
            });
  }

  @Test
  void afterRestore_targetsReplacedSinceTheSnapshot_areThoseOfNow() throws Exception {
    Path before = directory.resolve("before.jsonl");
    Path after = directory.resolve("after.jsonl");
    table.put(QUEUE, "t", "file", before.toString());
    FanoutFunction function = function();
    try {
      assertThat(handle(function, "one")).isEqualTo("null");
      function.hooks().beforeCheckpoint(Core.getGlobalContext());
      table.put(QUEUE, "t", "file", after.toString());
      function.hooks().afterRestore(Core.getGlobalContext());

      assertThat(handle(function, "two")).isEqualTo("null");
      assertThat(DeliveredFile.texts(before)).containsExactly("one");
      assertThat(DeliveredFile.texts(after)).containsExactly("two");
    } finally {
      function.hooks().beforeCheckpoint(Core.getGlobalContext());
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  @Test
  void beforeCheckpoint_theFunctionsThreads_end() throws Exception {
    table.put(QUEUE, "t", "file", directory.resolve("t.jsonl").toString());
    Set<Thread> before = ownThreads();
    FanoutFunction function = function();
    try {
      handle(function, "one");
      Set<Thread> started = ownThreads();
      started.removeAll(before);

      function.hooks().beforeCheckpoint(Core.getGlobalContext());

      assertThat(started).isNotEmpty();
      for (Thread thread : started) {
        thread.join(60_000);
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    } finally {
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
    }
  }

  private static Set<Thread> ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("fanout-"))
        .collect(Collectors.toSet());
  }
}
