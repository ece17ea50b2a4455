package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.QUEUE;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.EventText.kafkaOf;
import static org.streamfanout.lambda.EventText.kafkaRecord;
import static org.streamfanout.lambda.EventText.partition;
import static org.streamfanout.lambda.EventText.sns;
import static org.streamfanout.lambda.EventText.sqs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** What the handler answers for queues and topics, to the byte. Bodies that start with b fail. */
@Timeout(60)
final class BatchItemFailuresTest {
  private static final LambdaOptions PARTIAL =
      LambdaOptions.builder().partialResponses(true).build();
  private static final String MSK =
      "\"eventSource\":\"aws:kafka\","
          + "\"eventSourceArn\":\"arn:aws:kafka:us-east-1:123456789012:cluster/c/u-1\"";

  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTargetRegistry targets = new InMemoryTargetRegistry();
  private final FanoutEngine engine =
      FanoutEngine.builder().registry(targets).provider(target).build();

  BatchItemFailuresTest() {
    register("arn:aws:kafka:us-east-1:123456789012:topic/c/u-1/orders");
    register(QUEUE);
    register(QUEUE + ".fifo");
    register(EventText.TOPIC);
    target.always(
        Behaviours.failIf(
            message -> message.body().utf8().startsWith("b"), Failure.fatal("Denied", "no")));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void register(String source) {
    targets.put(
        TargetConfig.builder(Source.of(source), "t", "memory", "anywhere")
            .ordering(Ordering.KEY)
            .build());
  }

  private String handle(LambdaOptions options, byte[] event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    new FanoutRequestHandler(engine, options)
        .handleRequest(
            new ByteArrayInputStream(event), answer, new TestContext(Duration.ofSeconds(30)));
    return answer.toString(StandardCharsets.UTF_8);
  }

  @Test
  void handleRequest_kafka_namesTheFirstOffsetOfEachPartitionThatIsNotSettled() throws IOException {
    byte[] event =
        kafkaOf(
            MSK,
            partition(
                "orders-0",
                kafkaRecord(0, 8, "k", "ok"),
                kafkaRecord(0, 9, "l", "bad"),
                kafkaRecord(0, 10, "l", "bad too")),
            partition("orders-1", kafkaRecord(1, 8, "k", "ok")),
            partition("orders-2", kafkaRecord(2, 5_000_000_000L, "k", "bad")));

    assertThat(handle(PARTIAL, event))
        .isEqualTo(
            """
            {"batchItemFailures":[{"itemIdentifier":{"partition":"orders-0","offset":9}},\
            {"itemIdentifier":{"partition":"orders-2","offset":5000000000}}]}""");
  }

  @Test
  void handleRequest_kafkaAllSettled_namesNothing() throws IOException {
    byte[] event = kafkaOf(MSK, partition("orders-0", kafkaRecord(0, 8, "k", "ok")));

    assertThat(handle(PARTIAL, event)).isEqualTo("{\"batchItemFailures\":[]}");
  }

  @Test
  void handleRequest_standardQueue_namesEachMessageThatIsNotSettled() throws IOException {
    byte[] event =
        event(
            sqs(QUEUE, "m-1", "g", "bad"),
            sqs(QUEUE, "m-2", "h", "ok"),
            sqs(QUEUE, "m-3", null, "bad"));

    assertThat(handle(PARTIAL, event))
        .isEqualTo(
            """
            {"batchItemFailures":[{"itemIdentifier":"m-1"},{"itemIdentifier":"m-3"}]}""");
  }

  @Test
  void handleRequest_oneMessageTwice_isNamedOnce() throws IOException {
    byte[] event = event(sqs(QUEUE, "m-1", null, "bad"), sqs(QUEUE, "m-1", null, "bad"));

    assertThat(handle(PARTIAL, event))
        .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":\"m-1\"}]}");
  }

  @Test
  void handleRequest_fifoQueue_namesWhatFollowsInTheGroupToo() throws IOException {
    String queue = QUEUE + ".fifo";
    target.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("b"), Failure.rejected("Bad", "no")));
    targets.put(
        TargetConfig.builder(Source.of(queue), "t", "memory", "anywhere")
            .ordering(Ordering.NONE)
            .build());
    byte[] event =
        event(
            sqs(queue, "m-1", "g", "ok"),
            sqs(queue, "m-2", "g", "b"),
            sqs(queue, "m-3", "h", "ok"),
            sqs(queue, "m-4", "g", "ok"));

    assertThat(handle(PARTIAL, event))
        .isEqualTo(
            """
            {"batchItemFailures":[{"itemIdentifier":"m-2"},{"itemIdentifier":"m-4"}]}""");
    assertThat(target.bodies("t")).hasSize(3);
  }

  @Test
  void handleRequest_topicAndSomethingUnsettled_throwsWithPartialResponsesToo() throws IOException {
    byte[] event = event(sns("m-1", "ok"), sns("m-2", "bad"));

    assertThatThrownBy(() -> handle(PARTIAL, event))
        .isInstanceOf(UnsettledRecordsException.class)
        .hasMessageContaining("1 of 2 records are not settled");
  }

  @Test
  void handleRequest_topicAndAllSettled_answersNull() throws IOException {
    assertThat(handle(PARTIAL, event(sns("m-1", "ok")))).isEqualTo("null");
  }

  @Test
  void handleRequest_withoutPartialResponses_throws() {
    for (byte[] event :
        new byte[][] {
          kafkaOf(MSK, partition("orders-0", kafkaRecord(0, 8, "k", "bad"))),
          event(sqs(QUEUE, "m-1", null, "bad")),
          event(sns("m-1", "bad"))
        }) {
      assertThatThrownBy(() -> handle(LambdaOptions.DEFAULT, event))
          .isInstanceOf(UnsettledRecordsException.class);
    }
  }

  @Test
  void of_whatHasNoAnswer_isRefused() {
    SourceBatch topic = LambdaEvents.parse(event(sns("m-1", "a"))).get(0);
    SourceBatch unnumbered =
        new SourceBatch(
            Source.of(EventText.STREAM), "s", List.of(FanoutRecord.builder("s:", "").build()));
    SourceBatch unpartitioned =
        new SourceBatch(
            Source.of("kafka://b:9092/t"),
            null,
            List.of(FanoutRecord.builder("t-0:1", "1").build()));

    for (SourceBatch batch : List.of(topic, unnumbered, unpartitioned)) {
      List<Position> all = batch.records().stream().map(FanoutRecord::position).toList();

      assertThatThrownBy(() -> BatchItemFailures.of(List.of(batch), List.of(all)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(batch.source().id());
    }
  }

  @Test
  void of_listsOfDifferentLengths_areRefused() {
    SourceBatch batch = LambdaEvents.parse(event(sqs(QUEUE, "m-1", null, "a"))).get(0);

    assertThatThrownBy(() -> BatchItemFailures.of(List.of(batch), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 batches, and what is unsettled of 0");
  }
}
