package org.streamfanout.simulator;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.streamfanout.simulator.Choices.Kind;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;

/**
 * Chooses how hard targets are tried, how fast, and what happens while they are down, and how old
 * records are. These decisions are a kind of their own, so that a schedule which names none of them
 * has rows that say nothing of it.
 */
final class Policies {
  private static final @Nullable Integer[] ATTEMPTS = {null, null, 1, 2, 6};
  private static final @Nullable Integer[] AGE_SECONDS = {null, null, null, 1, 2, 3};

  /** The last leaves it to {@code onFailure}. */
  private static final @Nullable OnOpen[] CHOSEN = {OnOpen.HOLD, OnOpen.PARK, OnOpen.SHED, null};

  private static final int[] BUDGET = {10, 1, 1_000};
  private static final @Nullable Long[] RECORDS = {null, null, null, null, null, 40L, 12L, 4L};

  /** The last is less than a message. */
  private static final @Nullable Long[] BYTES = {
    null, null, null, null, null, null, 400L, 90L, 15L
  };

  /** So many tenths of a second records may be old when all begins; older ones do not say. */
  private static final int OLDEST_TENTHS = 30;

  private final Stage stage;

  /** Whether the host goes on with what is left of a batch. */
  private final boolean resumes;

  /** Whether any row looks at the age of records. */
  private boolean ages;

  /**
   * Starts.
   *
   * @param resumes whether the host goes on with what is left of a batch; one that starts anew each
   *     time gets no rates, since it never ends where a batch takes longer than a call
   */
  Policies(Stage stage, boolean resumes) {
    this.stage = stage;
    this.resumes = resumes;
  }

  private int choose(int bound) {
    return stage.choices().next(Kind.POLICY, bound);
  }

  /** Returns a policy that fits. */
  DeliveryPolicy choose(OnFailure onFailure) {
    int wanted = choose(CHOSEN.length);
    Integer attempts = ATTEMPTS[choose(ATTEMPTS.length)];
    Integer age = AGE_SECONDS[choose(AGE_SECONDS.length)];
    int budget = BUDGET[choose(BUDGET.length)];
    Long records = RECORDS[choose(RECORDS.length)];
    Long bytes = BYTES[choose(BYTES.length)];
    boolean givesUp = onFailure != OnFailure.HOLD;
    ages |= givesUp && age != null;
    return DeliveryPolicy.builder()
        .onOpen(fitting(CHOSEN[wanted], onFailure))
        .maxAttempts(attempts)
        .maxRecordAge(age == null || !givesUp ? null : Duration.ofSeconds(age))
        .retryBudgetPercent(budget)
        .maxRecordsPerSecond(resumes ? records : null)
        .maxBytesPerSecond(resumes ? bytes : null)
        .build();
  }

  private static @Nullable OnOpen fitting(@Nullable OnOpen wanted, OnFailure onFailure) {
    if (wanted == null || onFailure == OnFailure.HOLD) {
      return wanted == null ? null : OnOpen.HOLD;
    }
    return wanted == OnOpen.PARK && onFailure == OnFailure.DROP ? OnOpen.SHED : wanted;
  }

  /** Returns what a row is changed to; null if its policy stays. */
  @Nullable DeliveryPolicy change(OnFailure onFailure) {
    return choose(3) == 2 ? choose(onFailure) : null;
  }

  /** Returns when a record came into the source; null if the source does not say. */
  @Nullable Instant arrival() {
    int tenths = ages ? choose(OLDEST_TENTHS + 6) : 0;
    return tenths > OLDEST_TENTHS ? null : SimulatedClock.START.minusMillis(100L * tenths);
  }
}
