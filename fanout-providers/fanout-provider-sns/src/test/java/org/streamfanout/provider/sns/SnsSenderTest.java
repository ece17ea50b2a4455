package org.streamfanout.provider.sns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
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

/** On the wire, against a stand-in that gives SNS's documented answers. */
@Timeout(300)
class SnsSenderTest {
  private static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:111122223333:stream/s");

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context =
      new TestContext().set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString());

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(String topic) {
    TargetConfig target =
        TargetConfig.builder(SOURCE, "t", "sns", "arn:aws:sns:eu-west-1:111122223333:" + topic)
            .build();
    SnsTargetProvider provider = new SnsTargetProvider();
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

  private static Map<String, String> form(Request request) {
    Map<String, String> form = new HashMap<>();
    for (String pair : request.text().split("&")) {
      String[] parts = pair.split("=", 2);
      form.put(
          URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
          URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return form;
  }

  private static final String ENTRIES = "PublishBatchRequestEntries.member.";

  /** The values of one field, entry by entry. */
  private static List<String> fields(Request request, String name) {
    Map<String, String> form = form(request);
    List<String> fields = new ArrayList<>();
    for (int entry = 1; form.containsKey(ENTRIES + entry + ".Id"); entry++) {
      fields.add(form.get(ENTRIES + entry + "." + name));
    }
    return fields;
  }

  /** Answers in reverse order, so that places say nothing. */
  private void answer(IntFunction<String> failureOf) {
    endpoint.answer(
        request -> {
          StringBuilder successful = new StringBuilder();
          StringBuilder failed = new StringBuilder();
          List<String> ids = new ArrayList<>(fields(request, "Id"));
          Collections.reverse(ids);
          for (String id : ids) {
            String failure = failureOf.apply(Integer.parseInt(id));
            if (failure != null) {
              failed.append("<member><Id>").append(id).append("</Id>").append(failure);
              failed.append("</member>");
            } else {
              successful.append("<member><Id>").append(id).append("</Id>");
              successful.append("<MessageId>m-").append(id).append("</MessageId></member>");
            }
          }
          return published(successful, failed);
        });
  }

  private static Response published(CharSequence successful, CharSequence failed) {
    return Response.of(
        200,
        "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
            + "<PublishBatchResult><Failed>"
            + failed
            + "</Failed><Successful>"
            + successful
            + "</Successful></PublishBatchResult></PublishBatchResponse>");
  }

  private static String refusal(String code, String text, boolean isSendersFault) {
    return "<Code>"
        + code
        + "</Code><Message>"
        + text
        + "</Message><SenderFault>"
        + isSendersFault
        + "</SenderFault>";
  }

  private static Response error(String code, String text) {
    return Response.of(
        400,
        "<ErrorResponse><Error><Type>Sender</Type><Code>"
            + code
            + "</Code><Message>"
            + text
            + "</Message></Error><RequestId>r</RequestId></ErrorResponse>");
  }

  @Test
  void send_request_carriesBodiesUnaltered() throws Exception {
    answer(index -> null);
    String text = "{\"a\":\"\u00e9\u20ac\ud83d\ude00\\u0001\"}\t\r\n";

    List<Outcome> outcomes = send(open("q"), List.of(message(0, "k", text)));

    assertThat(outcomes).containsExactly(Outcome.accepted());
    Map<String, String> form = form(endpoint.last());
    assertThat(form)
        .containsEntry("Action", "PublishBatch")
        .containsEntry("TopicArn", "arn:aws:sns:eu-west-1:111122223333:q")
        .doesNotContainKey(ENTRIES + "1.MessageGroupId");
    assertThat(fields(endpoint.last(), "Message")).containsExactly(text);
    assertThat(endpoint.last().header("authorization")).contains("/eu-west-1/sns/");
  }

  @Test
  void send_toAFifoTopic_groupsByKeyAndNamesTheMessage() throws Exception {
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

    List<String> groups = fields(endpoint.last(), "MessageGroupId");
    List<String> ids = fields(endpoint.last(), "MessageDeduplicationId");
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
    assertThat(fields(endpoint.last(), "Id")).containsExactly("1", "5");
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

    Map<String, String> form = form(endpoint.last());
    long onTheWire = utf8(form.get(ENTRIES + "1.Message"));
    String attributes = ENTRIES + "1.MessageAttributes.entry.";
    assertThat(form).containsKey(attributes + "2.Name");
    for (int attribute = 1; form.containsKey(attributes + attribute + ".Name"); attribute++) {
      onTheWire += utf8(form.get(attributes + attribute + ".Name"));
      onTheWire += utf8(form.get(attributes + attribute + ".Value.DataType"));
      onTheWire += utf8(form.get(attributes + attribute + ".Value.StringValue"));
    }
    assertThat(sender.sizeInBytes(message)).isEqualTo(onTheWire);
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void send_entriesThatTheAnswerForgets_mayHaveBeenTaken() throws Exception {
    endpoint.answer(published("", "<member><Id>7</Id><Code>X</Code></member>"));

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
    List<String> refusals =
        List.of(
            refusal("InvalidParameter", "bad", true),
            refusal("InvalidParameterValue", "Message must be shorter than 1024 bytes", true),
            refusal("InternalError", "sorry", false),
            refusal("Throttled", "slow", true),
            refusal("KMSAccessDenied", "denied", true));
    answer(refusals::get);

    assertThat(send(open("q"), messages(5)))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(Kind.REJECTED, Kind.TOO_LARGE, Kind.RETRYABLE, Kind.THROTTLED, Kind.FATAL);
  }

  @Test
  void send_malformedCallOfSeveral_isHalvedAndOfOneRejected() throws Exception {
    endpoint.answer(error("InvalidParameter", "sesame"));
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
  void check_saysWhetherTheTopicCanBeReached() {
    TargetSender sender = open("q");
    endpoint.answer(
        Response.of(
            200,
            "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes/>"
                + "</GetTopicAttributesResult></GetTopicAttributesResponse>"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.OK));
    assertThat(form(endpoint.last())).containsEntry("Action", "GetTopicAttributes");

    endpoint.answer(error("NotFound", "no"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(30))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
  }

  private Limits limits(String entries) throws Exception {
    endpoint.answer(
        Response.of(
            200,
            "<GetTopicAttributesResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
                + "<GetTopicAttributesResult><Attributes>"
                + entries
                + "</Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"));
    return open("t").limits(Deadline.after(Duration.ofSeconds(30)));
  }

  private static String maximum(String size) {
    return "<entry><key>MaximumMessageSize</key><value>" + size + "</value></entry>";
  }

  @Test
  void limits_topicThatTells_areItsOwnWithinWhatSnsDocuments() throws Exception {
    assertThat(limits(maximum("1048576"))).isEqualTo(Limits.of(10, 1_048_576, 1_048_576));
    assertThat(endpoint.last().text()).contains("Action=GetTopicAttributes");
    assertThat(limits(maximum("2048"))).isEqualTo(Limits.of(10, 2_048, 2_048));
    assertThat(limits(maximum("9999999"))).isEqualTo(Limits.of(10, 1_048_576, 1_048_576));
    assertThat(limits(maximum("1"))).isEqualTo(Limits.of(10, 1_024, 1_024));
  }

  @Test
  void limits_topicThatDoesNotTell_areTheSafeOnes() throws Exception {
    assertThat(limits("")).isEqualTo(SnsTargetProvider.LIMITS);
    endpoint.answer(error("AuthorizationError", "no"));
    assertThat(open("t").limits(Deadline.after(Duration.ofSeconds(30))))
        .isEqualTo(SnsTargetProvider.LIMITS);
  }
}
