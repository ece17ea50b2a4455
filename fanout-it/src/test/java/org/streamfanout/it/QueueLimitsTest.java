package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;

/**
 * An engine and a queue of 1 KiB. A stand-in, since ElasticMQ neither tells nor enforces {@code
 * MaximumMessageSize}.
 */
@Timeout(300)
class QueueLimitsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAXIMUM = 1_024;
  private static final int RECORDS = 100;

  private final RecordingEndpoint endpoint = RecordingEndpoint.start().answer(this::answer);
  private final List<Integer> arrived = new CopyOnWriteArrayList<>();
  private final List<Integer> refused = new CopyOnWriteArrayList<>();
  private final List<String> stored = new CopyOnWriteArrayList<>();
  private final List<String> redeemable = new CopyOnWriteArrayList<>();
  private boolean tells;

  @BeforeAll
  static void setCredentials() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
  }

  @AfterAll
  static void clearCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @AfterEach
  void stop() {
    endpoint.close();
  }

  private Response answer(Request request) throws IOException {
    if (isSend(request)) {
      return take(JSON.readTree(request.body()).path("Entries"));
    }
    if (request.method().equals("PUT")) {
      stored.add(request.path().substring("/bucket/".length()));
      return Response.of(200, "");
    }
    if (!tells) {
      return AwsStandIn.json(
          403, JSON.createObjectNode().put("__type", "AccessDeniedException").put("message", "no"));
    }
    ObjectNode told = JSON.createObjectNode();
    told.putObject("Attributes").put("MaximumMessageSize", Integer.toString(MAXIMUM));
    return AwsStandIn.json(200, told);
  }

  private static boolean isSend(Request request) {
    return "AmazonSQS.SendMessageBatch".equals(request.header("x-amz-target"));
  }

  private Response take(JsonNode entries) throws IOException {
    ObjectNode answer = JSON.createObjectNode();
    for (JsonNode entry : entries) {
      String id = entry.get("Id").asText();
      String body = entry.get("MessageBody").asText();
      int size = body.getBytes(StandardCharsets.UTF_8).length;
      if (size > MAXIMUM) {
        refused.add(size);
        answer
            .withArray("Failed")
            .addObject()
            .put("Id", id)
            .put("SenderFault", true)
            .put("Code", "InvalidParameterValue")
            .put(
                "Message",
                "One or more parameters are invalid. Reason: Message must be shorter than 1024"
                    + " bytes.");
      } else {
        JsonNode read = JSON.readTree(body);
        read.path("Records").forEach(each -> arrived.add(each.get("n").asInt()));
        if (read.isArray()) {
          redeemable.add(read.get(1).get("s3Key").asText());
          assertThat(stored).as("before its pointer comes").contains(redeemable.get(0));
        }
        ObjectNode taken =
            answer
                .withArray("Successful")
                .addObject()
                .put("Id", id)
                .put("MessageId", "m")
                .put("MD5OfMessageBody", AwsStandIn.md5(body));
        if (entry.has("MessageAttributes")) {
          JsonNode attributes = entry.get("MessageAttributes");
          taken.put("MD5OfMessageAttributes", AwsStandIn.md5OfAttributes(attributes));
        }
      }
    }
    return AwsStandIn.json(200, answer);
  }

  private static TargetConfig.Builder row() {
    return TargetConfig.builder(
            Records.KINESIS, "queue", "sqs", "arn:aws:sqs:us-east-1:000000000000:small")
        .collapse("JSON");
  }

  private FanoutEngine engine() {
    return engine(row().build());
  }

  private FanoutEngine engine(TargetConfig row) {
    return FanoutEngine.builder()
        .registry(new InMemoryTargetRegistry(row))
        .setting(ProviderContext.ENDPOINT_URL, endpoint.uri().toString())
        .retry(
            new RetryPolicy(8, Duration.ofSeconds(60), Duration.ofMillis(1), Duration.ofMillis(5)))
        .random(new SplittableRandom(1))
        .build();
  }

  private static void process(FanoutEngine engine, int from) {
    List<FanoutRecord> records =
        IntStream.range(from, from + RECORDS)
            .mapToObj(n -> Records.kinesis(n, "k", "{\"n\":" + n + ",\"t\":\"some text\"}"))
            .toList();
    FanoutResult result =
        engine.process(
            new SourceBatch(Records.KINESIS, Records.SHARD, records),
            Deadline.after(Duration.ofSeconds(120)));
    assertThat(result.targets())
        .singleElement()
        .satisfies(target -> assertThat(target.counts().accepted()).isEqualTo(RECORDS));
  }

  private List<Request> calls(boolean send) {
    List<Request> calls = new ArrayList<>(endpoint.requests());
    calls.removeIf(request -> isSend(request) != send);
    return calls;
  }

  @Test
  void process_queueTellsItsLimit_messagesAreJoinedUpToIt() {
    tells = true;
    try (FanoutEngine engine = engine()) {
      process(engine, 0);
      process(engine, RECORDS);
    }

    assertThat(calls(false)).as("asked once for both").hasSize(1);
    assertThat(calls(true)).as("none refused").hasSize(2);
    assertArrivedOnceEach();
  }

  @Test
  void process_queueMayNotTell_eachRefusalTeachesALowerLimit() {
    try (FanoutEngine engine = engine()) {
      process(engine, 0);
      List<Integer> first = List.copyOf(refused);
      process(engine, RECORDS);

      assertThat(first).as("refused, then in halves").hasSizeGreaterThan(1);
      assertThat(refused.subList(first.size(), refused.size()))
          .as("the second time nothing is tried that was too large the first time")
          .allSatisfy(size -> assertThat(size).isLessThan(Collections.min(first)));
    }

    assertThat(calls(false)).as("a denial is not asked for again").hasSize(1);
    assertArrivedOnceEach();
  }

  @Test
  void process_recordBeyondWhatTheQueueTells_goesByClaimCheckAtOnce() {
    tells = true;
    processLarge(2_000);

    assertThat(refused).isEmpty();
    assertThat(calls(true)).hasSize(1);
  }

  @Test
  void process_recordBeyondAnUntoldLimit_goesByClaimCheckOnceItIsRefused() {
    processLarge(2_000);

    assertThat(refused).as("among others, then alone").hasSize(2);
  }

  /** One record that the queue does not take, among others. */
  private void processLarge(int bytes) {
    TargetConfig row =
        row().collapse("none").oversize(Oversize.CLAIM_CHECK).claimCheck("s3://bucket").build();
    try (FanoutEngine engine = engine(row)) {
      FanoutResult result =
          engine.process(
              new SourceBatch(
                  Records.KINESIS,
                  Records.SHARD,
                  List.of(
                      Records.kinesis(0, "a", "{\"Records\":[{\"n\":0}]}"),
                      Records.kinesis(1, "b", "\"" + "x".repeat(bytes) + "\""),
                      Records.kinesis(2, "c", "{\"Records\":[{\"n\":2}]}"))),
              Deadline.after(Duration.ofSeconds(120)));
      assertThat(result.targets().get(0).counts().accepted()).isEqualTo(3);
    }
    assertThat(arrived).containsExactlyInAnyOrder(0, 2);
    assertThat(redeemable).hasSize(1).isEqualTo(stored);
  }

  private void assertArrivedOnceEach() {
    assertThat(arrived)
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 2 * RECORDS).boxed().toList());
  }
}
