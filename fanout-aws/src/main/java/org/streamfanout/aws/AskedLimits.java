package org.streamfanout.aws;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The limits that a destination tells of itself. An answer holds for five minutes, and so does a
 * denial; a failure that may pass is not kept. Until there is an answer, the safe limits hold.
 * Thread-safe; threads that ask at the same time each make a call.
 */
public final class AskedLimits {
  private static final Logger LOG = LoggerFactory.getLogger(AskedLimits.class);
  private static final Duration KEPT = Duration.ofMinutes(5);

  private final String destination;
  private final Limits safe;
  private final Clock clock;
  private volatile @Nullable Known known;

  private record Known(Limits limits, Instant until) {}

  /** Asks a destination. */
  @FunctionalInterface
  public interface Question {
    /**
     * Returns the destination's limits; null if its answer does not tell them.
     *
     * @throws SdkException if it gives none
     */
    @Nullable Limits ask();
  }

  /**
   * Starts without an answer.
   *
   * @param destination for people
   * @param safe what every destination of this kind takes
   */
  public AskedLimits(String destination, Limits safe, Clock clock) {
    this.destination = destination;
    this.safe = safe;
    this.clock = clock;
  }

  /** Returns the destination's limits as last told; asks if that is too long ago. */
  public Limits get(Question question) {
    Known last = known;
    Instant now = clock.instant();
    if (last != null && now.isBefore(last.until())) {
      return last.limits();
    }
    Limits otherwise = last == null ? safe : last.limits();
    try {
      Limits answer = question.ask();
      return keep(answer == null ? safe : answer, now);
    } catch (SdkException error) {
      Failure failure = AwsFailures.classify(error);
      LOG.debug("{} does not tell its limits: {}; going by {}", destination, failure, otherwise);
      return failure.kind() == Failure.Kind.FATAL ? keep(otherwise, now) : otherwise;
    }
  }

  private Limits keep(Limits limits, Instant now) {
    known = new Known(limits, now.plus(KEPT));
    return limits;
  }

  /**
   * Returns a size that a destination told, within what its service documents.
   *
   * @param told the size as written; null if the answer lacks it
   * @return the size; null if it is no number
   */
  public static @Nullable Long size(@Nullable String told, long least, long most) {
    try {
      return told == null ? null : Math.max(least, Math.min(most, Long.parseLong(told)));
    } catch (NumberFormatException notOne) {
      return null;
    }
  }
}
