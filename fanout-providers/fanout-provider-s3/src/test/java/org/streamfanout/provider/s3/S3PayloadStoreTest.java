package org.streamfanout.provider.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
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
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.Payload;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives S3's documented answers. */
@Timeout(300)
class S3PayloadStoreTest {
  private static final Response OK = Response.of(200, "");

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context =
      new TestContext().set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString());
  private final S3PayloadStoreProvider provider = new S3PayloadStoreProvider();

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private static TargetConfig.Builder target(String claimCheck) {
    return TargetConfig.builder(
            Records.KINESIS, "t", "sqs", "arn:aws-cn:sqs:cn-north-1:111122223333:q")
        .oversize(Oversize.CLAIM_CHECK)
        .claimCheck(claimCheck);
  }

  private PayloadStore open() {
    TargetConfig target = target("s3://bucket/in").build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Payload> payloads(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> new Payload("key-" + number, Bytes.utf8("body " + number)))
        .toList();
  }

  private static Deadline in(Duration time) {
    return Deadline.after(time);
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  private static Response error(int status, String code) {
    return Response.of(status, "<Error><Code>" + code + "</Code><Message>no</Message></Error>");
  }

  @Test
  void provider_isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(PayloadStoreProvider.class))
        .extracting(PayloadStoreProvider::scheme)
        .contains("s3");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 40})
  void put_bodies_areAnObjectEachWithATag(int count) throws Exception {
    endpoint.answer(OK);

    assertThat(open().put(payloads(count), in(Duration.ofSeconds(60))))
        .hasSize(count)
        .containsOnly(Outcome.accepted());

    assertThat(endpoint.requests())
        .hasSize(count)
        .allSatisfy(
            request -> {
              assertThat(request.method()).isEqualTo("PUT");
              assertThat(request.header("x-amz-tagging")).isEqualTo("streamfanout=claim-check");
              assertThat(request.header("authorization"))
                  .as("the region that the destination names")
                  .contains("/cn-north-1/s3/aws4_request");
            });
    assertThat(endpoint.requests())
        .extracting(Request::path)
        .containsExactlyInAnyOrderElementsOf(
            payloads(count).stream().map(each -> "/bucket/in/" + each.key()).toList());
  }

  @Test
  void put_someFail_everyOutcomeIsItsOwn() throws Exception {
    endpoint.answer(
        request ->
            request.path().endsWith("3")
                ? error(503, "SlowDown")
                : request.path().endsWith("5") ? error(500, "InternalError") : OK);

    List<Outcome> outcomes = open().put(payloads(10), in(Duration.ofSeconds(60)));

    for (int place = 0; place < 10; place++) {
      if (place == 3) {
        assertThat(failure(outcomes.get(place)).kind()).isEqualTo(Kind.THROTTLED);
      } else if (place == 5) {
        assertThat(failure(outcomes.get(place)).kind()).isEqualTo(Kind.RETRYABLE);
      } else {
        assertThat(outcomes.get(place)).isEqualTo(Outcome.accepted());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, FATAL",
    "404, NoSuchBucket, FATAL",
    "301, PermanentRedirect, FATAL",
    "400, InvalidArgument, FATAL",
    "400, EntityTooLarge, FATAL",
    "400, InvalidTag, FATAL",
    "400, ExpiredToken, RETRYABLE",
    "503, SlowDown, THROTTLED"
  })
  void put_refused_isNeverTheBodysFault(int status, String code, Kind kind) throws Exception {
    endpoint.answer(error(status, code));

    assertThat(failure(open().put(payloads(1), in(Duration.ofSeconds(60))).get(0)).kind())
        .isEqualTo(kind);
  }

  @Test
  void put_noAnswerInTime_endsAndSaysWhatWasNotTried() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    endpoint.answer(
        request -> {
          never.await();
          return OK;
        });
    try {
      List<Outcome> outcomes = open().put(payloads(20), in(Duration.ofMillis(700)));

      assertThat(outcomes)
          .hasSize(20)
          .allSatisfy(
              outcome -> assertThat(failure(outcome).kind()).isIn(Kind.RETRYABLE, Kind.NOT_SENT));
    } finally {
      never.countDown();
    }
  }

  @Test
  void put_afterTheDeadline_asksForNothing() throws Exception {
    assertThat(open().put(payloads(3), in(Duration.ZERO)))
        .allSatisfy(
            outcome -> assertThat(failure(outcome).kind()).isIn(Kind.RETRYABLE, Kind.NOT_SENT));
    assertThat(failure(open().put(payloads(1), in(Duration.ZERO)).get(0)).kind())
        .isEqualTo(Kind.NOT_SENT);
    assertThat(endpoint.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void put_interrupted_ends(int count) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    endpoint.answer(
        request -> {
          asked.countDown();
          never.await();
          return OK;
        });
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    PayloadStore store = open();
    Thread thread =
        new Thread(
            () -> {
              try {
                List<Outcome> outcomes = store.put(payloads(count), in(Duration.ofSeconds(200)));
                ended.complete(outcomes.stream().noneMatch(Outcome.accepted()::equals));
              } catch (InterruptedException stopped) {
                ended.complete(true);
              } catch (Exception error) {
                ended.completeExceptionally(error);
              }
            });
    thread.start();
    try {
      asked.await();
      thread.interrupt();

      assertThat(ended.get(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      never.countDown();
      thread.join();
    }
  }

  @Test
  void pointer_isTheExtendedClients() {
    assertThat(open().pointer("key-1").utf8())
        .isEqualTo(
            "[\"software.amazon.payloadoffloading.PayloadS3Pointer\","
                + "{\"s3BucketName\":\"bucket\",\"s3Key\":\"in/key-1\"}]");
  }

  @Test
  void check_saysWhetherTheBucketCanBeReached() {
    endpoint.answer(OK);
    assertThat(open().check(in(Duration.ofSeconds(60))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.OK));
    endpoint.answer(Response.of(403, ""));
    assertThat(open().check(in(Duration.ofSeconds(60))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.ERROR));
  }

  private List<String> problems(TargetConfig target) {
    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, context));
    return error == null ? List.of() : error.problems();
  }

  @Test
  void validate_everyProblem_isListed() {
    assertThat(problems(target("s3://169.254.169.254/x").role("nobody").externalId("!").build()))
        .hasSize(3)
        .anySatisfy(problem -> assertThat(problem).contains("169.254.169.254", "s3://<bucket>"));
    List<String> parts = new ArrayList<>(List.of("s3://bucket"));
    for (int part = 0; part < 10; part++) {
      parts.add("p".repeat(100));
    }
    assertThat(problems(target(String.join("/", parts)).build()))
        .singleElement()
        .asString()
        .contains("too long");
    assertThat(problems(target("s3:bucket").build())).hasSize(1);
  }

  @Test
  void permissions_areThoseOfTheBucket() {
    String role = "arn:aws-cn:iam::111122223333:role/r";
    assertThat(provider.permissions(target("s3://bucket/in").role(role).build()))
        .containsExactly(
            new Permission("sts:AssumeRole", role),
            new Permission("s3:PutObject", "arn:aws-cn:s3:::bucket/in/*"),
            new Permission("s3:PutObjectTagging", "arn:aws-cn:s3:::bucket/in/*"),
            new Permission("s3:ListBucket", "arn:aws-cn:s3:::bucket"));
  }
}
