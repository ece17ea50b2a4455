package org.streamfanout.core.internal.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.streamfanout.core.NoLockLeft;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.spi.Deadline;
import org.streamfanout.testkit.TestClock;

/** A store's call that somebody waits for, on threads that the test runs itself. */
@Timeout(60)
@ExtendWith(NoLockLeft.class)
class TimedCallTest {
  private static final Duration TIME = Duration.ofSeconds(5);

  private final TestClock clock = new TestClock();
  private final AtomicInteger hung = new AtomicInteger();
  private final List<Runnable> handed = new ArrayList<>();
  private final List<Thread> woken = new ArrayList<>();

  /** Lets the time pass at once that somebody would wait for. */
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
        public void unpark(Thread thread) {
          woken.add(thread);
        }
      };

  private TimedCall<String> call(StoreAccess.Call<String> call) {
    return new TimedCall<>(call, Deadline.after(TIME, clock::nanoTime), ticker, hung);
  }

  @Test
  void await_returnsWhatTheStoreAnswers_andIsWoken() throws Exception {
    assertThat(call(until -> "known").await(Runnable::run)).isEqualTo("known");

    assertThat(woken).containsExactly(Thread.currentThread());
    assertThat(hung).hasValue(0);
  }

  @Test
  void await_throwsWhatTheStoreThrows() {
    assertThatThrownBy(
            () ->
                call(until -> {
                      throw new IOException("no table");
                    })
                    .await(Runnable::run))
        .isInstanceOf(IOException.class)
        .hasMessage("no table");
    assertThatThrownBy(
            () ->
                call(until -> {
                      throw new NoClassDefFoundError("sdk");
                    })
                    .await(Runnable::run))
        .isInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  void await_storeThatAnswersNull_isTold() {
    assertThatThrownBy(() -> call(until -> null).await(Runnable::run))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("null");
  }

  @Test
  void await_noAnswerInTime_isLeftBehind_untilItsThreadIsThere() {
    AtomicBoolean asked = new AtomicBoolean();
    TimedCall<String> late =
        call(
            until -> {
              asked.set(true);
              return "late";
            });
    long start = clock.nanoTime();

    assertThatThrownBy(() -> late.await(handed::add)).isInstanceOf(TimeoutException.class);

    assertThat(clock.nanoTime() - start).isEqualTo(TIME.toNanos());
    assertThat(hung).hasValue(1);
    handed.get(0).run();
    assertThat(asked).as("nobody waits for it any more").isFalse();
    assertThat(hung).hasValue(0);
    assertThat(woken).isEmpty();
  }

  @Test
  void await_interrupted_isLeftBehindAtOnce() {
    Thread.currentThread().interrupt();
    long start = clock.nanoTime();

    assertThatThrownBy(() -> call(until -> "late").await(handed::add))
        .isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(clock.nanoTime()).isEqualTo(start);
    assertThat(hung).hasValue(1);
  }

  @Test
  void await_interruptedWhenTheAnswerIsThere_takesItAndKeepsTheFlag() throws Exception {
    Thread.currentThread().interrupt();

    String answer = call(until -> "known").await(Runnable::run);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(answer).isEqualTo("known");
    assertThat(hung).hasValue(0);
  }

  @Test
  void await_storeThatHangs_isInterrupted_andItsThreadIsCleanAfterwards() throws Exception {
    AtomicBoolean cleanAfterwards = new AtomicBoolean();
    AtomicBoolean interrupted = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(1);
    TimedCall<String> hanging =
        call(
            until -> {
              begun.countDown();
              while (!Thread.currentThread().isInterrupted()) {
                Thread.onSpinWait();
              }
              interrupted.set(true);
              return "late";
            });

    assertThatThrownBy(
            () ->
                hanging.await(
                    task -> {
                      Thread thread =
                          new Thread(
                              () -> {
                                task.run();
                                cleanAfterwards.set(!Thread.currentThread().isInterrupted());
                              });
                      threads.add(thread);
                      thread.start();
                      while (begun.getCount() > 0) {
                        Thread.onSpinWait();
                      }
                    }))
        .isInstanceOf(TimeoutException.class);
    threads.get(0).join();

    assertThat(interrupted).isTrue();
    assertThat(cleanAfterwards).isTrue();
    assertThat(hung).hasValue(0);
    assertThat(woken).as("the waiting thread has gone on").isEmpty();
  }
}
