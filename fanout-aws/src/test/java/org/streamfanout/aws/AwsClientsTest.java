package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.testkit.TestContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;

/** On the wire, against a stand-in for STS that also plays the service that is called. */
@Timeout(300)
class AwsClientsTest {
  private static final String ROLE = "arn:aws:iam::111122223333:role/path/fan";

  private final MovedClock clock = new MovedClock();
  private final StsStandIn sts = new StsStandIn(clock);
  private final AwsClients clients =
      AwsClients.builder()
          .region("eu-west-1")
          .endpoint(sts.endpoint.uri())
          .clock(clock)
          .credentials(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAOWN", "secret")))
          .build();

  @AfterEach
  void close() {
    clients.close();
    sts.close();
  }

  private StsClient client(String role, String externalId) {
    return clients.client(
        StsClient.class, StsClient::builder, new AwsAccess(null, role, externalId, null, null));
  }

  private void call(String role, String externalId) {
    client(role, externalId).getCallerIdentity();
  }

  @Test
  void client_withoutRole_signsAsTheProcessItself() {
    clients.client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT).getCallerIdentity();

    assertThat(sts.keyIdsOfCalls()).containsExactly("AKIAOWN");
    assertThat(sts.assumeRoles()).isEmpty();
  }

  @Test
  void client_perRoleAndExternalId_signsWithCredentialsOfItsOwn() {
    for (int round = 0; round < 3; round++) {
      call(ROLE, "one");
      call(ROLE, "two");
      call(ROLE + "2", "one");
    }

    assertThat(sts.keyIdsOfCalls())
        .containsExactly(
            "ASIA1", "ASIA2", "ASIA3", "ASIA1", "ASIA2", "ASIA3", "ASIA1", "ASIA2", "ASIA3");
    assertThat(sts.assumeRoles())
        .extracting(StsStandIn::form)
        .allSatisfy(
            form ->
                assertThat(form)
                    .containsEntry("RoleSessionName", "Lambda")
                    .containsEntry("DurationSeconds", "900"))
        .extracting(form -> form.get("RoleArn") + " " + form.get("ExternalId"))
        .containsExactly(ROLE + " one", ROLE + " two", ROLE + "2 one");
    assertThat(sts.assumeRoles()).extracting(StsStandIn::keyId).containsOnly("AKIAOWN");
    assertThat(sts.endpoint.last().header("x-amz-security-token")).isEqualTo("token-ASIA3");
  }

  @Test
  void client_ofOneAccess_isOneObject() {
    assertThat(client(ROLE, "one")).isSameAs(client(ROLE, "one")).isNotSameAs(client(ROLE, "two"));
    assertThat(client(ROLE, "one").serviceClientConfiguration().region().id())
        .isEqualTo("eu-west-1");
  }

  @Test
  void client_perSessionPolicy_assumesTheRoleCutDownToIt() {
    for (String policy : List.of("{\"a\":1}", "{\"b\":2}", "{\"a\":1}")) {
      AwsAccess access = new AwsAccess(null, ROLE, "one", policy, null);
      clients.client(StsClient.class, StsClient::builder, access).getCallerIdentity();
    }
    call(ROLE, "one");

    assertThat(sts.assumeRoles())
        .extracting(request -> StsStandIn.form(request).get("Policy"))
        .containsExactly("{\"a\":1}", "{\"b\":2}", null);
    assertThat(sts.keyIdsOfCalls()).containsExactly("ASIA1", "ASIA2", "ASIA1", "ASIA3");
  }

  @Test
  void credentials_untilSixtySecondsBeforeTheirEnd_areKept() {
    call(ROLE, "one");
    clock.advance(Duration.ofSeconds(839));
    call(ROLE, "one");

    assertThat(sts.assumeRoles()).hasSize(1);

    clock.advance(Duration.ofSeconds(1));
    call(ROLE, "one");

    assertThat(sts.assumeRoles()).hasSize(2);
    assertThat(sts.keyIdsOfCalls()).containsExactly("ASIA1", "ASIA1", "ASIA2");
  }

  @Test
  void credentials_thatCannotBeRenewedEarly_areUsedToTheirEnd() {
    call(ROLE, "one");
    sts.endpoint.answer(
        request ->
            request.text().contains("AssumeRole")
                ? StsStandIn.error(500, "InternalFailure")
                : StsStandIn.identity());
    clock.advance(Duration.ofSeconds(850));
    call(ROLE, "one");
    call(ROLE, "one");

    assertThat(sts.keyIdsOfCalls()).containsExactly("ASIA1", "ASIA1", "ASIA1");
    assertThat(sts.assumeRoles()).as("one early attempt, then a pause").hasSize(2);

    clock.advance(Duration.ofSeconds(50));
    Throwable error = catchThrowable(() -> call(ROLE, "one"));

    assertThat(AwsFailures.classify(error).kind()).isEqualTo(Kind.RETRYABLE);
    assertThat(sts.keyIdsOfCalls()).as("nothing is signed with ended credentials").hasSize(3);
  }

