package org.streamfanout.provider.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
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

/** On the wire, against a stand-in that gives SQS's documented answers. */
@Timeout(300)
class SqsSenderTest {
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

  private TargetSender open(String queue) {
    TargetConfig target =
        TargetConfig.builder(SOURCE, "t", "sqs", "arn:aws:sqs:eu-west-1:111122223333:" + queue)
            .build();
    SqsTargetProvider provider = new SqsTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static Message message(int number, String key, byte[] body) {
    FanoutRecord record =
        FanoutRecord.builder("shard:" + number, Integer.toString(number))
            .key(key)
            .data(Bytes.wrap(body))
            .build();
    return Message.builder(String.format("%064x", number), List.of(record)).build();
  }

  private static Message message(int number, String key, String body) {
    return message(number, key, body.getBytes(StandardCharsets.UTF_8));
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

  private static String md5(String text) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Answers in reverse order, so that places say nothing. */
  private void answer(IntFunction<ObjectNode> failureOf) {
    endpoint.answer(
        request -> {
          ArrayNode successful = JSON.createArrayNode();
          ArrayNode failed = JSON.createArrayNode();
          List<JsonNode> entries = new ArrayList<>();
          json(request).get("Entries").forEach(entries::add);
          Collections.reverse(entries);
          for (JsonNode entry : entries) {
            String id = entry.get("Id").asText();
            ObjectNode failure = failureOf.apply(Integer.parseInt(id));
            if (failure != null) {
              failed.add(failure.put("Id", id));
            } else {
              successful.add(
                  JSON.createObjectNode()
                      .put("Id", id)
                      .put("MessageId", "m-" + id)
                      .put("MD5OfMessageBody", md5(entry.get("MessageBody").asText())));
            }
          }
          ObjectNode answer = JSON.createObjectNode();
          answer.set("Successful", successful);
          answer.set("Failed", failed);
          return Response.of(200, answer.toString())
              .with("Content-Type", "application/x-amz-json-1.0");
        });
  }

  private static ObjectNode refusal(String code, String text, boolean isSendersFault) {
    return JSON.createObjectNode()
        .put("Code", code)
        .put("Message", text)
        .put("SenderFault", isSendersFault);
  }

  private static Response error(String code, String text) {
    return Response.of(
            400,
            JSON.createObjectNode()
                .put("__type", "com.amazonaws.sqs#" + code)
                .put("message", text)
                .toString())
        .with("Content-Type", "application/x-amz-json-1.0");
  }

  @Test
  void send_request_carriesBodiesUnaltered() throws Exception {
    answer(index -> null);
    String text = "{\"a\":\"\u00e9\u20ac\ud83d\ude00\\u0001\"}\t\r\n";

    List<Outcome> outcomes = send(open("q"), List.of(message(0, "k", text)));

    assertThat(outcomes).containsExactly(Outcome.accepted());
    assertThat(endpoint.last().header("x-amz-target")).isEqualTo("AmazonSQS.SendMessageBatch");
    JsonNode request = json(endpoint.last());
    assertThat(request.get("QueueUrl").asText()).isEqualTo(endpoint.uri() + "/111122223333/q");
    assertThat(request.get("Entries").get(0).get("MessageBody").asText()).isEqualTo(text);
    assertThat(request.get("Entries").get(0).has("MessageGroupId")).isFalse();
    assertThat(endpoint.last().header("authorization")).contains("/eu-west-1/sqs/");
  }

  @Test
  void send_toAFifoQueue_groupsByKeyAndNamesTheMessage() throws Exception {
    answer(index -> null);
    List<Message> messages =
        List.of(
            message(0, "plain-key", "a"),
            message(1, "", "b"),
            message(2, "with space", "c"),
            message(3, "k".repeat(129), "d"),
            message(4, "k".repeat(128), "e"),
            message(5, "\u00e9", "f"));

    send(open("q.fifo"), messages);

    List<String> groups = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (JsonNode entry : json(endpoint.last()).get("Entries")) {
      groups.add(entry.get("MessageGroupId").asText());
      ids.add(entry.get("MessageDeduplicationId").asText());
    }
    assertThat(ids).containsExactlyElementsOf(messages.stream().map(Message::id).toList());
    assertThat(groups.get(0)).isEqualTo("plain-key");
    assertThat(groups.get(1))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(groups.get(4)).isEqualTo("k".repeat(128));
    assertThat(List.of(groups.get(2), groups.get(3), groups.get(5)))
        .doesNotHaveDuplicates()
        .allSatisfy(group -> assertThat(group).matches("[0-9a-f]{64}"));
  }

  @Test
  void send_bodiesThatAreNoText_areRejectedAndTheOthersSent() throws Exception {
    answer(index -> null);
    List<Message> messages =
        List.of(
            message(0, "k", new byte[] {(byte) 0xff}),
            message(1, "k", "good"),
            message(2, "k", "\u0000"),
            message(3, "k", ""),
            message(4, "k", "\uffff"),
            message(5, "k", "good too"));

    List<Outcome> outcomes = send(open("q"), messages);

    for (int index : new int[] {0, 2, 4}) {
      assertThat(failure(outcomes.get(index)).code()).isEqualTo("NotText");
      assertThat(failure(outcomes.get(index)).kind()).isEqualTo(Kind.REJECTED);
    }
    assertThat(failure(outcomes.get(3)).code()).isEqualTo("EmptyBody");
    assertThat(outcomes.get(1)).isEqualTo(Outcome.accepted());
    assertThat(outcomes.get(5)).isEqualTo(Outcome.accepted());
    assertThat(json(endpoint.last()).get("Entries")).hasSize(2);
  }

  @Test
  void send_nothingButBadBodies_makesNoCall() throws Exception {
    List<Outcome> outcomes = send(open("q"), List.of(message(0, "k", "")));

    assertThat(failure(outcomes.get(0)).kind()).isEqualTo(Kind.REJECTED);
    assertThat(endpoint.requests()).isEmpty();
  }

  @Test
  void sizeInBytes_isWhatTheWireCarriesOfBodyAndAttributes() throws Exception {
    answer(index -> null);
    TargetSender sender = open("q");
    FanoutRecord record =
        FanoutRecord.builder("r", "1").key("k").data(Bytes.utf8("b\u00f6dy \ud83d\ude00")).build();
    Message message =
        Message.builder("id", List.of(record))
            .attributes(Map.of("n\u00e4me", "v\u00e4lue", "b", "2"))
            .build();
    endpoint.answer(request -> error("InternalError", "only the request matters here"));

    send(sender, List.of(message));

    JsonNode entry = json(endpoint.last()).get("Entries").get(0);
    long onTheWire = utf8(entry.get("MessageBody").asText());
    for (Map.Entry<String, JsonNode> attribute : entry.get("MessageAttributes").properties()) {
      onTheWire += utf8(attribute.getKey());
      onTheWire += utf8(attribute.getValue().get("DataType").asText());
      onTheWire += utf8(attribute.getValue().get("StringValue").asText());
    }
    assertThat(sender.sizeInBytes(message)).isEqualTo(onTheWire);
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void send_entriesThatTheAnswerForgets_mayHaveBeenTaken() throws Exception {
    endpoint.answer(
        request ->
            Response.of(200, "{\"Successful\":[],\"Failed\":[{\"Id\":\"7\",\"Code\":\"X\"}]}")
                .with("Content-Type", "application/x-amz-json-1.0"));

    List<Outcome> outcomes = send(open("q"), messages(2));

    assertThat(outcomes)
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThat(failure(outcome))
                    .extracting(Failure::kind, Failure::code)
                    .containsExactly(Kind.RETRYABLE, "Unanswered"));
  }

  @Test
  void send_refusedEntries_areToldApart() throws Exception {
    List<ObjectNode> refusals =
        List.of(
            refusal("InvalidMessageContents", "bad", true),
            refusal("InvalidParameterValue", "Message must be shorter than 1024 bytes", true),
            refusal("InternalError", "sorry", false),
            refusal("RequestThrottled", "slow", true),
            refusal("KmsAccessDenied", "denied", true));
    answer(refusals::get);

    assertThat(send(open("q"), messages(5)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.REJECTED, Kind.TOO_LARGE, Kind.RETRYABLE, Kind.THROTTLED, Kind.FATAL);
  }

  @Test
  void send_malformedCallOfSeveral_isHalvedAndOfOneRejected() throws Exception {
    endpoint.answer(error("InvalidMessageContents", "sesame"));
    TargetSender sender = open("q");

    assertThat(send(sender, messages(2)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.TOO_LARGE, Kind.TOO_LARGE);
    assertThat(send(sender, messages(1)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.REJECTED);
    assertThat(failure(send(sender, messages(1)).get(0)).toString()).doesNotContain("sesame");
  }

  @Test
  void check_saysWhetherTheQueueCanBeReached() {
    TargetSender sender = open("q");
    endpoint.answer(
        Response.of(200, "{\"Attributes\":{\"QueueArn\":\"a\"}}")
            .with("Content-Type", "application/x-amz-json-1.0"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.OK));
    assertThat(endpoint.last().header("x-amz-target")).isEqualTo("AmazonSQS.GetQueueAttributes");

    endpoint.answer(error("QueueDoesNotExist", "no"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.subject()).isEqualTo("t");
            });
  }

  private Limits limits(String attributes) throws Exception {
    endpoint.answer(
        Response.of(200, "{\"Attributes\":{" + attributes + "}}")
            .with("Content-Type", "application/x-amz-json-1.0"));
    return open("q").limits(Deadline.after(Duration.ofSeconds(30)));
  }

  @Test
  void limits_queueThatTells_areItsOwnWithinWhatSqsDocuments() throws Exception {
    assertThat(limits("\"MaximumMessageSize\":\"1048576\""))
        .isEqualTo(Limits.of(10, 1_048_576, 1_048_576));
    assertThat(json(endpoint.last()).get("AttributeNames").toString())
        .isEqualTo("[\"MaximumMessageSize\"]");
    assertThat(limits("\"MaximumMessageSize\":\"1024\"")).isEqualTo(Limits.of(10, 262_144, 1_024));
    assertThat(limits("\"MaximumMessageSize\":\"9999999\""))
        .isEqualTo(Limits.of(10, 1_048_576, 1_048_576));
    assertThat(limits("\"MaximumMessageSize\":\"1\"")).isEqualTo(Limits.of(10, 262_144, 1_024));
  }

  @Test
  void limits_queueThatDoesNotTell_areTheSafeOnes() throws Exception {
    assertThat(limits("")).isEqualTo(SqsTargetProvider.LIMITS);
    endpoint.answer(error("AccessDeniedException", "no"));
    assertThat(open("q").limits(Deadline.after(Duration.ofSeconds(30))))
        .isEqualTo(SqsTargetProvider.LIMITS);
  }
}
