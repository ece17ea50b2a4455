package org.streamfanout.simulator;

import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.simulator.Choices.Kind;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/** Real engines on simulated time, threads, targets and destinations. */
final class SimulatedEngines {
  /** The transform that targets with a filter have. */
  static final String TRANSFORM = "thirds";

  /** Too little for two messages, so that batches wait for one another. */
  private static final long TIGHT_BYTES = 24;

  private static final Duration CACHE_TTL = Duration.ofMillis(300);

  private SimulatedEngines() {}

  static FanoutEngine build(Stage stage, SimulatedProcess process) {
    TargetRegistry rows = stage.rows();
    if (stage.choices().chance(Kind.PLAN, 30)) {
      rows = new CachingTargetRegistry(rows, CACHE_TTL, stage.clock());
    }
    FanoutEngine.Builder builder =
        FanoutEngine.builder()
            .registry(watched(stage, process, rows))
            .provider(stage.wrapped(new SimulatedProvider(stage, process)))
            .executor(process::execute)
            .ticker(stage.scheduler())
            .clock(stage.clock())
            .random(new SplittableRandom(stage.choices().next(Kind.PLAN, 1 << 16)))
            .retry(Plan.RETRY)
            .circuit(Plan.CIRCUIT)
            .transform(TRANSFORM, record -> filters(record) ? null : record)
            .listener(stage.wrapped(new Watch(stage, process)))
            .listener(books(stage, process));
    if (stage.choices().chance(Kind.PLAN, 20)) {
      builder.maxBytesInFlight(TIGHT_BYTES);
    }
    ProgressStore progress = stage.progress(process);
    if (progress != null) {
      builder.progress(progress);
    }
    stage.change(builder);
    return builder.build();
  }

  /** Returns a ledger of a process, which hears nothing any more once that is killed. */
  private static FanoutListener books(Stage stage, SimulatedProcess process) {
    Ledger ledger = new Ledger(stage.clock());
    stage.oracle().ledgers().add(process, ledger);
    FanoutListener wrapped = stage.wrapped(ledger);
    return new FanoutListener() {
      @Override
      public void settled(TargetEvent event) {
        if (!process.isDead() && !stage.scheduler().isEnding()) {
          wrapped.settled(event);
        }
      }
    };
  }

  /** Returns whether the transform leaves a record out. */
  static boolean filters(FanoutRecord record) {
    String number = record.sequenceNumber();
    return (number.charAt(number.length() - 1) - '0') % 3 == 2;
  }

  private static TargetRegistry watched(
      Stage stage, SimulatedProcess process, TargetRegistry registry) {
    return source -> {
      // Before the answer, so that the engine takes it in at once.
      stage.scheduler().yield();
      process.checkAlive();
      Targets answer = registry.targetsFor(source);
      Chain chain = Scheduler.self().chain;
      if (chain != null) {
        stage.oracle().looked(chain, process, answer);
      }
      return stage.wrapped(answer);
    };
  }

  /** Compares what the engine tells, and lets others run where the engine holds no lock. */
  private static final class Watch implements FanoutListener {
    private final Stage stage;
    private final SimulatedProcess process;

    Watch(Stage stage, SimulatedProcess process) {
      this.stage = stage;
      this.process = process;
    }

    @Override
    public void sent(SendEvent event) {
      stage.scheduler().yield();
    }

    @Override
    public void retrying(RetryEvent event) {
      stage.scheduler().yield();
    }

    @Override
    public void settled(TargetEvent event) {
      Chain chain = chain();
      if (chain != null) {
        stage.oracle().books().settled(chain, event);
      }
    }

    @Override
    public void finished(FanoutEvent event) {
      Chain chain = chain();
      if (chain != null) {
        stage.trace(() -> chain + " has " + event.settled() + " settled of " + event.records());
        stage.oracle().books().finished(chain, event);
      }
    }

    @Override
    public void progress(ProgressEvent event) {
      Chain chain = chain();
      if (chain != null && event.failures() > 0) {
        chain.progressFailed = true;
      }
    }

    private @Nullable Chain chain() {
      Chain chain = Scheduler.self().chain;
      return process.isDead() || stage.scheduler().isEnding()
          ? null
          : Objects.requireNonNull(chain);
    }
  }
}
