package org.streamfanout.simulator;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.InMemoryProgressStore;
import org.streamfanout.simulator.Choices.Kind;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;

/** A store of progress as one process has it. Used by one strand at a time. */
final class SimulatedProgress implements ProgressStore {
  /** Who remembers. */
  enum Memory {
    /** Nobody. */
    NONE,
    /** Each process for itself. */
    OWN,
    /** All of them together, as by a table. */
    SHARED
  }

  /** What fails of a store that is shared; never both, see the decision about progress. */
  enum Failing {
    NOTHING,
    LOADS,
    SAVES
  }

  private static final Duration TIMEOUT = Duration.ofMillis(10);

  private final Stage stage;
  private final SimulatedProcess process;
  private final InMemoryProgressStore memory;
  private boolean failed;

  SimulatedProgress(Stage stage, SimulatedProcess process, InMemoryProgressStore memory) {
    this.stage = stage;
    this.process = process;
    this.memory = memory;
  }

  @Override
  public List<TargetProgress> load(Source source, @Nullable String shard, Deadline deadline)
      throws IOException {
    pass(Failing.LOADS);
    List<TargetProgress> answer = memory.load(source, shard, deadline);
    Chain chain = Scheduler.self().chain;
    if (chain != null) {
      chain.progressLoaded = true;
    }
    return answer;
  }

  @Override
  public int save(
      Source source, @Nullable String shard, List<TargetProgress> changes, Deadline deadline)
      throws IOException {
    pass(Failing.SAVES);
    int beyond = memory.save(source, shard, changes, deadline);
    stage.scheduler().yield();
    return beyond;
  }

  /** Lets others run, and fails now and then. */
  private void pass(Failing what) throws IOException {
    stage.scheduler().yield();
    process.checkAlive();
    // Again and again is a decision of its own: without it, never twice in a row.
    Kind kind = failed ? Kind.POLICY : Kind.FAULTS;
    failed = stage.failingProgress() == what && stage.choices().chance(kind, 40);
    if (failed) {
      stage.played(Fault.PROGRESS_FAILS);
      throw new IOException("the store does not " + what);
    }
  }

  @Override
  public boolean isShared() {
    return memory.isShared();
  }

  @Override
  public Duration timeout() {
    return memory.isShared() ? TIMEOUT : Duration.ZERO;
  }
}
