package org.streamfanout.provider.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives Kinesis's documented answers. */
@Timeout(300)
class KinesisSenderTest {
  static {
    // The same requests as JSON, so that the test can read them; CBOR is the default.
    System.setProperty("aws.cborEnabled", "false");
  }

  private static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:111122223333:stream/s");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context =
      new TestContext().set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString());

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(String stream) {
    TargetConfig target =
        TargetConfig.builder(SOURCE, "t", "kinesis", stream)
            .region(stream.startsWith("arn:") ? null : "eu-west-1")
            .build();
    KinesisTargetProvider provider = new KinesisTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static Message message(int number, String key, String body) {
    FanoutRecord record =
        FanoutRecord.builder("shard:" + number, Integer.toString(number))
            .key(key)
            .data(Bytes.utf8(body))
            .build();
    return Message.builder(String.format("%064x", number), List.of(record)).build();
  }

  private static List<Message> messages(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> message(number, "key" + number, "body" + number))
        .toList();
  }

  private static List<Outcome> send(TargetSender sender, List<Message> messages) throws Exception {
    return sender.send(
        new Batch(SOURCE, "shard", messages), Deadline.after(Duration.ofSeconds(30)));
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  private static JsonNode json(Request request) throws Exception {
    return JSON.readTree(request.body());
  }

  private static Response json(int status, ObjectNode body) {
    return Response.of(status, body.toString()).with("Content-Type", "application/x-amz-json-1.1");
  }

  private static Response error(int status, String code, String text) {
    return json(status, JSON.createObjectNode().put("__type", code).put("message", text));
  }

  /** Answers every record; null stands for no error. */
  private void answer(IntFunction<String> codeOf) {
    endpoint.answer(
        request -> {
          ArrayNode results = JSON.createArrayNode();
          int failed = 0;
          for (int index = 0; index < json(request).get("Records").size(); index++) {
            String code = codeOf.apply(index);
            failed += code == null ? 0 : 1;
            results.add(
                code == null
                    ? JSON.createObjectNode()
                        .put("SequenceNumber", "id" + index)
                        .put("ShardId", "s")
                    : JSON.createObjectNode().put("ErrorCode", code).put("ErrorMessage", "text"));
          }
          ObjectNode answer = JSON.createObjectNode().put("FailedRecordCount", failed);
          answer.set("Records", results);
          return json(200, answer);
        });
  }

  @Test
  void send_answerOfAnotherLength_saysNothingAboutAnyRecord() throws Exception {
    for (int length : new int[] {0, 1, 2, 4}) {
      ArrayNode results = JSON.createArrayNode();
      for (int index = 0; index < length; index++) {
        results.add(JSON.createObjectNode().put("SequenceNumber", "id"));
      }
      ObjectNode answer = JSON.createObjectNode().put("FailedRecordCount", 0);
      answer.set("Records", results);
      endpoint.answer(json(200, answer));

      assertThat(send(open("q"), messages(3)))
          .hasSize(3)
          .allSatisfy(
              outcome ->
                  assertThat(failure(outcome))
                      .extracting(Failure::kind, Failure::code)
                      .containsExactly(Kind.RETRYABLE, "Unanswered"));
    }
  }

  @Test
  void send_answerThatCountsMoreFailuresThanItShows_isNotTrusted() throws Exception {
    ObjectNode answer = JSON.createObjectNode().put("FailedRecordCount", 1);
    answer.set(
        "Records", JSON.createArrayNode().add(JSON.createObjectNode().put("SequenceNumber", "id")));
    endpoint.answer(json(200, answer));

    assertThat(failure(send(open("q"), messages(1)).get(0)).code()).isEqualTo("Unanswered");
  }

  @Test
  void send_malformedCallOfSeveral_isHalvedAndOfOneRejected() throws Exception {
    endpoint.answer(error(400, "InvalidArgumentException", "sesame"));
    TargetSender sender = open("q");

    assertThat(send(sender, messages(2)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.TOO_LARGE, Kind.TOO_LARGE);
    assertThat(failure(send(sender, messages(1)).get(0)).kind()).isEqualTo(Kind.REJECTED);
    assertThat(failure(send(sender, messages(1)).get(0)).toString()).doesNotContain("sesame");
  }

  @Test
  void check_saysWhetherTheStreamCanBeReached() {
    TargetSender sender = open("q");
    endpoint.answer(json(200, JSON.createObjectNode()));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.OK));
    assertThat(endpoint.last().header("x-amz-target")).endsWith("DescribeStreamSummary");

    endpoint.answer(error(400, "ResourceNotFoundException", "no"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
  }

  @Test
  void send_request_carriesKeysAndData() throws Exception {
    answer(index -> null);
    FanoutRecord record =
        FanoutRecord.builder("r", "1")
            .key("k\u00e9y")
            .explicitHashKey("340282366920938463463374607431768211455")
            .data(Bytes.copyOf(new byte[] {0, (byte) 0xff, 10}))
            .build();

    List<Outcome> outcomes =
        send(
            open("arn:aws:kinesis:eu-central-1:111122223333:stream/q"),
            List.of(Message.builder("id", List.of(record)).build(), message(1, "k", "")));

    assertThat(outcomes).containsOnly(Outcome.accepted());
    assertThat(endpoint.last().header("x-amz-target")).isEqualTo("Kinesis_20131202.PutRecords");
    assertThat(endpoint.last().header("authorization")).contains("/eu-central-1/kinesis/");
    JsonNode request = json(endpoint.last());
    assertThat(request.get("StreamARN").asText())
        .isEqualTo("arn:aws:kinesis:eu-central-1:111122223333:stream/q");
    assertThat(request.has("StreamName")).isFalse();
    JsonNode first = request.get("Records").get(0);
    assertThat(first.get("PartitionKey").asText()).isEqualTo("k\u00e9y");
    assertThat(first.get("ExplicitHashKey").asText())
        .isEqualTo("340282366920938463463374607431768211455");
    assertThat(first.get("Data").binaryValue()).containsExactly(0, 0xff, 10);
    assertThat(request.get("Records").get(1).has("ExplicitHashKey")).isFalse();
  }

  @Test
  void send_toAName_namesTheStream() throws Exception {
    answer(index -> null);

    send(open("q"), messages(1));

    assertThat(json(endpoint.last()).get("StreamName").asText()).isEqualTo("q");
    assertThat(json(endpoint.last()).has("StreamARN")).isFalse();
  }

  @Test
  void send_keysThatKinesisDoesNotTake_areReplacedByTheirDigest() throws Exception {
    answer(index -> null);
    String longest = "\ud83d\ude00".repeat(256);

    send(
        open("q"),
        List.of(
            message(0, "", "a"),
            message(1, "", "b"),
            message(2, longest, "c"),
            message(3, longest + "x", "d")));

    List<String> keys = new ArrayList<>();
    json(endpoint.last())
        .get("Records")
        .forEach(record -> keys.add(record.get("PartitionKey").asText()));
    assertThat(keys.get(0)).matches("[0-9a-f]{64}").isEqualTo(keys.get(1));
    assertThat(keys.get(2)).isEqualTo(longest);
    assertThat(keys.get(3)).matches("[0-9a-f]{64}").isNotEqualTo(keys.get(0));
  }

  @Test
  void send_illegalHashKeys_areRejectedAndTheOthersKeepTheirPlaces() throws Exception {
    answer(index -> index == 1 ? "InternalFailure" : null);
    List<Message> messages = new ArrayList<>();
    for (String hashKey :
        new String[] {
          "0", "340282366920938463463374607431768211456", null, "-1", "01", "x", "", "7"
        }) {
      FanoutRecord record =
          FanoutRecord.builder("r", "1")
              .key("k")
              .explicitHashKey(hashKey)
              .data(Bytes.utf8("d"))
              .build();
      messages.add(Message.builder("id", List.of(record)).build());
    }

    List<Outcome> outcomes = send(open("q"), messages);

    for (int index : new int[] {1, 3, 4, 5, 6}) {
      assertThat(failure(outcomes.get(index)))
          .extracting(Failure::kind, Failure::code)
          .containsExactly(Kind.REJECTED, "InvalidExplicitHashKey");
    }
    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(failure(outcomes.get(2)).code()).isEqualTo("InternalFailure");
    assertThat(outcomes.get(7)).isEqualTo(Outcome.accepted());
    assertThat(json(endpoint.last()).get("Records")).hasSize(3);
  }

  @Test
  void send_refusedRecords_areToldApart() throws Exception {
    List<String> codes =
        List.of(
            "ProvisionedThroughputExceededException",
            "InternalFailure",
            "KMSThrottlingException",
            "KMSAccessDeniedException");
    answer(codes::get);

    assertThat(send(open("q"), messages(4)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.THROTTLED, Kind.RETRYABLE, Kind.THROTTLED, Kind.FATAL);
  }

  @Test
  void sizeInBytes_isDataAndKeyOnTheWire() throws Exception {
    answer(index -> null);
    TargetSender sender = open("q");
    List<Message> messages =
        List.of(message(0, "k\u00e9y", "b\u00f6dy"), message(1, "", "x"), message(2, "k", ""));

    send(sender, messages);

    JsonNode records = json(endpoint.last()).get("Records");
    for (int index = 0; index < messages.size(); index++) {
      JsonNode record = records.get(index);
      assertThat(sender.sizeInBytes(messages.get(index)))
          .isEqualTo(
              record.get("Data").binaryValue().length
                  + record.get("PartitionKey").asText().getBytes(StandardCharsets.UTF_8).length);
    }
  }

  private Limits limits(ObjectNode summary) throws Exception {
    ObjectNode answer = JSON.createObjectNode();
    answer.set("StreamDescriptionSummary", summary);
    endpoint.answer(json(200, answer));
    return open("s").limits(Deadline.after(Duration.ofSeconds(30)));
  }

  @Test
  void limits_streamThatTells_areItsOwnWithinWhatKinesisDocuments() throws Exception {
    for (int[] toldAndHeld :
        new int[][] {{1_024, 1_024}, {5_000, 5_000}, {1, 1_024}, {99_999, 10_240}}) {
      assertThat(limits(JSON.createObjectNode().put("MaxRecordSizeInKiB", toldAndHeld[0])))
          .isEqualTo(Limits.of(500, 10_485_760, toldAndHeld[1] * 1_024L));
    }
  }

  @Test
  void limits_streamThatDoesNotTell_areTheSafeOnes() throws Exception {
    assertThat(limits(JSON.createObjectNode())).isEqualTo(KinesisTargetProvider.LIMITS);
    endpoint.answer(error(400, "AccessDeniedException", "no"));
    assertThat(open("s").limits(Deadline.after(Duration.ofSeconds(30))))
        .isEqualTo(KinesisTargetProvider.LIMITS);
  }
}
