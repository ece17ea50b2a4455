package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SideBySideTest {
  private final SideBySide sideBySide = new SideBySide();

  @Test
  void run_severalInputs_runAtTheSameTimeAndAnswerInOrder() {
    CyclicBarrier together = new CyclicBarrier(3);

    List<Integer> answers =
        sideBySide.run(
            List.of(1, 2, 3),
            input -> {
              await(together);
              return input * 10;
            });

    assertThat(answers).containsExactly(10, 20, 30);
  }

  @Test
  void run_oneInput_runsOnTheCallersThread() {
    assertThat(sideBySide.run(List.of(1), input -> Thread.currentThread()))
        .containsExactly(Thread.currentThread());
  }

  @Test
  void run_noInput_answersNothing() {
    assertThat(sideBySide.run(List.of(), input -> input)).isEmpty();
  }

  @Test
  void run_moreInputsThanThreads_runAll() {
    List<Integer> inputs = IntStream.range(0, 1_000).boxed().toList();

    assertThat(sideBySide.run(inputs, input -> input)).isEqualTo(inputs);
  }

  @Test
  void run_aTaskThatFails_endsOnlyWhenAllHaveEnded() {
    CountDownLatch failed = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();

    assertThatThrownBy(
            () ->
                sideBySide.run(
                    List.of(1, 2, 3),
                    input -> {
                      if (input == 1) {
                        failed.countDown();
                        throw new IllegalStateException("first");
                      }
                      if (input == 2) {
                        throw new IllegalArgumentException("second");
                      }
                      await(failed);
                      ended.set(true);
                      return input;
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasSuppressedException(new IllegalArgumentException("second"));
    assertThat(ended).isTrue();
  }

  @Test
  void run_anError_isPassedOn() {
    assertThatThrownBy(
            () ->
                sideBySide.run(
                    List.of(1, 2),
                    input -> {
                      throw new LinkageError("broken");
                    }))
        .isInstanceOf(LinkageError.class);
  }

  @Test
  void run_anInterrupt_reachesEveryTaskAndIsRestored() {
    CountDownLatch never = new CountDownLatch(1);

    List<Boolean> interrupted =
        sideBySide.run(
            List.of(1, 2, 3),
            input -> {
              if (input == 1) {
                Thread.currentThread().interrupt();
                return true;
              }
              try {
                never.await();
                return false;
              } catch (InterruptedException e) {
                return true;
              }
            });

    assertThat(interrupted).containsExactly(true, true, true);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(sideBySide.run(List.of(1, 2, 3), input -> Thread.interrupted()))
        .containsExactly(false, false, false);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError("the others did not come", e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
