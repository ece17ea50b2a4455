package org.streamfanout.core;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.RecordTransform;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/** The engine. Thread-safe; one per process, shared by all shards. */
public final class FanoutEngine implements AutoCloseable {
  private FanoutEngine() {}

  /** Starts an engine. */
  public static Builder builder() {
    return new Builder();
  }

  /** Delivers a batch. */
  public FanoutResult process(SourceBatch batch, Deadline deadline) {
    throw new IllegalStateException("being built");
  }

  /** Goes on with what is left. */
  public FanoutResult resume(Unsettled left, Deadline deadline) {
    throw new IllegalStateException("being built");
  }

  /** Loads the targets of a source, opens their senders and checks them; never throws. */
  public List<Finding> prime(Source source) {
    throw new IllegalStateException("being built");
  }

  /** Returns everything that is wrong with the rows of one source, without I/O. */
  public List<Targets.Invalid> validate(Targets targets) {
    throw new IllegalStateException("being built");
  }

  /** Returns the providers found, by type. */
  public Map<String, TargetProvider> providers() {
    throw new IllegalStateException("being built");
  }

  @Override
  public void close() {}

  /** Builds an engine; not thread-safe. */
  public static final class Builder {
    private Builder() {}

    /** Sets where targets come from; required. */
    public Builder registry(TargetRegistry registry) {
      return this;
    }

    /** Adds a provider, which wins over one of its type found by ServiceLoader. */
    public Builder provider(TargetProvider provider) {
      return this;
    }

    /** Sets an operator's setting, such as those named in ProviderContext. */
    public Builder setting(String name, String value) {
      return this;
    }

    /** Registers a transform by name. */
    public Builder transform(String name, RecordTransform transform) {
      return this;
    }

    /** Sets how often and how soon a message is sent again. */
    public Builder retry(RetryPolicy retry) {
      return this;
    }

    /** Sets when a target's breaker opens. */
    public Builder circuit(CircuitOptions circuit) {
      return this;
    }

    /** Sets what runs the sends. */
    public Builder executor(Executor executor) {
      return this;
    }

    /** Sets the wall clock. */
    public Builder clock(Clock clock) {
      return this;
    }

    /** Sets the monotonic clock, in nanoseconds; one other than the system's is polled. */
    public Builder ticker(LongSupplier nanoTime) {
      return this;
    }

    /** Sets the random source of back-off jitter. */
    public Builder random(RandomGenerator random) {
      return this;
    }

    /** Adds a listener. */
    public Builder listener(FanoutListener listener) {
      return this;
    }

    /** Bounds the bytes of all sends under way. */
    public Builder maxBytesInFlight(long bytes) {
      return this;
    }

    /** Lets active rows that cannot be used be skipped instead of holding their records. */
    public Builder skipInvalidRows(boolean skip) {
      return this;
    }

    /** Lets a source without rows settle everything instead of being an error. */
    public Builder allowNoTargets(boolean allow) {
      return this;
    }

    /** Returns the engine. */
    public FanoutEngine build() {
      return new FanoutEngine();
    }
  }
}
