package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.ShardStatus;

class WorkerRunTest {
  /** Never reached. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Runs until it is let go, and answers a stop as told. */
  private static final class FakeWorker implements Worker {
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicReference<Duration> stopped = new AtomicReference<>();
    private final @Nullable RuntimeException failure;
    private final boolean handsOver;

    FakeWorker(@Nullable RuntimeException failure, boolean handsOver) {
      this.failure = failure;
      this.handsOver = handsOver;
    }

    @Override
    public void run() {
      try {
        if (!end.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new AssertionError("nobody stopped it");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public boolean stop(Duration limit) {
      stopped.set(limit);
      end.countDown();
      return handsOver;
    }

    @Override
    public Status status() {
      return new Status(List.of(), 0, null, ShardStatus.EMPTY);
    }
  }

  private static WorkerRun started(Worker worker) {
    WorkerRun run = new WorkerRun(worker);
    run.start();
    return run;
  }

  @Test
  void end_workerThatHandsOver_isStopped() throws InterruptedException {
    FakeWorker worker = new FakeWorker(null, true);
    WorkerRun run = started(worker);

    run.askToStop();

    assertThat(run.await(null)).isTrue();
    assertThat(run.isStopping()).isTrue();
    assertThat(run.end(PATIENCE)).isEqualTo(WorkerRun.End.STOPPED);
    assertThat(worker.stopped).hasValue(PATIENCE);
    assertThat(run.hasEnded()).isTrue();
  }

  @Test
  void end_workerThatCannotHandOver_isLate() throws InterruptedException {
    WorkerRun run = started(new FakeWorker(null, false));
    run.askToStop();

    assertThat(run.end(PATIENCE)).isEqualTo(WorkerRun.End.LATE);
  }

  @Test
  void end_workerThatFailed_diedWithItsReason() throws InterruptedException {
    FakeWorker worker = new FakeWorker(new IllegalStateException("denied"), true);
    WorkerRun run = started(worker);
    worker.end.countDown();

    assertThat(run.await(null)).isTrue();
    assertThat(run.end(PATIENCE)).isEqualTo(WorkerRun.End.DIED);
    assertThat(run.reason()).hasMessage("denied");
    assertThat(worker.stopped).hasNullValue();
  }

  @Test
  void end_workerThatReturnedByItself_died() throws InterruptedException {
    FakeWorker worker = new FakeWorker(null, true);
    WorkerRun run = started(worker);
    worker.end.countDown();

    assertThat(run.await(null)).isTrue();
    assertThat(run.end(PATIENCE)).isEqualTo(WorkerRun.End.DIED);
    assertThat(run.reason()).isNull();
  }

  @Test
  void end_workerThatFailsWhileItStops_died() throws InterruptedException {
    WorkerRun run = started(new FakeWorker(new IllegalStateException("denied"), true));
    run.askToStop();

    assertThat(run.end(PATIENCE)).isEqualTo(WorkerRun.End.DIED);
  }

  @Test
  void await_nothingHappens_returnsAfterItsTime() throws InterruptedException {
    FakeWorker worker = new FakeWorker(null, true);
    WorkerRun run = started(worker);

    assertThat(run.await(Duration.ofMillis(1))).isFalse();
    run.askToStop();
    run.end(PATIENCE);
  }
}
