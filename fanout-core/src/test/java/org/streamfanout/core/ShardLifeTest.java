package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.spi.Deadline;
import org.streamfanout.testkit.InMemoryTarget;

/** How long a shard is worked on, and what a stop leaves time for. */
@Timeout(60)
@ExtendWith(NoLockLeft.class)
class ShardLifeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final VirtualTime time = new VirtualTime();
  private final Fixture fixture =
      new Fixture(time.engine().provider(new InMemoryTarget()), Fixture.target("t").build());
  private final ShardOptions options =
      new ShardOptions(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(10));
  private final ShardLife life = new ShardLife(fixture.engine, options);

  @AfterEach
  void close() {
    fixture.close();
  }

  private Deadline in(Duration left) {
    return Deadline.after(left, time);
  }

  private Duration pauseOf(Duration asked, boolean expected) {
    long start = time.getAsLong();
    assertThat(life.pause(asked, () -> false)).isEqualTo(expected);
    return Duration.ofNanos(time.getAsLong() - start);
  }

  @Test
  void call_lastsACycle_orUntilTheStop() {
    assertThat(life.beginCall(true).remaining()).isEqualTo(Duration.ofSeconds(30));
    life.endCall();
    life.stop(in(Duration.ofSeconds(60)));
    assertThat(life.beginCall(false).remaining()).isEqualTo(Duration.ofSeconds(30));
    life.endCall();
    life.stop(in(Duration.ofSeconds(5)));

    assertThat(life.beginCall(false).remaining()).isEqualTo(Duration.ofSeconds(5));
    life.endCall();
  }

  @Test
  void stop_aLaterOne_givesNoMoreTime() {
    assertThat(life.isStopped()).isFalse();
    life.stop(in(SECOND));
    life.stop(in(Duration.ofSeconds(9)));

    assertThat(life.isStopped()).isTrue();
    assertThat(life.isStoppedNow()).isTrue();
    assertThat(life.goesOn()).isTrue();
    time.clock.advance(SECOND);
    assertThat(life.goesOn()).isFalse();
  }

  @Test
  void stop_nothingNewIsBegun_whatWasBegunGoesOn() {
    life.stop(in(SECOND));

    assertThat(life.beginCall(true)).isNull();
    assertThat(life.beginCall(false)).isNotNull();
    life.endCall();
  }

  @Test
  void breakOff_nothingGoesOn() {
    assertThat(life.isBrokenNow()).isFalse();
    life.lock.lock();
    life.breakOff();
    life.lock.unlock();

    assertThat(life.isBrokenNow()).isTrue();
    assertThat(life.goesOn()).isFalse();
    assertThat(life.beginCall(false)).isNull();
    assertThat(pauseOf(SECOND, false)).isZero();
  }

  @Test
  void endCall_afterABreakOff_takesTheInterruptBack() {
    life.beginCall(true);
    life.lock.lock();
    life.breakOff();
    life.lock.unlock();
    Thread.currentThread().interrupt();

    life.endCall();

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void endCall_otherwise_anInterruptIsItsOwners() {
    life.beginCall(true);
    Thread.currentThread().interrupt();

    life.endCall();

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void isOver_onceItIsStoppedAndNobodyWorks() {
    assertThat(life.isIdle()).isTrue();
    assertThat(life.isOver()).isFalse();
    life.enter();
    life.stop(in(SECOND));
    assertThat(life.isOver()).isFalse();
    assertThat(life.isIdle()).isFalse();

    life.lock.lock();
    life.leave();
    life.lock.unlock();

    assertThat(life.isOver()).isTrue();
  }

  @Test
  void pause_isAsLongAsAsked_afterAStopTheFirstPauseAtMost() {
    assertThat(pauseOf(Duration.ofSeconds(7), true)).isEqualTo(Duration.ofSeconds(7));
    life.stop(in(Duration.ofSeconds(3)));
    assertThat(pauseOf(Duration.ofSeconds(7), true)).isEqualTo(Duration.ofMillis(200));

    life.stop(in(Duration.ofMillis(50)));
    assertThat(pauseOf(Duration.ofSeconds(7), false)).isEqualTo(Duration.ofMillis(50));
  }

  @Test
  void pause_cutShort_endsWithoutWaiting() {
    AtomicInteger asked = new AtomicInteger();
    long start = time.getAsLong();

    assertThat(life.pause(SECOND, () -> asked.incrementAndGet() > 0)).isTrue();

    assertThat(time.getAsLong()).isEqualTo(start);
  }

  @Test
  void pause_interrupted_breaksOffAndKeepsTheFlag() {
    Thread.currentThread().interrupt();

    boolean goesOn = life.pause(SECOND, () -> false);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(goesOn).isFalse();
    assertThat(life.isBrokenNow()).isTrue();
  }

  @Test
  void hosting_oneBatchAtATime() {
    life.beginHosting();
    assertThatThrownBy(life::beginHosting)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("already");

    life.endHosting();
    life.beginHosting();
    life.endHosting();
  }

  @Test
  void awaitEnd_nobodyWorks_isThereAtOnce() {
    life.awaitEnd();
    life.stop(in(SECOND));
    long start = time.getAsLong();

    life.awaitEnd();

    assertThat(time.getAsLong()).isEqualTo(start);
  }

  @Test
  void awaitEnd_withoutAStop_isAMistake() {
    life.enter();

    assertThatThrownBy(life::awaitEnd)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("stop the delivery");
  }
}
