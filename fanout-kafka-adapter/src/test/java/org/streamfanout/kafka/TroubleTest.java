package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.kafka.ConsumerFixture.P0;
import static org.streamfanout.kafka.ConsumerFixture.P1;
import static org.streamfanout.kafka.ConsumerFixture.PATIENCE;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Behaviours;

/** Against a stand-in for Kafka: what each trouble of a poll, a commit and a position means. */
@Timeout(120)
class TroubleTest {
  private final ConsumerFixture fixture = new ConsumerFixture();
  private final ScriptedConsumer kafka = fixture.kafka;

  @AfterEach
  void stop() {
    fixture.close();
  }

  static List<KafkaException> passing() {
    return List.of(
        new TimeoutException("no answer"), new DisconnectException("gone"), new WakeupException());
  }

  @ParameterizedTest
  @MethodSource("passing")
  void poll_failsInPassing_goesOn(KafkaException failure) throws Exception {
    fixture.run(P0);
    kafka.failPolls(failure, failure);

    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);

    assertThat(fixture.bodies()).containsExactly("a");
  }

  @Test
  void poll_failsAgainAndAgain_isToldAndASuccessEndsIt() throws Exception {
    fixture.run(P0);
    kafka.failPolls(new TimeoutException("no answer"), new TimeoutException("no answer"));
    kafka.await(() -> "reading fails: no answer".equals(fixture.consumer.status().problem()));

    kafka.await(() -> fixture.consumer.status().problem() == null);
  }

  static List<KafkaException> ending() {
    return List.of(
        new GroupAuthorizationException("tests"),
        new TopicAuthorizationException("orders"),
        new SaslAuthenticationException("who is this"),
        new FencedInstanceIdException("another has this name"),
        new KafkaException("a corrupt batch"));
  }

  @ParameterizedTest
  @MethodSource("ending")
  void poll_failsForGood_commitsThePrefixThenEndsWithTheError(KafkaException failure)
      throws Exception {
    fixture.target.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("b"), Failure.fatal("AccessDenied", "no")));
    fixture
        .with(
            ConsumerFixture.QUICK
                .withCommitInterval(Duration.ofDays(1))
                .withRevokeLimit(Duration.ofMillis(50)))
        .run(P0);
    kafka.write(P0, 0, "a", "b");
    fixture.target.awaitSends(4, PATIENCE);

    kafka.failPolls(failure);

    assertThat(fixture.end()).isSameAs(failure);
    assertThat(kafka.commits(P0)).containsExactly(1L);
    assertThat(kafka.closed()).isTrue();
    assertThat(fixture.consumer.stop(PATIENCE)).isFalse();
  }

  static List<KafkaException> passingCommits() {
    return List.of(
        new RetriableCommitFailedException("no answer"),
        new RebalanceInProgressException(),
        new CommitFailedException("another generation"));
  }

  @ParameterizedTest
  @MethodSource("passingCommits")
  void commit_failsInPassing_isMadeAgain(KafkaException failure) throws Exception {
    fixture.run(P0);
    kafka.awaitCommit(P0, 0);
    kafka.failCommits(failure, failure);

    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);

    assertThat(fixture.bodies()).containsExactly("a");
    kafka.await(() -> fixture.consumer.status().problem() == null);
  }

  @Test
  void commit_denied_endsTheConsumer() throws Exception {
    GroupAuthorizationException failure = new GroupAuthorizationException("tests");
    fixture.run(P0);
    kafka.awaitCommit(P0, 0);
    kafka.failCommits(failure, failure);

    kafka.write(P0, 0, "a");

    assertThat(fixture.end()).isSameAs(failure);
  }

  @Test
  void position_noneYet_isTheBeginning() throws Exception {
    kafka.log(P0, 5, 9);

    fixture.run(P0);
    kafka.awaitCommit(P0, 5);
    kafka.write(P0, 5, "a");
    kafka.awaitCommit(P0, 6);

    assertThat(fixture.bodies()).containsExactly("a");
    assertThat(fixture.consumer.status().expired()).isZero();
  }

  @Test
  void position_noneYetAndLatest_isTheEndAndCommittedAtOnce() throws Exception {
    kafka.log(P0, 5, 9);

    fixture.with("auto.offset.reset", "latest").run(P0);
    kafka.awaitCommit(P0, 9);

    assertThat(kafka.commits(P0)).containsExactly(9L);
  }

  @Test
  void position_noneYetAndNone_endsTheConsumer() throws Exception {
    fixture.with("auto.offset.reset", "none").run(P0);

    assertThat(fixture.end()).isInstanceOf(NoOffsetForPartitionException.class);
  }

  @Test
  void position_expired_isCountedAndReadingGoesOnAtTheBeginning() throws Exception {
    fixture.run(P0);
    kafka.write(P0, 0, "a");
    kafka.awaitCommit(P0, 1);

    kafka.log(P0, 101, 110);
    kafka.write(P0, 101, "b");
    kafka.awaitCommit(P0, 102);

    assertThat(fixture.bodies()).containsExactly("a", "b");
    kafka.await(() -> fixture.consumer.status().expired() == 100);
  }

  @Test
  void position_expiredAndNone_endsTheConsumer() throws Exception {
    OffsetOutOfRangeException failure = new OffsetOutOfRangeException(Map.of(P0, 1L));
    fixture.with("auto.offset.reset", "none");
    kafka.failPolls(failure);

    fixture.start();

    assertThat(fixture.end()).isSameAs(failure);
  }

  @Test
  void position_beyondTheLog_readsAllOfItAgain() throws Exception {
    fixture.run(P0);
    kafka.write(P0, 50, "a");
    kafka.awaitCommit(P0, 51);

    kafka.failPolls(new OffsetOutOfRangeException(Map.of(P0, 51L)));
    kafka.awaitPolls(3);
    kafka.write(P0, 0, "b");
    kafka.await(() -> Long.valueOf(1).equals(kafka.offset(P0)));

    assertThat(fixture.bodies()).containsExactly("a", "b");
    assertThat(fixture.consumer.status().expired()).isZero();
  }

  @Test
  void position_logCutOff_goesOnWhereItWasCut() throws Exception {
    fixture.run(P0);
    kafka.write(P0, 50, "a", "b");
    kafka.awaitCommit(P0, 52);

    kafka.failPolls(
        new LogTruncationException(Map.of(P0, 52L), Map.of(P0, new OffsetAndMetadata(51))));
    kafka.await(() -> Long.valueOf(51).equals(kafka.offset(P0)));
    kafka.write(P0, 51, "c");
    kafka.awaitCommit(P0, 52);

    assertThat(fixture.bodies()).containsExactly("a", "b", "c");
  }

  @Test
  void position_logCutOffWhileABatchIsHeld_waitsForTheBatch() throws Exception {
    fixture.target.always(Behaviours.fail(Failure.fatal("AccessDenied", "no")));
    fixture.run(P0, P1);
    kafka.write(P0, 50, "a", "b");
    fixture.target.awaitSends(2, PATIENCE);

    LogTruncationException cut =
        new LogTruncationException(Map.of(P0, 52L), Map.of(P0, new OffsetAndMetadata(51)));
    kafka.failPolls(cut, cut);
    kafka.awaitPolls(5);
    fixture.target.always(Behaviours.accept());
    kafka.awaitCommit(P0, 52);

    assertThat(fixture.bodies()).containsExactly("a", "b");
  }
}
