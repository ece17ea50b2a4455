package org.streamfanout.provider.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives S3's documented answers. */
@Timeout(300)
class S3SenderTest {
  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context =
      new TestContext().set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString());
  private final S3TargetProvider provider = new S3TargetProvider();

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "s3", "s3://bucket/in")
            .region("eu-west-1")
            .options(options)
            .build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Outcome> send(TargetSender sender, FanoutRecord... records) throws Exception {
    return sender.send(Messages.batch(records), Deadline.after(Duration.ofSeconds(30)));
  }

  private static FanoutRecord record(int number, String key, String data) {
    return Records.kinesis(number, key, data);
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  @Test
  void send_batch_isOneObjectWithAChecksum() throws Exception {
    endpoint.answer(Response.of(200, ""));

    assertThat(
            send(
                open(Map.of("key", "{source}", "compression", "gzip")),
                record(1, "a", "{\"n\":1}"),
                record(2, "b", "[2,\n3]")))
        .containsOnly(Outcome.accepted());

    assertThat(endpoint.requests()).hasSize(1);
    Request request = endpoint.last();
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.path()).matches("/bucket/in/orders-[0-9a-f]{32}\\.jsonl\\.gz");
    assertThat(request.header("content-type")).isEqualTo("application/x-ndjson");
    assertThat(request.header("content-encoding")).contains("gzip");
    assertThat(request.header("authorization")).contains("/eu-west-1/s3/aws4_request");
    assertThat(request.headers().keySet())
        .anyMatch(name -> name.startsWith("x-amz-checksum") || name.equals("x-amz-trailer"));
    assertThat(request.header("if-none-match")).isNull();
  }

  @Test
  void send_sameBatch_isTheSameRequest() throws Exception {
    endpoint.answer(Response.of(200, ""));
    for (String compression : List.of("none", "gzip", "zstd")) {
      for (int time = 0; time < 2; time++) {
        send(open(Map.of("compression", compression)), record(1, "a", "{}"), record(2, "b", "{}"));
      }
    }

    List<Request> requests = endpoint.requests();
    for (int pair = 0; pair < requests.size(); pair += 2) {
      assertThat(requests.get(pair + 1).path()).isEqualTo(requests.get(pair).path());
      assertThat(requests.get(pair + 1).header("x-amz-decoded-content-length"))
          .isEqualTo(requests.get(pair).header("x-amz-decoded-content-length"));
    }
    assertThat(requests.stream().map(Request::path).distinct()).hasSize(3);
  }

  @Test
  void send_recordThatIsNoJson_closesItsLaneOnly() throws Exception {
    endpoint.answer(Response.of(200, ""));

    List<Outcome> outcomes =
        send(
            open(Map.of()),
            record(1, "a", "1"),
            record(2, "a", "no json"),
            record(3, "b", "\"text\""),
            record(4, "a", "4"),
            record(5, "b", "5"));

    assertThat(failure(outcomes.get(1)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NotJson");
    assertThat(failure(outcomes.get(3)).kind()).isEqualTo(Kind.NOT_SENT);
    assertThat(List.of(outcomes.get(0), outcomes.get(2), outcomes.get(4)))
        .containsOnly(Outcome.accepted());
    assertThat(endpoint.last().text()).contains("1\n\"text\"\n5\n");
  }

  @Test
  void send_nothingButBadRecords_makesNoCall() throws Exception {
    List<Outcome> outcomes = send(open(Map.of()), record(1, "a", "no json"), record(2, "b", null));

    assertThat(outcomes)
        .allSatisfy(outcome -> assertThat(failure(outcome).kind()).isEqualTo(Kind.REJECTED));
    assertThat(endpoint.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "503, SlowDown, THROTTLED",
    "503, ServiceUnavailable, RETRYABLE",
    "500, InternalError, RETRYABLE",
    "400, ExpiredToken, RETRYABLE",
    "400, RequestTimeout, RETRYABLE",
    "400, BadDigest, RETRYABLE",
    "403, RequestTimeTooSkewed, RETRYABLE",
    "409, OperationAborted, RETRYABLE",
    "409, ConditionalRequestConflict, RETRYABLE",
    "307, TemporaryRedirect, RETRYABLE",
    "301, PermanentRedirect, FATAL",
    "302, Found, FATAL",
    "400, AuthorizationHeaderMalformed, FATAL",
    "400, IllegalLocationConstraintException, FATAL",
    "403, AccessDenied, FATAL",
    "403, AllAccessDisabled, FATAL",
    "403, InvalidAccessKeyId, FATAL",
    "404, NoSuchBucket, FATAL",
    "400, EntityTooLarge, TOO_LARGE",
    "412, PreconditionFailed, FATAL"
  })
  void send_errorOfS3_isOfEveryRecord(int status, String code, Kind kind) throws Exception {
    endpoint.answer(
        S3Destination.error(status, code, "why").with("location", endpoint.uri() + "/elsewhere"));

    List<Outcome> outcomes = send(open(Map.of()), record(1, "a", "1"), record(2, "a", "2"));

    assertThat(outcomes)
        .hasSize(2)
        .allSatisfy(
            outcome -> {
              assertThat(failure(outcome).kind()).isEqualTo(kind);
              assertThat(failure(outcome).code()).isEqualTo(code);
            });
    assertThat(endpoint.requests()).as("one attempt, no redirect followed").hasSize(1);
  }

  @Test
  void send_conditional_isAcceptedIfTheObjectIsThere() throws Exception {
    endpoint.answer(S3Destination.error(412, "PreconditionFailed", "At least one ..."));

    assertThat(send(open(Map.of("ifNoneMatch", "true")), record(1, "a", "1")))
        .containsExactly(Outcome.accepted());
    assertThat(endpoint.last().header("if-none-match")).isEqualTo("*");
  }

  @Test
  void send_wrongRegion_saysSo() throws Exception {
    endpoint.answer(
        S3Destination.error(
            400,
            "AuthorizationHeaderMalformed",
            "the region 'eu-west-1' is wrong; expecting 'us-west-2'"));

    Failure failure = failure(send(open(Map.of()), record(1, "a", "1")).get(0));

    assertThat(failure.detail()).contains("expecting 'us-west-2'");
  }

  @ParameterizedTest
  @CsvSource({"200, OK", "301, ERROR", "403, ERROR", "404, ERROR", "503, WARNING"})
  void check_saysHowItIs(int status, Severity severity) {
    endpoint.answer(Response.of(status, ""));

    assertThat(open(Map.of()).check(Deadline.after(Duration.ofSeconds(30))))
        .extracting(Finding::severity)
        .containsExactly(severity);
    assertThat(endpoint.last().method()).isEqualTo("HEAD");
    assertThat(endpoint.last().path()).isEqualTo("/bucket");
  }

  @Test
  void sizeInBytes_isTheRecordAndItsLineFeed() {
    Message message = Messages.of(record(1, "a", "{\"a\":\"\u20ac\"}"));

    assertThat(open(Map.of()).sizeInBytes(message)).isEqualTo(12);
    assertThat(open(Map.of("format", "raw", "compression", "zstd")).sizeInBytes(message))
        .isEqualTo(11);
  }

  @Test
  void send_oddLettersOfAKey_areKept() throws Exception {
    endpoint.answer(Response.of(200, ""));

    send(open(Map.of("key", "a!_.*'()=b/{first}-{last}")), record(1, "a", "1"));

    String path = endpoint.last().path();
    assertThat(URLDecoder.decode(path, StandardCharsets.UTF_8))
        .startsWith("/bucket/in/a!_.*'()=b/4966");
  }
}
