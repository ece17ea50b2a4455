package org.streamfanout.provider.eventbridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives EventBridge's documented answers. */
@Timeout(300)
class EventBridgeSenderTest {
  private static final String ARN = "arn:aws:events:eu-west-1:111122223333:event-bus/orders";

  private final BusStandIn bus = new BusStandIn();
  private final TestContext context =
      new TestContext().set(ProviderContext.ENDPOINT_URL, bus.uri().toString());

  @AfterEach
  void close() {
    context.close();
    bus.close();
  }

  private TargetSender open(Source source, Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(source, "t", "eventbridge", ARN).options(options).build();
    EventBridgeTargetProvider provider = new EventBridgeTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Outcome> send(TargetSender sender, FanoutRecord... records) throws Exception {
    return sender.send(Messages.batch(records), Deadline.after(Duration.ofSeconds(60)));
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  private static FanoutRecord record(int number) {
    return Records.kinesis(number, "key-" + number, "{\"n\":" + number + "}");
  }

  @Test
  void send_record_becomesAnEventWithItsDetailAsWritten() throws Exception {
    String json = "{ \"a\":1.50,\t\"a\":\"\u00e9\u20ac\ud83d\ude00\\ud800\" }\n";

    assertThat(send(open(Records.KINESIS, Map.of()), Records.kinesis(1, "k", json)))
        .containsExactly(Outcome.accepted());

    JsonNode event = bus.events().get(0);
    assertThat(event.get("Detail").asText()).isEqualTo(json);
    assertThat(event.get("EventBusName").asText()).isEqualTo(ARN);
    assertThat(event.get("Source").asText()).isEqualTo("fanout");
    assertThat(event.get("DetailType").asText()).isEqualTo("record");
    assertThat(event.get("Time").decimalValue()).isEqualByComparingTo("1767225600.001");
    assertThat(event.get("Resources")).hasSize(1);
    assertThat(event.get("Resources").get(0).asText()).isEqualTo(Records.KINESIS.id());
    assertThat(event.has("TraceHeader")).isFalse();
    assertThat(bus.endpoint().last().header("authorization")).contains("/eu-west-1/events/");
  }

  @Test
  void send_messageWithTraceContext_hasItInXRaysForm() throws Exception {
    Message traced =
        Message.builder("m", List.of(record(1)))
            .attributes(
                Map.of("traceparent", "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"))
            .build();

    assertThat(
            open(Records.KINESIS, Map.of())
                .send(Messages.batch(List.of(traced)), Deadline.after(Duration.ofSeconds(30))))
        .containsExactly(Outcome.accepted());

    assertThat(bus.events().get(0).get("TraceHeader").asText())
        .isEqualTo("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1");
  }

  @Test
  void send_recordOfATopicWithoutArrival_hasNeitherResourceNorTime() throws Exception {
    FanoutRecord record =
        FanoutRecord.builder("orders-0:1", "1").key("k").data(Bytes.utf8("{}")).build();

    assertThat(send(open(Records.KAFKA, Map.of("source", "com.example.orders")), record))
        .containsExactly(Outcome.accepted());

    JsonNode event = bus.events().get(0);
    assertThat(event.get("Source").asText()).isEqualTo("com.example.orders");
    assertThat(event.has("Time")).isFalse();
    assertThat(event.path("Resources")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {field:type}       | {"type":"created","x":{"type":"inner"}} | created
          {field:type}       | {"type":{"a":1},"type":"last"}          | last
          order {field:type} | {"type":7.10}                           | order 7.10
          {field:type}       | {"type":true}                           | true
          {key}              | {}                                      | k
          """)
  void send_detailType_isMadeOfTheRecord(String template, String json, String type)
      throws Exception {
    TargetSender sender = open(Records.KINESIS, Map.of("detailType", template));
    FanoutRecord record = Records.kinesis(0, "k", json);

    assertThat(send(sender, record)).containsExactly(Outcome.accepted());

    JsonNode event = bus.events().get(0);
    assertThat(event.get("DetailType").asText()).isEqualTo(type);
    assertThat(sender.sizeInBytes(Messages.of(record)))
        .isGreaterThanOrEqualTo(BusStandIn.size(event));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"type\":null}",
        "{\"type\":[\"a\"]}",
        "{\"type\":\"\"}",
        "{\"type\":\"created\",\"type\":null}"
      })
  void send_recordWithoutADetailType_isRejectedAlone(String json) throws Exception {
    TargetSender sender = open(Records.KINESIS, Map.of("detailType", "{field:type}"));

    List<Outcome> outcomes =
        send(
            sender,
            Records.kinesis(0, "k", json),
            Records.kinesis(1, "k", "{\"type\":\"" + "t".repeat(128) + "\"}"),
            Records.kinesis(2, "k", "{\"type\":\"" + "t".repeat(129) + "\"}"));

    assertThat(outcomes.get(1)).isEqualTo(Outcome.accepted());
    for (int place : new int[] {0, 2}) {
      assertThat(failure(outcomes.get(place)))
          .extracting(Failure::kind, Failure::code)
          .containsExactly(Kind.REJECTED, "NoDetailType");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "\"t\"", "null", "", "{", "{}}", "{} {}", "{\"a\":}", "{a:1}"})
  void send_bodyThatIsNoObject_isRejectedWithoutACall(String body) throws Exception {
    List<Outcome> outcomes = send(open(Records.KINESIS, Map.of()), Records.kinesis(0, "k", body));

    assertThat(failure(outcomes.get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NotAnObject");
    assertThat(bus.endpoint().requests()).isEmpty();
  }

  @Test
  void send_refusedEntries_areToldApart() throws Exception {
    List<String> codes =
        List.of(
            "InternalFailure",
            "ThrottlingException",
            "MalformedDetail",
            "InvalidArgument",
            "RedactionFailure",
            "AccessDeniedException",
            "NotAuthorizedForSourceException",
            "NotAuthorizedForDetailTypeException",
            "InvalidAccountIdException",
            "SomethingNew");
    for (int place = 0; place < codes.size(); place++) {
      bus.refuse(place, codes.get(place));
    }
    FanoutRecord[] records =
        Records.list(10, EventBridgeSenderTest::record).toArray(FanoutRecord[]::new);

    assertThat(send(open(Records.KINESIS, Map.of()), records))
        .extracting(outcome -> failure(outcome).kind())
        .containsExactly(
            Kind.RETRYABLE,
            Kind.THROTTLED,
            Kind.REJECTED,
            Kind.REJECTED,
            Kind.REJECTED,
            Kind.FATAL,
            Kind.FATAL,
            Kind.FATAL,
            Kind.FATAL,
            Kind.RETRYABLE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"FailedEntryCount\":0,\"Entries\":[]}",
        "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"1\"}]}",
        "{\"FailedEntryCount\":1,\"Entries\":[{\"EventId\":\"1\"},{\"EventId\":\"2\"}]}",
        "{\"FailedEntryCount\":0,\"Entries\":[{},{}]}",
        "{}"
      })
  void send_answerThatDoesNotAddUp_acceptsNothing(String answer) throws Exception {
    bus.endpoint()
        .answer(Response.of(200, answer).with("Content-Type", "application/x-amz-json-1.1"));

    assertThat(send(open(Records.KINESIS, Map.of()), record(0), record(1)))
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThat(failure(outcome))
                    .extracting(Failure::kind, Failure::code)
                    .containsExactly(Kind.RETRYABLE, "Unanswered"));
  }

  @Test
  void sizeInBytes_isWhatEventBridgeCounts() throws Exception {
    TargetSender sender = open(Records.KINESIS, Map.of("detailType", "d\u00e9tail {key}"));
    FanoutRecord record = Records.kinesis(0, "k\u00fc", "{\"a\":\"\u20ac\"}");

    send(sender, record);

    assertThat(sender.sizeInBytes(Messages.of(record)))
        .isEqualTo(BusStandIn.size(bus.events().get(0)));
  }

  @Test
  void send_claimCheck_isAnObjectOfTheSizeThatCounts() throws Exception {
    TargetSender sender = open(Records.KINESIS, Map.of());
    FanoutRecord record = Records.kinesis(0, "k", "[\"pointer\",{\"s3Key\":\"k\"}]");
    Message message =
        Message.builder("0".repeat(64), List.of(record)).storedLength(1_000_000).build();

    assertThat(
            sender.send(Messages.batch(List.of(message)), Deadline.after(Duration.ofSeconds(60))))
        .containsExactly(Outcome.accepted());

    assertThat(bus.events().get(0).get("Detail").asText())
        .isEqualTo("{\"claimCheck\":[\"pointer\",{\"s3Key\":\"k\"}]}");
    assertThat(sender.sizeInBytes(message)).isEqualTo(BusStandIn.size(bus.events().get(0)));
  }

  @Test
  void send_aloneAboveTheLimit_isTooLarge() throws Exception {
    TargetSender sender = open(Records.KINESIS, Map.of());
    Message message =
        Messages.of(Records.kinesis(0, "k", "{\"a\":\"" + "x".repeat(262_144) + "\"}"));

    List<Outcome> outcomes =
        sender.send(Messages.batch(List.of(message)), Deadline.after(Duration.ofSeconds(60)));

    assertThat(failure(outcomes.get(0)).kind()).isEqualTo(Kind.TOO_LARGE);
  }

  @Test
  void check_saysWhetherTheBusCanBeReached() throws Exception {
    TargetSender sender = open(Records.KINESIS, Map.of());

    assertThat(sender.check(Deadline.after(Duration.ofSeconds(60))))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.OK);
    assertThat(bus.endpoint().last().text()).contains(ARN);

    bus.endpoint().answer(BusStandIn.error("ResourceNotFoundException", "no such bus"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(60))))
        .extracting(Finding::severity, Finding::subject)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(Finding.Severity.ERROR, "t"));
    assertThat(bus.events()).isEmpty();
  }
}
