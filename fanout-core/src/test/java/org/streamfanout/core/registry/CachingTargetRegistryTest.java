package org.streamfanout.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

@ExtendWith(NoLockLeft.class)
class CachingTargetRegistryTest {
  private static final Duration TTL = Duration.ofSeconds(60);

  private final Source source = Source.of("kafka://a:1/t");
  private final MutableClock clock = new MutableClock();
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile RuntimeException failure;
  private final TargetRegistry delegate =
      each -> {
        int number = asked.incrementAndGet();
        RuntimeException thrown = failure;
        if (thrown != null) {
          throw thrown;
        }
        return answer(number);
      };
  private final CachingTargetRegistry cache = new CachingTargetRegistry(delegate, TTL, clock);

  private static Targets answer(int number) {
    return new Targets(List.of(), List.of(), Set.of("answer-" + number), null);
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void targetsFor_withinTtl_askedOnce() {
    assertThat(cache.targetsFor(source)).isEqualTo(answer(1));
    clock.advance(TTL.minusMillis(1));
    assertThat(cache.targetsFor(source)).isEqualTo(answer(1));
    clock.advance(Duration.ofMillis(1));
    assertThat(cache.targetsFor(source)).isEqualTo(answer(2));
    assertThat(asked).hasValue(2);
  }

  @Test
  void ttl_mustBePositive() {
    for (Duration ttl : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
      assertThatThrownBy(() -> new CachingTargetRegistry(delegate, ttl, clock))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not positive");
    }
    assertThat(new CachingTargetRegistry(delegate, Duration.ofNanos(1), clock).targetsFor(source))
        .isEqualTo(answer(1));
  }

  @Test
  void targetsFor_staleCopy_isServedUntilItsWaitIsOver() {
    cache.targetsFor(source);
    failure = new RegistryException("throttled");
    clock.advance(TTL);
    cache.targetsFor(source);
    failure = null;

    clock.advance(CachingTargetRegistry.STALE_WAIT.minusMillis(1));
    assertThat(cache.targetsFor(source).staleSince()).isNotNull();
    assertThat(asked).hasValue(2);
    clock.advance(Duration.ofMillis(1));
    assertThat(cache.targetsFor(source).staleSince()).isNull();
    assertThat(asked).hasValue(3);
  }

  @Test
  void targetsFor_otherSource_hasItsOwnCopy() {
    cache.targetsFor(source);
    cache.targetsFor(Source.of("kafka://a:1/u"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void targetsFor_clockSetBack_asksAgain() {
    cache.targetsFor(source);
    clock.advance(Duration.ofHours(-1));
    assertThat(cache.targetsFor(source)).isEqualTo(answer(2));
  }

  @Test
  void targetsFor_refreshFails_copyServedAsStaleAndDelegateSpared() {
    Instant readAt = clock.instant();
    cache.targetsFor(source);
    failure = new RegistryException("throttled");
    clock.advance(TTL);

    for (int call = 0; call < 100; call++) {
      assertThat(cache.targetsFor(source)).isEqualTo(answer(1).stale(readAt));
    }
    assertThat(asked).hasValue(2);

    clock.advance(CachingTargetRegistry.STALE_WAIT);
    assertThat(cache.targetsFor(source).staleSince()).isEqualTo(readAt);
    assertThat(asked).hasValue(3);

    failure = null;
    clock.advance(CachingTargetRegistry.STALE_WAIT);
    assertThat(cache.targetsFor(source)).isEqualTo(answer(4));
  }

  @Test
  void targetsFor_firstReadFails_registryExceptionAndAskedAgain() {
    failure = new IllegalStateException("no network");
    assertThatThrownBy(() -> cache.targetsFor(source))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("no network")
        .hasMessageContaining(source.id());

    failure = null;
    assertThat(cache.targetsFor(source)).isEqualTo(answer(2));
  }

  @Test
  void targetsFor_manyThreadsWithoutCopy_oneAsksAndTheOthersWait() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    var slow =
        new CachingTargetRegistry(
            each -> {
              asking.countDown();
              await(go);
              return delegate.targetsFor(each);
            },
            TTL,
            clock);
    List<Future<Targets>> answers = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      answers.add(threads.submit(() -> slow.targetsFor(source)));
    }
    await(asking);
    go.countDown();

    for (Future<Targets> each : answers) {
      assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(answer(1));
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void targetsFor_whileAnotherRefreshes_copyIsServedWithoutWaiting() throws Exception {
    CountDownLatch asking = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    var slow =
        new CachingTargetRegistry(
            each -> {
              if (asked.get() == 1) {
                asking.countDown();
                await(go);
              }
              return delegate.targetsFor(each);
            },
            TTL,
            clock);
    slow.targetsFor(source);
    clock.advance(TTL);
    Future<Targets> refreshing = threads.submit(() -> slow.targetsFor(source));
    await(asking);

    assertThat(slow.targetsFor(source)).isEqualTo(answer(1));

    go.countDown();
    assertThat(refreshing.get(30, TimeUnit.SECONDS)).isEqualTo(answer(2));
    assertThat(slow.targetsFor(source)).isEqualTo(answer(2));
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
