package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Limits;
import org.streamfanout.testkit.TestClock;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

class AskedLimitsTest {
  private static final Limits SAFE = Limits.of(10, 100, 100);
  private static final Limits TOLD = Limits.of(10, 900, 900);
  private static final Limits TOLD_LATER = Limits.of(10, 50, 50);

  private final TestClock clock = new TestClock();
  private final AskedLimits limits = new AskedLimits("queue q", SAFE, clock);
  private int asked;

  private Limits get(Limits answer) {
    return limits.get(
        () -> {
          asked++;
          return answer;
        });
  }

  private Limits getButFails(SdkException error) {
    return limits.get(
        () -> {
          asked++;
          throw error;
        });
  }

  private static AwsServiceException denied() {
    return AwsServiceException.builder()
        .statusCode(403)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode("AccessDenied").build())
        .build();
  }

  @Test
  void get_answer_holdsForFiveMinutes() {
    assertThat(get(TOLD)).isEqualTo(TOLD);
    clock.advance(Duration.ofMinutes(5).minusMillis(1));
    assertThat(get(TOLD_LATER)).isEqualTo(TOLD);
    clock.advance(Duration.ofMillis(1));
    assertThat(get(TOLD_LATER)).isEqualTo(TOLD_LATER);
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void get_answerWithoutLimits_isTheSafeOnesForFiveMinutes() {
    assertThat(get(null)).isEqualTo(SAFE);
    assertThat(get(TOLD)).isEqualTo(SAFE);
    assertThat(asked).isEqualTo(1);
  }

  @Test
  void get_denied_isNotAskedAgainForFiveMinutes() {
    assertThat(getButFails(denied())).isEqualTo(SAFE);
    assertThat(getButFails(denied())).isEqualTo(SAFE);
    assertThat(asked).isEqualTo(1);

    clock.advance(Duration.ofMinutes(5));
    assertThat(get(TOLD)).isEqualTo(TOLD);
  }

  @Test
  void get_failureThatMayPass_isAskedAgainAtOnce() {
    assertThat(getButFails(SdkClientException.create("no answer"))).isEqualTo(SAFE);
    assertThat(get(TOLD)).isEqualTo(TOLD);
  }

  @Test
  void get_failureAfterAnAnswer_keepsTheAnswer() {
    get(TOLD);
    clock.advance(Duration.ofMinutes(5));

    assertThat(getButFails(SdkClientException.create("no answer"))).isEqualTo(TOLD);
    assertThat(getButFails(denied())).isEqualTo(TOLD);
  }

  @Test
  void size_isKeptWithinWhatIsDocumented() {
    assertThat(AskedLimits.size("2048", 1024, 4096)).isEqualTo(2048);
    assertThat(AskedLimits.size("1", 1024, 4096)).isEqualTo(1024);
    assertThat(AskedLimits.size("99999999999", 1024, 4096)).isEqualTo(4096);
    assertThat(AskedLimits.size("-5", 1024, 4096)).isEqualTo(1024);
    assertThat(AskedLimits.size("much", 1024, 4096)).isNull();
    assertThat(AskedLimits.size(null, 1024, 4096)).isNull();
  }
}
