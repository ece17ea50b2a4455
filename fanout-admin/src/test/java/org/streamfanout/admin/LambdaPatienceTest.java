package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

class LambdaPatienceTest {
  private static LambdaException refusal(@Nullable String message) {
    return (LambdaException)
        TooManyRequestsException.builder()
            .awsErrorDetails(AwsErrorDetails.builder().errorMessage(message).build())
            .build();
  }

  @Test
  void text_isWhatLambdaSaid() {
    assertThat(LambdaPatience.text(refusal("slow down"))).isEqualTo("slow down");
  }

  @Test
  void text_ofARefusalWithoutWords_isNotThatTheCallWasTaken() {
    assertThat(LambdaPatience.text(refusal(""))).contains("TooManyRequestsException");
    assertThat(LambdaPatience.text(refusal(null))).contains("TooManyRequestsException");
  }
}
