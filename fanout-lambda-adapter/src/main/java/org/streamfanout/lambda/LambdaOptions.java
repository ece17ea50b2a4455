package org.streamfanout.lambda;

import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link FanoutRequestHandler} answers, and when at the latest. Immutable.
 *
 * <p>Partial responses and the event source mapping belong together: switch them on only where the
 * mapping has {@code ReportBatchItemFailures}. Without it Lambda takes any answer for a success,
 * and what the answer names is lost.
 */
public final class LambdaOptions {
  /** Throws when anything is unsettled; answers a second before the function's timeout. */
  public static final LambdaOptions DEFAULT = builder().build();

  private final boolean partialResponses;
  private final Duration deadlineMargin;

  private LambdaOptions(Builder builder) {
    this.partialResponses = builder.partialResponses;
    this.deadlineMargin = builder.deadlineMargin;
  }

  /** Starts options that have the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns whether the answer names what is unsettled; if not, the handler throws. */
  public boolean partialResponses() {
    return partialResponses;
  }

  /** Returns how long before the function's timeout the work ends. */
  public Duration deadlineMargin() {
    return deadlineMargin;
  }

  /**
   * Returns how long the work of an invocation may take: the time left but for the margin; half of
   * it where the margin is more than that, since a margin that takes all the time would hold every
   * record for ever.
   */
  Duration timeFor(Duration remaining) {
    Duration half = remaining.dividedBy(2);
    Duration rest = remaining.minus(deadlineMargin);
    return rest.compareTo(half) < 0 ? half : rest;
  }

  /** Builds options; not thread-safe. */
  public static final class Builder {
    private boolean partialResponses;
    private Duration deadlineMargin = Duration.ofSeconds(1);

    private Builder() {}

    /** Sets whether the answer names what is unsettled; false by default. */
    public Builder partialResponses(boolean newPartialResponses) {
      partialResponses = newPartialResponses;
      return this;
    }

    /**
     * Sets how long before the function's timeout the work ends; a second by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder deadlineMargin(Duration newDeadlineMargin) {
      Objects.requireNonNull(newDeadlineMargin, "deadlineMargin");
      if (newDeadlineMargin.isNegative()) {
        throw new IllegalArgumentException("deadlineMargin " + newDeadlineMargin + " is negative");
      }
      deadlineMargin = newDeadlineMargin;
      return this;
    }

    /** Returns the options. */
    public LambdaOptions build() {
      return new LambdaOptions(this);
    }
  }
}
