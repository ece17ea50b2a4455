package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.STREAM;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.EventText.kinesis;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

@Timeout(60)
final class FanoutRequestHandlerTest {
  private static final Source SOURCE = Source.of(STREAM);
  private static final Failure DENIED = Failure.fatal("AccessDenied", "no permission to send");
  private static final LambdaOptions PARTIAL =
      LambdaOptions.builder().partialResponses(true).build();

  private final InMemoryTarget target = InMemoryTarget.ofType("memory");
  private final InMemoryTargetRegistry targets = new InMemoryTargetRegistry(row(SOURCE, "t"));
  private final Gate gate = new Gate();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final EmfMetrics metrics =
      new EmfMetrics(
          "fanout", new PrintStream(log, false, StandardCharsets.UTF_8), Clock.systemUTC());
  private final FanoutEngine engine = engine(targets);

  @AfterEach
  void close() {
    gate.open();
    engine.close();
  }

  @Test
  void handleRequest_allSettled_answersNull() throws IOException {
    assertThat(handle(LambdaOptions.DEFAULT, kinesis("1", "a"), kinesis("2", "b")))
        .isEqualTo("null");
    assertThat(target.bodies("t")).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void handleRequest_partialResponsesAndAllSettled_namesNothing() throws IOException {
    assertThat(handle(PARTIAL, kinesis("1", "a"))).isEqualTo("{\"batchItemFailures\":[]}");
  }

  @Test
  void handleRequest_noRecords_answersWithoutLookingForTargets() throws IOException {
    assertThat(handle(LambdaOptions.DEFAULT)).isEqualTo("null");
    assertThat(handle(PARTIAL)).isEqualTo("{\"batchItemFailures\":[]}");
    assertThat(target.sends()).isZero();
  }

  @Test
  void handleRequest_partialResponses_namesTheFirstThatIsNotSettled() throws IOException {
    target.always(Behaviours.failIf(message -> body(message).equals("b"), DENIED));

    assertThat(handle(PARTIAL, kinesis("1", "a"), kinesis("2", "b"), kinesis("3", "c")))
        .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"2\"}]}");
  }

  @Test
  void handleRequest_partialResponsesAndSeveralShards_namesOneEach() throws IOException {
    target.always(Behaviours.failIf(message -> !body(message).equals("ok"), DENIED));

    String answer =
        handle(
            PARTIAL,
            kinesis(STREAM, "shardId-1", "1", "ok"),
            kinesis(STREAM, "shardId-2", "5", "bad"));

    assertThat(answer).isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"5\"}]}");
  }

  @Test
  void handleRequest_somethingUnsettled_throwsWithCountsAndWithoutPayload() {
    target.always(Behaviours.fail(DENIED));

    assertThatThrownBy(() -> handle(LambdaOptions.DEFAULT, kinesis("1", "secret")))
        .isInstanceOf(UnsettledRecordsException.class)
        .hasMessageContaining("1 of 1 records are not settled")
        .hasMessageContaining("target t of " + STREAM + " shardId-000000000006: 1 of 1 held")
        .hasMessageContaining("FATAL/AccessDenied: no permission to send")
        .hasMessageNotContaining("secret")
        .satisfies(e -> assertThat(((UnsettledRecordsException) e).unsettled()).isEqualTo(1));
  }

  @Test
  void handleRequest_oneShardHangs_theOthersAreDelivered() throws IOException {
    targets.put(row(Source.of(STREAM + "2"), "other"));
    target.always(
        sending ->
            (sending.batch().source().equals(SOURCE)
                    ? Behaviours.hang(gate, Behaviours.accept())
                    : Behaviours.accept())
                .send(sending));

    String answer =
        handle(
            PARTIAL,
            Duration.ofSeconds(4),
            kinesis(STREAM, "shardId-1", "1", "hung"),
            kinesis(STREAM + "2", "shardId-1", "2", "free"));

    assertThat(answer).isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"1\"}]}");
    assertThat(target.bodies("other")).containsExactly("free");
  }

  @Test
  void handleRequest_noTargets_throws() {
    byte[] event = event(kinesis(STREAM + "3", "shardId-1", "1", "a"));

    for (LambdaOptions options : List.of(LambdaOptions.DEFAULT, PARTIAL)) {
      assertThatThrownBy(() -> handle(engine, options, Duration.ofSeconds(30), event))
          .isInstanceOf(RegistryException.class);
    }
  }

  @Test
  void handleRequest_targetsCannotBeRead_throws() {
    TargetRegistry broken =
        source -> {
          throw new RegistryException("the table cannot be read");
        };
    try (FanoutEngine unread = engine(broken)) {
      byte[] event = event(kinesis("1", "a"));

      assertThatThrownBy(() -> handle(unread, PARTIAL, Duration.ofSeconds(30), event))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("the table cannot be read");
    }
  }

  @Test
  void handleRequest_anEventThatCannotBeRead_sendsNothing() {
    assertThatThrownBy(
            () ->
                handle(PARTIAL, kinesis("1", "a"), kinesis("2", "b").replace("\"data\"", "\"x\"")))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("record 1");
    assertThat(target.sends()).isZero();
  }

  @Test
  void handleRequest_eachInvocation_writesItsMetrics() throws IOException {
    handle(LambdaOptions.DEFAULT, kinesis("1", "a"), kinesis("2", "b"));

    List<String> lines = log.toString(StandardCharsets.UTF_8).lines().toList();
    ObjectMapper json = new ObjectMapper();
    assertThat(lines).hasSize(3);
    assertThat(json.readTree(lines.get(0)).get("Records").asLong()).isEqualTo(2);
    assertThat(json.readTree(lines.get(2)).get("Accepted").asLong()).isEqualTo(2);
    assertThat(json.readTree(lines.get(2)).get("Held").asLong()).isZero();
  }

  @Test
  void handleRequest_itFails_writesItsMetricsAllTheSame() throws IOException {
    target.always(Behaviours.fail(DENIED));

    assertThatThrownBy(() -> handle(LambdaOptions.DEFAULT, kinesis("1", "a")))
        .isInstanceOf(UnsettledRecordsException.class);

    List<String> lines = log.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(new ObjectMapper().readTree(lines.get(2)).get("Held").asLong()).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(lines.get(2)).has("OldestHeldAge")).isTrue();
  }

  private FanoutEngine engine(TargetRegistry registry) {
    return FanoutEngine.builder()
        .registry(registry)
        .provider(target)
        .retry(
            new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(2)))
        .listener(metrics)
        .build();
  }

  private static TargetConfig row(Source source, String id) {
    return TargetConfig.builder(source, id, "memory", "anywhere").build();
  }

  private static String body(Message message) {
    return message.body().utf8();
  }

  private String handle(LambdaOptions options, String... records) throws IOException {
    return handle(options, Duration.ofSeconds(30), records);
  }

  private String handle(LambdaOptions options, Duration remaining, String... records)
      throws IOException {
    return handle(engine, options, remaining, event(records));
  }

  private String handle(FanoutEngine with, LambdaOptions options, Duration remaining, byte[] event)
      throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    new FanoutRequestHandler(with, options, metrics)
        .handleRequest(new ByteArrayInputStream(event), answer, new TestContext(remaining));
    return answer.toString(StandardCharsets.UTF_8);
  }
}