  @Test
  void credentials_thatAwsCallsExpired_areFetchedAnew() {
    call(ROLE, "one");
    sts.expire("ASIA1");

    Throwable error = catchThrowable(() -> call(ROLE, "one"));
    call(ROLE, "one");

    assertThat(AwsFailures.classify(error))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "ExpiredToken");
    assertThat(sts.keyIdsOfCalls()).containsExactly("ASIA1", "ASIA1", "ASIA2");
  }

  @Test
  void credentials_calledExpiredAfterTheyWereReplaced_doNotCostTheNewOnes() {
    AssumedRole role = assumedRole();
    role.resolveCredentials();
    role.expired("ASIA1");
    role.resolveCredentials();

    role.expired("ASIA1");

    assertThat(role.resolveCredentials().accessKeyId()).isEqualTo("ASIA2");
    assertThat(sts.assumeRoles()).hasSize(2);
  }

  private AssumedRole assumedRole() {
    return new AssumedRole(
        clients.client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT),
        AssumeRoleRequest.builder().roleArn(ROLE).roleSessionName("Lambda").build(),
        clock,
        Duration.ofSeconds(60));
  }

  @Test
  void credentials_askedForByFiftyThreads_takeOneAssumeRole() throws Exception {
    callByFiftyThreads();

    assertThat(sts.assumeRoles()).hasSize(1);
    assertThat(sts.keyIdsOfCalls()).hasSize(50).containsOnly("ASIA1");
  }

  @Test
  void credentials_nearTheirEndAskedForByFiftyThreads_takeOneAssumeRoleMore() throws Exception {
    call(ROLE, "one");
    clock.advance(Duration.ofSeconds(850));

    callByFiftyThreads();

    assertThat(sts.assumeRoles()).hasSize(2);
    assertThat(sts.keyIdsOfCalls()).hasSize(51).containsOnly("ASIA1", "ASIA2");

    call(ROLE, "one");
    assertThat(sts.keyIdsOfCalls()).last().isEqualTo("ASIA2");
  }

  @Test
  void credentials_endedAndAskedForByFiftyThreads_takeOneAssumeRoleMore() throws Exception {
    call(ROLE, "one");
    clock.advance(Duration.ofSeconds(900));

    callByFiftyThreads();

    assertThat(sts.assumeRoles()).hasSize(2);
    assertThat(sts.keyIdsOfCalls().subList(1, 51)).containsOnly("ASIA2");
  }

  private void callByFiftyThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(50);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> calls = new ArrayList<>();
    try {
      for (int thread = 0; thread < 50; thread++) {
        calls.add(
            threads.submit(
                () -> {
                  start.await();
                  call(ROLE, "one");
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> call : calls) {
        call.get(30, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void credentials_denied_isFatalAndNamesNoSecret() {
    sts.endpoint.answer(StsStandIn.error(403, "AccessDenied"));

    Failure failure = AwsFailures.classify(catchThrowable(() -> call(ROLE, "sesame")));

    assertThat(failure.kind()).isEqualTo(Kind.FATAL);
    assertThat(failure.toString()).doesNotContain("sesame").doesNotContain("secret");
  }

  @Test
  void credentials_waitedForByAnInterruptedThread_stopAtOnce() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    sts.endpoint.answer(
        request -> {
          answers.await();
          return null;
        });
    AssumedRole role = assumedRole();
    Thread fetching = new Thread(() -> catchThrowable(role::resolveCredentials));
    fetching.start();
    sts.endpoint.awaitRequests(1);
    FutureTask<Throwable> waiting =
        new FutureTask<>(() -> catchThrowable(role::resolveCredentials));
    Thread waiter = new Thread(waiting);
    waiter.start();

    waiter.interrupt();
    Failure failure = AwsFailures.classify(waiting.get(30, TimeUnit.SECONDS));

    assertThat(failure.code()).isEqualTo("Interrupted");
    fetching.interrupt();
    fetching.join();
    answers.countDown();
  }

  @Test
  void call_thatFails_isNotRetriedByTheSdk() {
    sts.endpoint.answer(StsStandIn.error(503, "ServiceUnavailable").with("Retry-After", "7"));

    Failure failure = failureOf(AwsAccess.DEFAULT);

    assertThat(sts.endpoint.requests()).hasSize(1);
    assertThat(failure.kind()).isEqualTo(Kind.RETRYABLE);
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  private Failure failureOf(AwsAccess access) {
    StsClient client = clients.client(StsClient.class, StsClient::builder, access);
    return AwsFailures.classify(catchThrowable(client::getCallerIdentity));
  }

  @Test
  void call_withoutAnAnswer_isRetryable() {
    sts.endpoint.answer(request -> null);

    assertThat(failureOf(AwsAccess.DEFAULT))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "NoAnswer");
    assertThat(sts.endpoint.requests()).hasSize(1);
  }

  @Test
  void call_toAPortWhereNobodyListens_isRetryable() {
    sts.close();

    assertThat(failureOf(AwsAccess.DEFAULT))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "Unreachable");
  }

  @Test
  void call_withAnAnswerThatNeverEnds_stopsAtTheDeadline() {
    CountDownLatch never = new CountDownLatch(1);
    sts.endpoint.answer(
        request -> {
          never.await();
          return null;
        });
    StsClient client = clients.client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT);

    Throwable error =
        catchThrowable(
            () ->
                client.getCallerIdentity(
                    request ->
                        request.overrideConfiguration(
                            AwsCalls.until(Deadline.after(Duration.ofMillis(100))))));

    assertThat(error).isInstanceOf(ApiCallTimeoutException.class);
    assertThat(AwsFailures.classify(error))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "Timeout");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    never.countDown();
  }

  @Test
  void call_afterTheDeadline_sendsNothing() {
    assertThatThrownBy(() -> AwsCalls.until(Deadline.after(Duration.ZERO)))
        .isInstanceOf(ApiCallTimeoutException.class);
  }

  @Test
  void call_underWayWhenItsThreadIsInterrupted_stops() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    sts.endpoint.answer(
        request -> {
          never.await();
          return null;
        });
    StsClient client = clients.client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT);
    FutureTask<Failure> call =
        new FutureTask<>(() -> AwsFailures.classify(catchThrowable(client::getCallerIdentity)));
    Thread thread = new Thread(call);
    thread.start();
    sts.endpoint.awaitRequests(1);

    thread.interrupt();

    assertThat(call.get(30, TimeUnit.SECONDS))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.RETRYABLE, "Interrupted");
    never.countDown();
  }

  @Test
  void of_context_sharesOneObjectWithTheOperatorsSettings() {
    try (TestContext context = new TestContext(clock)) {
      context
          .set(ProviderContext.REGION, "eu-central-1")
          .set(ProviderContext.ENDPOINT_URL, sts.endpoint.uri().toString());
      AwsClients shared = AwsClients.of(context);

      assertThat(AwsClients.of(context)).isSameAs(shared);
      assertThat(
              shared
                  .client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT)
                  .serviceClientConfiguration())
          .satisfies(
              configuration -> {
                assertThat(configuration.region().id()).isEqualTo("eu-central-1");
                assertThat(configuration.endpointOverride()).contains(sts.endpoint.uri());
              });
    }
  }

  @Test
  void of_contextWithABadEndpoint_saysSo() {
    try (TestContext context = new TestContext()) {
      context.set(ProviderContext.ENDPOINT_URL, "file:///etc/passwd");

      assertThatThrownBy(() -> AwsClients.of(context))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(ProviderContext.ENDPOINT_URL);
    }
  }

  @Test
  void close_twice_thenClientsAreRefused() {
    client(ROLE, "one");
    clients.close();
    clients.close();

    assertThatThrownBy(() -> client(ROLE, "one")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void build_withARefreshBeforeTheBeginning_isRefused() {
    AwsClients.Builder builder = AwsClients.builder().refreshBeforeExpiry(Duration.ofSeconds(900));

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT15M");
  }

  @Test
  void error_ofTheWire_keepsCodeAndRequest() {
    sts.endpoint.answer(StsStandIn.error(400, "ValidationError"));
    StsClient client = clients.client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT);

    Throwable error = catchThrowable(client::getCallerIdentity);

    assertThat(error).isInstanceOf(AwsServiceException.class).isInstanceOf(SdkException.class);
    assertThat(AwsFailures.classify(error).detail())
        .contains("400 ValidationError")
        .contains("r-1")
        .doesNotContain("text of the service");
  }

  @Test
  void request_toTheEndpoint_isSignedForTheRegion() {
    clients.client(StsClient.class, StsClient::builder, AwsAccess.DEFAULT).getCallerIdentity();

    assertThat(sts.endpoint.last().header("authorization")).contains("/eu-west-1/sts/");
  }
}
