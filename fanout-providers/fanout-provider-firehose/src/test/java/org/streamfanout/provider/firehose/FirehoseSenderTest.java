package org.streamfanout.provider.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives Firehose's documented answers. */
@Timeout(300)
class FirehoseSenderTest {
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
        TargetConfig.builder(SOURCE, "t", "firehose", stream)
            .region(stream.startsWith("arn:") ? null : "eu-west-1")
            .build();
    FirehoseTargetProvider provider = new FirehoseTargetProvider();
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
                    ? JSON.createObjectNode().put("RecordId", "id" + index)
                    : JSON.createObjectNode().put("ErrorCode", code).put("ErrorMessage", "text"));
          }
          ObjectNode answer = JSON.createObjectNode().put("FailedPutCount", failed);
          answer.set("RequestResponses", results);
          return json(200, answer);
        });
  }

  @Test
  void send_answerOfAnotherLength_saysNothingAboutAnyRecord() throws Exception {
    for (int length : new int[] {0, 1, 2, 4}) {
      ArrayNode results = JSON.createArrayNode();
      for (int index = 0; index < length; index++) {
        results.add(JSON.createObjectNode().put("RecordId", "id"));
      }
      ObjectNode answer = JSON.createObjectNode().put("FailedPutCount", 0);
      answer.set("RequestResponses", results);
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
    ObjectNode answer = JSON.createObjectNode().put("FailedPutCount", 1);
    answer.set(
        "RequestResponses",
        JSON.createArrayNode().add(JSON.createObjectNode().put("RecordId", "id")));
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
    assertThat(endpoint.last().header("x-amz-target")).endsWith("DescribeDeliveryStream");

    endpoint.answer(error(400, "ResourceNotFoundException", "no"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
  }

  @Test
  void send_request_carriesData() throws Exception {
    answer(index -> null);
    FanoutRecord record =
        FanoutRecord.builder("r", "1")
            .key("k")
            .data(Bytes.wrap(new byte[] {9, 0, (byte) 0xff, 10, 9}, 1, 3))
            .build();

    List<Outcome> outcomes =
        send(
            open("arn:aws:firehose:eu-central-1:111122223333:deliverystream/q"),
            List.of(Message.builder("id", List.of(record)).build()));

    assertThat(outcomes).containsExactly(Outcome.accepted());
    assertThat(endpoint.last().header("x-amz-target"))
        .isEqualTo("Firehose_20150804.PutRecordBatch");
    assertThat(endpoint.last().header("authorization")).contains("/eu-central-1/firehose/");
    JsonNode request = json(endpoint.last());
    assertThat(request.get("DeliveryStreamName").asText()).isEqualTo("q");
    assertThat(request.get("Records").get(0).get("Data").binaryValue())
        .containsExactly(0, 0xff, 10);
  }

  @Test
  void send_refusedRecords_areToldApart() throws Exception {
    List<String> codes = List.of("ServiceUnavailableException", "InternalFailure", "KMSDisabled");
    answer(codes::get);

    assertThat(send(open("q"), messages(3)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.THROTTLED, Kind.RETRYABLE, Kind.FATAL);
  }

  @Test
  void send_streamOverItsThroughput_isThrottled() throws Exception {
    endpoint.answer(
        error(500, "ServiceUnavailableException", "Slow down").with("Retry-After", "2"));

    assertThat(send(open("q"), messages(2)))
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThat(failure(outcome))
                    .extracting(Failure::kind, Failure::retryAfter)
                    .containsExactly(Kind.THROTTLED, Duration.ofSeconds(2)));
  }

  @Test
  void sizeInBytes_isTheDataOnTheWire() throws Exception {
    answer(index -> null);
    TargetSender sender = open("q");
    List<Message> messages = List.of(message(0, "k", "b\u00f6dy"), message(1, "k", ""));

    send(sender, messages);

    JsonNode records = json(endpoint.last()).get("Records");
    for (int index = 0; index < messages.size(); index++) {
      assertThat(sender.sizeInBytes(messages.get(index)))
          .isEqualTo(records.get(index).get("Data").binaryValue().length);
    }
  }

  @Test
  void send_changesOfATable_areOneLineEachAndCountedAsSuch() throws Exception {
    answer(index -> null);
    TargetSender sender = openFlattening(Map.of("flatten", "S,N"));
    Message insert = change(Records.dynamoDb(1, TableChange.Type.INSERT, "a"));
    Message withoutImage =
        change(
            Records.dynamoDb(
                2, "b", new TableChange(TableChange.Type.MODIFY, Map.of(), null, null)));
    Message transformed =
        change(Records.dynamoDb(3, TableChange.Type.INSERT, "c").withData(Bytes.utf8("redacted")));

    List<Outcome> outcomes = send(sender, List.of(withoutImage, insert, transformed));

    assertThat(failure(outcomes.get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NoNewImage");
    assertThat(outcomes.subList(1, 3)).containsOnly(Outcome.accepted());
    JsonNode records = json(endpoint.last()).get("Records");
    assertThat(records).hasSize(2);
    String line = new String(records.get(0).get("Data").binaryValue(), StandardCharsets.UTF_8);
    assertThat(JSON.readTree(line)).isEqualTo(JSON.createObjectNode().put("id", "a").put("n", "1"));
    assertThat(line).endsWith("\n");
    assertThat(sender.sizeInBytes(insert)).isEqualTo(line.length());
    assertThat(records.get(1).get("Data").binaryValue()).asString().isEqualTo("redacted");
  }

  @Test
  void wants_removals_onlyWhereTheyAreKept() {
    FanoutRecord removal = Records.dynamoDb(1, TableChange.Type.REMOVE, "a");

    assertThat(openFlattening(Map.of()).wants(removal)).isTrue();
    assertThat(openFlattening(Map.of("flatten", "S")).wants(removal)).isFalse();
    assertThat(openFlattening(Map.of("flatten", "S", "removes", "keep")).wants(removal)).isTrue();
  }

  private TargetSender openFlattening(Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(Records.DYNAMODB, "t", "firehose", "stream")
            .region("eu-west-1")
            .options(options)
            .build();
    FirehoseTargetProvider provider = new FirehoseTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  /** As the engine makes it: the body is what the change was converted to, and never asked for. */
  private static Message change(FanoutRecord record) {
    Bytes data = record.data();
    return Message.builder("id", List.of(record))
        .body(
            999,
            () -> {
              assertThat(record.change()).as("a change is not sent as converted").isNull();
              return Objects.requireNonNull(data);
            })
        .build();
  }
}
