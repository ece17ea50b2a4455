package org.streamfanout.provider.iot;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives IoT Core's documented answers. */
@Timeout(300)
class IotSenderTest {
  private static final String HOST = "a1b2c3-ats.iot.ap-south-1.amazonaws.com#";

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context = new TestContext();

  IotSenderTest() {
    context.set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString());
    endpoint.answer(Response.of(200, "{\"message\":\"OK\"}"));
  }

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(String topic, Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "iot", HOST + topic).options(options).build();
    IotTargetProvider provider = new IotTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static Outcome send(TargetSender sender, String key, Bytes body) throws Exception {
    List<Outcome> outcomes =
        sender.send(
            Messages.batch(Records.kinesis(Records.SHARD, 1, key, body)),
            Deadline.after(Duration.ofSeconds(60)));
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  @Test
  void send_toAFixedTopic_publishesThePayloadAsItIs() throws Exception {
    Bytes body = Bytes.wrap(new byte[] {0, (byte) 0xff, '"'});

    assertThat(send(open("a/topic \u00e9", Map.of()), "k", body)).isEqualTo(Outcome.accepted());

    assertThat(endpoint.last().method()).isEqualTo("POST");
    assertThat(endpoint.last().path()).isEqualTo("/topics/a%2Ftopic%20%C3%A9?qos=0");
    assertThat(Bytes.wrap(endpoint.last().body())).isEqualTo(body);
    assertThat(endpoint.last().header("authorization")).contains("/ap-south-1/iotdata/");
  }

  @Test
  void send_withQosOne_saysSo() throws Exception {
    send(open("a", Map.of("qos", "1")), "k", Bytes.utf8("x"));

    assertThat(endpoint.last().path()).isEqualTo("/topics/a?qos=1");
  }

  @Test
  void send_withTheKeyInTheTopic_publishesToThatTopic() throws Exception {
    TargetSender sender = open("devices/{key}", Map.of("topicPattern", "devices/d-*"));

    assertThat(send(sender, "d-1", Bytes.utf8("x"))).isEqualTo(Outcome.accepted());

    assertThat(endpoint.last().path()).isEqualTo("/topics/devices%2Fd-1?qos=0");
  }

  @Test
  void send_keyThatLeadsElsewhere_isRejectedUnsent() throws Exception {
    TargetSender sender = open("devices/{key}", Map.of("topicPattern", "devices/d-*"));

    for (String key : new String[] {"e-1", "d-1/x", "d-+", "d-#", ""}) {
      assertThat(failure(send(sender, key, Bytes.utf8("x"))))
          .extracting(Failure::kind, Failure::code)
          .containsExactly(Kind.REJECTED, "KeyIsNoTopic");
    }
    assertThat(endpoint.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "413, RequestEntityTooLargeException, TOO_LARGE",
    "400, InvalidRequestException, REJECTED",
    "405, MethodNotAllowedException, REJECTED",
    "401, UnauthorizedException, FATAL",
    "403, ForbiddenException, FATAL",
    "429, ThrottlingException, THROTTLED",
    "503, ServiceUnavailableException, RETRYABLE"
  })
  void send_refusal_isWhatItsCodeMeans(int status, String code, Kind kind) throws Exception {
    endpoint.answer(IotStandIn.error(status, code));

    Failure failure = failure(send(open("a", Map.of()), "k", Bytes.utf8("x")));

    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.detail()).doesNotContain("sesame");
  }
}
