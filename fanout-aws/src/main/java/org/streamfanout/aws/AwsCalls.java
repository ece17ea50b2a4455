package org.streamfanout.aws;

import java.time.Duration;
import org.streamfanout.spi.Deadline;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** What every request of a sender carries. Stateless. */
public final class AwsCalls {
  private static final Duration SHORTEST = Duration.ofMillis(1);

  private AwsCalls() {}

  /**
   * Returns the override that ends a request at a deadline: {@code
   * request.overrideConfiguration(AwsCalls.until(deadline))}.
   *
   * @throws ApiCallTimeoutException if the deadline has passed, so that nothing is sent
   */
  public static AwsRequestOverrideConfiguration until(Deadline deadline) {
    if (deadline.isExpired()) {
      throw ApiCallTimeoutException.create("the deadline has passed; nothing was sent", null);
    }
    Duration remaining = deadline.remaining();
    return AwsRequestOverrideConfiguration.builder()
        .apiCallTimeout(remaining.compareTo(SHORTEST) < 0 ? SHORTEST : remaining)
        .build();
  }
}
