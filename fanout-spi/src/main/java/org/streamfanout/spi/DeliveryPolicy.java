package org.streamfanout.spi;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How hard one target is tried, how fast, and what happens while it is down: the columns of a row
 * that protect the target and the stream from each other. Immutable and thread-safe.
 */
public final class DeliveryPolicy {
  /** What a row has that says nothing of this. */
  public static final DeliveryPolicy DEFAULT = builder().build();

  /** More attempts than this are a slip of the keyboard, not a plan. */
  static final int MAX_ATTEMPTS_BOUND = 1_000;

  /** A record that is older than ten years is not what anybody waits for. */
  static final long MAX_RECORD_AGE_BOUND = 3_650L * 24 * 60 * 60;

  /** Ten sends of one message, on average, are a retry storm rather than a budget. */
  static final int RETRY_BUDGET_BOUND = 1_000;

  /** One send in ten may be a repetition, as in Finagle's example of a budget. */
  static final int DEFAULT_RETRY_BUDGET = 10;

  private final @Nullable Integer maxAttempts;
  private final @Nullable Duration maxRecordAge;
  private final @Nullable OnOpen onOpen;
  private final @Nullable Long maxRecordsPerSecond;
  private final @Nullable Long maxBytesPerSecond;
  private final int retryBudgetPercent;

  private DeliveryPolicy(Builder builder) {
    this.maxAttempts = builder.maxAttempts;
    this.maxRecordAge = builder.maxRecordAge;
    this.onOpen = builder.onOpen;
    this.maxRecordsPerSecond = builder.maxRecordsPerSecond;
    this.maxBytesPerSecond = builder.maxBytesPerSecond;
    this.retryBudgetPercent = builder.retryBudgetPercent;
  }

  /** Starts a policy with the table's defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder that starts from this policy. */
  public Builder toBuilder() {
    return new Builder()
        .maxAttempts(maxAttempts)
        .maxRecordAge(maxRecordAge)
        .onOpen(onOpen)
        .maxRecordsPerSecond(maxRecordsPerSecond)
        .maxBytesPerSecond(maxBytesPerSecond)
        .retryBudgetPercent(retryBudgetPercent);
  }

  /**
   * Returns how many attempts a message gets before {@code onFailure} decides; null: the host's.
   */
  public @Nullable Integer maxAttempts() {
    return maxAttempts;
  }

  /**
   * Returns from which age on a record that was tried in vain is not tried again, and one that was
   * not tried does not wait for a target that takes no calls; in whole seconds; null for never.
   */
  public @Nullable Duration maxRecordAge() {
    return maxRecordAge;
  }

  /**
   * Returns what the row says of records while the target is down; null: {@link
   * TargetConfig#onOpen() the rest of the row} does.
   */
  public @Nullable OnOpen onOpen() {
    return onOpen;
  }

  /**
   * Returns how many records a second the target is sent at most, by one engine; null: no limit.
   */
  public @Nullable Long maxRecordsPerSecond() {
    return maxRecordsPerSecond;
  }

  /**
   * Returns how many bytes a second the target is sent at most, as it counts them, by one engine;
   * null: no limit.
   */
  public @Nullable Long maxBytesPerSecond() {
    return maxBytesPerSecond;
  }

  /**
   * Returns how many messages may be sent again while nothing gets through, in percent of those
   * sent for the first time.
   */
  public int retryBudgetPercent() {
    return retryBudgetPercent;
  }

