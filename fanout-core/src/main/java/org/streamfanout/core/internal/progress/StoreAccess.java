package org.streamfanout.core.internal.progress;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.internal.delivery.Services;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProgress;

/**
 * A store as an engine uses it: whatever it does, the engine goes on, and soon. Thread-safe.
 *
 * <p>A store that does I/O is called on a thread of the engine's, which is left behind when it
 * takes too long; a few that do not come back are enough to leave the store alone until they do.
 */
public final class StoreAccess {
  private static final Logger LOG = LoggerFactory.getLogger(StoreAccess.class);
  private static final long WARN_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST_HUNG = 8;

  private final ProgressStore store;
  private final Services services;
  private final ProviderContext context;
  private final AtomicInteger hung = new AtomicInteger();
  private final AtomicLong lastWarning;

  /** Shards of which something may be remembered that is not so any more. */
  private final Set<Place> doubted = ConcurrentHashMap.newKeySet();

  private record Place(Source source, @Nullable String shard) {}

  /** Something that a store is asked. */
  interface Call<T> {
    T run(Deadline deadline) throws Exception;
  }

  /** A store's answer: a value, or what it failed with. */
  record Answer<T>(@Nullable T value, @Nullable String failure) {}

  /** Wraps a store; the context says what rows leave to the operator. */
  public StoreAccess(ProgressStore store, Services services, ProviderContext context) {
    this.store = store;
    this.services = services;
    this.context = context;
    this.lastWarning = new AtomicLong(services.nanoTime().getAsLong() - WARN_EVERY_NANOS);
  }

  /** Loads what is remembered of a batch's shard; never throws. */
  public BatchProgress begin(SourceBatch batch, Deadline deadline) {
    BatchProgress progress = new BatchProgress(this, services.listener(), batch);
    progress.load(deadline);
    return progress;
  }

  /** Returns when deliveries have to end, so that there is time to save. */
  public Deadline forDelivery(Deadline deadline) {
    Duration left = deadline.remaining();
    Duration quarter = left.dividedBy(4);
    Duration timeout = store.timeout();
    Duration reserve = timeout.compareTo(quarter) < 0 ? timeout : quarter;
    return reserve.isZero() ? deadline : deadline.atMost(left.minus(reserve));
  }

  /** Notes that what is remembered of a shard must not be used before it has been put right. */
  void doubt(SourceBatch batch) {
    doubted.add(new Place(batch.source(), batch.shard()));
  }

  /** Takes the doubt about a shard away. */
  void trust(SourceBatch batch) {
    doubted.remove(new Place(batch.source(), batch.shard()));
  }

  boolean isDoubted(SourceBatch batch) {
    return !doubted.isEmpty() && doubted.contains(new Place(batch.source(), batch.shard()));
  }

  boolean isShared() {
    return store.isShared();
  }

  String fingerprint(TargetConfig target) {
    return Fingerprint.of(target, context);
  }

  Answer<List<TargetProgress>> load(SourceBatch batch, Deadline deadline) {
    return ask("load", batch, deadline, until -> store.load(batch.source(), batch.shard(), until));
  }

  Answer<Integer> save(SourceBatch batch, List<TargetProgress> changes, Deadline deadline) {
    return ask(
        "save",
        batch,
        deadline,
        until -> store.save(batch.source(), batch.shard(), changes, until));
  }

  private <T> Answer<T> ask(String what, SourceBatch batch, Deadline deadline, Call<T> call) {
    try {
      if (store.timeout().isZero()) {
        return new Answer<>(call.run(deadline), null);
      }
      if (hung.get() >= MOST_HUNG) {
        throw new TimeoutException("earlier calls of the store have not returned");
      }
      TimedCall<T> timed =
          new TimedCall<>(call, deadline.atMost(store.timeout()), services.nanoTime(), hung);
      return new Answer<>(timed.await(services.executor()), null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(what, batch, e);
    } catch (RejectedExecutionException e) {
      return failed(what, batch, e);
    } catch (Exception | LinkageError | AssertionError e) {
      return failed(what, batch, e);
    }
  }

  private <T> Answer<T> failed(String what, SourceBatch batch, Throwable error) {
    long now = services.nanoTime().getAsLong();
    long last = lastWarning.get();
    if (now - last >= WARN_EVERY_NANOS && lastWarning.compareAndSet(last, now)) {
      LOG.warn(
          "progress of '{}' could not be {}: records may be sent again; not said again for a"
              + " minute",
          batch.source().id(),
          what.equals("load") ? "loaded" : "saved",
          error);
    }
    return new Answer<>(null, error.getClass().getName());
  }
}
