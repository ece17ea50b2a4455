package org.streamfanout.core.internal.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.internal.delivery.Backoff;
import org.streamfanout.core.internal.delivery.ByteBudget;
import org.streamfanout.core.internal.delivery.HungSends;
import org.streamfanout.core.internal.delivery.Services;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.testkit.TestClock;
import org.streamfanout.testkit.TestContext;

/** A store that is slow, hangs or breaks, and how little that costs. */
@Timeout(60)
class StoreAccessTest {
  private static final SourceBatch BATCH =
      new SourceBatch(
          Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders"), "s", List.of());

  private final TestClock clock = new TestClock();
  private final AtomicInteger asked = new AtomicInteger();
  private final List<Runnable> left = new ArrayList<>();

  private final Ticker ticker =
      new Ticker() {
        @Override
        public long getAsLong() {
          return clock.nanoTime();
        }

        @Override
        public void park(Object blocker, long nanos) {
          clock.advance(Duration.ofNanos(nanos));
        }

        @Override
        public void unpark(Thread thread) {}
      };

  private StoreAccess access(Duration timeout, Executor executor) {
    ProgressStore store =
        new ProgressStore() {
          @Override
          public List<TargetProgress> load(
              Source source, @Nullable String shard, Deadline deadline) {
            asked.incrementAndGet();
            return List.of();
          }

          @Override
          public int save(
              Source source,
              @Nullable String shard,
              List<TargetProgress> changes,
              Deadline deadline) {
            asked.incrementAndGet();
            return 0;
          }

          @Override
          public boolean isShared() {
            return true;
          }

          @Override
          public Duration timeout() {
            return timeout;
          }
        };
    RetryPolicy retry = RetryPolicy.DEFAULT;
    Services services =
        new Services(
            retry,
            new Backoff(retry, new SplittableRandom(1)),
            ticker,
            Clock.systemUTC(),
            executor,
            new ByteBudget(1),
            new HungSends(),
            new FanoutListener() {},
            null);
    return new StoreAccess(store, services, new TestContext());
  }

  private Deadline in(Duration time) {
    return Deadline.after(time, clock::nanoTime);
  }

  private static Duration forDelivery(StoreAccess access, Deadline deadline) {
    return access.forDelivery(deadline).remaining();
  }

  @Test
  void forDelivery_leavesTimeToSave_butAQuarterAtMost() {
    StoreAccess access = access(Duration.ofSeconds(2), Runnable::run);

    assertThat(forDelivery(access, in(Duration.ofSeconds(60)))).isEqualTo(Duration.ofSeconds(58));
    assertThat(forDelivery(access, in(Duration.ofSeconds(4)))).isEqualTo(Duration.ofSeconds(3));
    assertThat(forDelivery(access, in(Duration.ZERO))).isZero();
  }

  @Test
  void forDelivery_storeThatDoesNoInputOrOutput_needsNoTime() {
    StoreAccess access = access(Duration.ZERO, Runnable::run);

    assertThat(forDelivery(access, in(Duration.ofSeconds(4)))).isEqualTo(Duration.ofSeconds(4));
  }

  @Test
  void load_storeThatHangsAgainAndAgain_isLeftAloneUntilItsCallsAreBack() {
    StoreAccess access = access(Duration.ofSeconds(2), left::add);
    for (int call = 0; call < 8; call++) {
      assertThat(access.load(BATCH, in(Duration.ofSeconds(60))).failure())
          .contains("TimeoutException");
    }
    assertThat(left).hasSize(8);
    long before = clock.nanoTime();

    assertThat(access.load(BATCH, in(Duration.ofSeconds(60))).failure())
        .contains("TimeoutException");
    assertThat(left).as("not asked").hasSize(8);
    assertThat(clock.nanoTime()).as("nor waited for").isEqualTo(before);

    left.get(0).run();
    access.load(BATCH, in(Duration.ofSeconds(60)));
    assertThat(left).hasSize(9);
  }

  @Test
  void load_waitsNoLongerThanTheStoreSays_norThanTheCall() {
    StoreAccess access = access(Duration.ofSeconds(2), left::add);
    long start = clock.nanoTime();
    access.load(BATCH, in(Duration.ofSeconds(60)));
    assertThat(clock.nanoTime() - start).isEqualTo(Duration.ofSeconds(2).toNanos());

    start = clock.nanoTime();
    access.load(BATCH, in(Duration.ofSeconds(1)));
    assertThat(clock.nanoTime() - start).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void load_noThreadForIt_isAFailureLikeAnyOther() {
    StoreAccess access =
        access(
            Duration.ofSeconds(2),
            task -> {
              throw new RejectedExecutionException("full");
            });

    StoreAccess.Answer<List<TargetProgress>> answer =
        access.load(BATCH, in(Duration.ofSeconds(60)));

    assertThat(answer.value()).isNull();
    assertThat(answer.failure()).isEqualTo(RejectedExecutionException.class.getName());
    assertThat(asked).hasValue(0);
  }

  @Test
  void load_callerIsInterrupted_isAFailureAndTheFlagStays() {
    StoreAccess access = access(Duration.ofSeconds(2), left::add);
    Thread.currentThread().interrupt();

    String failure = access.load(BATCH, in(Duration.ofSeconds(60))).failure();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure).isEqualTo(InterruptedException.class.getName());
  }

  @Test
  void doubt_isOfOneShard_andTakenAway() {
    StoreAccess access = access(Duration.ZERO, Runnable::run);
    SourceBatch other = new SourceBatch(BATCH.source(), "other", List.of());
    assertThat(access.isDoubted(BATCH)).isFalse();

    access.doubt(BATCH);
    assertThat(access.isDoubted(BATCH)).isTrue();
    assertThat(access.isDoubted(other)).isFalse();

    access.trust(BATCH);
    assertThat(access.isDoubted(BATCH)).isFalse();
  }
}