  /** Returns what does not fit together, each with what to do; empty if all does. */
  List<String> problemsWith(OnFailure onFailure) {
    List<String> problems = new ArrayList<>();
    if (maxRecordAge != null && onFailure == OnFailure.HOLD) {
      problems.add(
          "column 'maxRecordAge' has no effect where 'onFailure' is HOLD, which never gives up;"
              + " set onFailure=DEAD_LETTER or DROP, or leave 'maxRecordAge' out");
    }
    if (onOpen == OnOpen.PARK && onFailure != OnFailure.DEAD_LETTER) {
      problems.add(
          "column 'onOpen' is PARK, which needs a dead-letter target, but 'onFailure' is "
              + onFailure
              + "; set onFailure=DEAD_LETTER and 'deadLetter', or onOpen=HOLD");
    }
    if (onOpen == OnOpen.SHED && onFailure == OnFailure.HOLD) {
      problems.add(
          "column 'onOpen' is SHED, which drops records, but 'onFailure' is HOLD, which never does;"
              + " set onFailure=DROP or DEAD_LETTER, or onOpen=HOLD");
    }
    return problems;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof DeliveryPolicy that
            && Objects.equals(maxAttempts, that.maxAttempts)
            && Objects.equals(maxRecordAge, that.maxRecordAge)
            && onOpen == that.onOpen
            && Objects.equals(maxRecordsPerSecond, that.maxRecordsPerSecond)
            && Objects.equals(maxBytesPerSecond, that.maxBytesPerSecond)
            && retryBudgetPercent == that.retryBudgetPercent);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        maxAttempts,
        maxRecordAge,
        onOpen,
        maxRecordsPerSecond,
        maxBytesPerSecond,
        retryBudgetPercent);
  }

  @Override
  public String toString() {
    return "DeliveryPolicy[maxAttempts="
        + maxAttempts
        + " maxRecordAge="
        + maxRecordAge
        + " onOpen="
        + onOpen
        + " maxRecordsPerSecond="
        + maxRecordsPerSecond
        + " maxBytesPerSecond="
        + maxBytesPerSecond
        + " retryBudgetPercent="
        + retryBudgetPercent
        + "]";
  }

  /** Builds a policy; not thread-safe. */
  public static final class Builder {
    private @Nullable Integer maxAttempts;
    private @Nullable Duration maxRecordAge;
    private @Nullable OnOpen onOpen;
    private @Nullable Long maxRecordsPerSecond;
    private @Nullable Long maxBytesPerSecond;
    private int retryBudgetPercent = DEFAULT_RETRY_BUDGET;

    private Builder() {}

    /** Sets how many attempts a message gets, 1 to 1000; null, the default: the host's. */
    public Builder maxAttempts(@Nullable Integer newMaxAttempts) {
      maxAttempts = newMaxAttempts;
      return this;
    }

    /** Sets from which age on a record is given up, in whole seconds; null, the default: never. */
    public Builder maxRecordAge(@Nullable Duration newMaxRecordAge) {
      maxRecordAge = newMaxRecordAge;
      return this;
    }

    /** Sets what happens while the target is down; null, the default: by the other columns. */
    public Builder onOpen(@Nullable OnOpen newOnOpen) {
      onOpen = newOnOpen;
      return this;
    }

    /** Bounds the records a second; null, the default: no limit. */
    public Builder maxRecordsPerSecond(@Nullable Long newMaxRecordsPerSecond) {
      maxRecordsPerSecond = newMaxRecordsPerSecond;
      return this;
    }

    /** Bounds the bytes a second; null, the default: no limit. */
    public Builder maxBytesPerSecond(@Nullable Long newMaxBytesPerSecond) {
      maxBytesPerSecond = newMaxBytesPerSecond;
      return this;
    }

    /** Sets the retry budget in percent, 1 to 1000; 10 by default. */
    public Builder retryBudgetPercent(int newRetryBudgetPercent) {
      retryBudgetPercent = newRetryBudgetPercent;
      return this;
    }

    /**
     * Returns the policy.
     *
     * @throws InvalidTargetException if a number is out of its range
     */
    public DeliveryPolicy build() {
      List<String> problems = new ArrayList<>();
      requireRange(problems, "maxAttempts", maxAttempts, MAX_ATTEMPTS_BOUND);
      requireRange(problems, "maxRecordsPerSecond", maxRecordsPerSecond, Long.MAX_VALUE);
      requireRange(problems, "maxBytesPerSecond", maxBytesPerSecond, Long.MAX_VALUE);
      requireRange(problems, "retryBudget", retryBudgetPercent, RETRY_BUDGET_BOUND);
      if (maxRecordAge != null) {
        requireRange(problems, "maxRecordAge", maxRecordAge.toSeconds(), MAX_RECORD_AGE_BOUND);
        if (maxRecordAge.getNano() != 0) {
          problems.add("maxRecordAge " + maxRecordAge + " is not in whole seconds");
        }
      }
      if (!problems.isEmpty()) {
        throw new InvalidTargetException(problems);
      }
      return new DeliveryPolicy(this);
    }

    private static void requireRange(
        List<String> problems, String name, @Nullable Number value, long greatest) {
      if (value != null && (value.longValue() < 1 || value.longValue() > greatest)) {
        problems.add(name + " " + value + " is not within 1 to " + greatest);
      }
    }
  }
}
