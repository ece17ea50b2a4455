package org.streamfanout.provider.lambda;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** On the wire, against a stand-in that gives Lambda's documented answers. */
@Timeout(300)
class LambdaSenderTest {
  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final TestContext context = new TestContext();

  LambdaSenderTest() {
    context.set(ProviderContext.ENDPOINT_URL, endpoint.uri().toString());
    context.set(ProviderContext.REGION, "us-east-1");
  }

  @AfterEach
  void close() {
    context.close();
    endpoint.close();
  }

  private TargetSender open(String function, String invocation) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "lambda", function)
            .region(function.startsWith("arn:") ? null : "eu-west-1")
            .options(Map.of("invocation", invocation))
            .build();
    LambdaTargetProvider provider = new LambdaTargetProvider();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Outcome> send(TargetSender sender, String... data) throws Exception {
    return sender.send(Messages.batchOf("k", data), Deadline.after(Duration.ofSeconds(60)));
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  @Test
  void send_event_queuesOneInvocationOfTheFunction() throws Exception {
    endpoint.answer(Response.of(202, ""));

    List<Outcome> outcomes = send(open("f:live", "Event"), "a", "b");

    assertThat(outcomes).containsExactly(Outcome.accepted(), Outcome.accepted());
    assertThat(endpoint.requests()).hasSize(1);
    assertThat(endpoint.last().path()).isEqualTo("/2015-03-31/functions/f%3Alive/invocations");
    assertThat(endpoint.last().header("x-amz-invocation-type")).isEqualTo("Event");
    assertThat(endpoint.last().header("authorization")).contains("/eu-west-1/lambda/");
    assertThat(endpoint.last().text()).startsWith("{\"Records\":[{\"kinesis\":");
  }

  @Test
  void send_toAnArn_goesToItsRegion() throws Exception {
    endpoint.answer(Response.of(202, ""));

    send(open("arn:aws:lambda:ap-south-1:123456789012:function:f:7", "Event"), "a");

    assertThat(endpoint.last().header("authorization")).contains("/ap-south-1/lambda/");
    assertThat(endpoint.last().path()).contains("ap-south-1%3A123456789012%3Afunction%3Af%3A7");
  }

  @Test
  void send_requestResponse_isDoneWhenTheFunctionIs() throws Exception {
    endpoint.answer(Response.of(200, "{\"any\":\"answer\"}"));

    assertThat(send(open("f", "RequestResponse"), "a")).containsExactly(Outcome.accepted());
    assertThat(endpoint.last().header("x-amz-invocation-type")).isEqualTo("RequestResponse");
  }

  @ParameterizedTest
  @CsvSource({"Handled", "Unhandled", "Unheard"})
  void send_functionError_isTriedAgainAndItsTextNotTold(String error) throws Exception {
    endpoint.answer(
        Response.of(200, "{\"errorMessage\":\"sesame\"}").with("X-Amz-Function-Error", error));

    assertThat(send(open("f", "RequestResponse"), "a", "b"))
        .hasSize(2)
        .allSatisfy(
            outcome -> {
              assertThat(failure(outcome).kind()).isEqualTo(Kind.RETRYABLE);
              assertThat(failure(outcome).code()).isEqualTo("FunctionError");
              assertThat(failure(outcome).detail()).doesNotContain("sesame");
            });
  }

  @ParameterizedTest
  @CsvSource({"Event, 200", "Event, 204", "RequestResponse, 202"})
  void send_statusOfAnotherInvocation_isNoAcceptance(String invocation, int status)
      throws Exception {
    endpoint.answer(Response.of(status, ""));

    assertThat(failure(send(open("f", invocation), "a").get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "UnexpectedStatus");
  }

  @ParameterizedTest
  @CsvSource({
    "413, RequestTooLargeException, TOO_LARGE",
    "413, RequestEntityTooLargeException, TOO_LARGE",
    "409, ResourceConflictException, RETRYABLE",
    "502, ResourceNotReadyException, RETRYABLE",
    "502, EC2ThrottledException, THROTTLED",
    "502, ENILimitReachedException, THROTTLED",
    "502, KMSDisabledException, FATAL",
    "502, InvalidZipFileException, FATAL",
    "400, RecursiveInvocationException, FATAL",
    "400, InvalidRequestContentException, REJECTED"
  })
  void send_refusal_isWhatItsCodeMeans(int status, String code, Kind kind) throws Exception {
    endpoint.answer(LambdaStandIn.error(status, code));

    assertThat(failure(send(open("f", "Event"), "a").get(0)).kind()).isEqualTo(kind);
  }

  @Test
  void check_asksWithoutRunningTheFunction() {
    TargetSender sender = open("f", "Event");
    endpoint.answer(Response.of(204, ""));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(60))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.OK));
    assertThat(endpoint.last().header("x-amz-invocation-type")).isEqualTo("DryRun");

    endpoint.answer(LambdaStandIn.error(404, "ResourceNotFoundException"));
    assertThat(sender.check(Deadline.after(Duration.ofSeconds(60))))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR));
  }
}
