package org.streamfanout.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;

/** A store in memory that all readers share, counts its calls and fails as a test says. */
final class FakeProgressStore implements ProgressStore {
  private final InMemoryProgressStore inner = InMemoryProgressStore.create();
  final AtomicInteger loads = new AtomicInteger();
  final AtomicInteger saves = new AtomicInteger();
  final List<Duration> timesLeft = new CopyOnWriteArrayList<>();
  private final Duration timeout;
  private final boolean shared;
  volatile BooleanSupplier loadFails = () -> false;
  volatile BooleanSupplier saveFails = () -> false;

  FakeProgressStore(Duration timeout, boolean shared) {
    this.timeout = timeout;
    this.shared = shared;
  }

  static FakeProgressStore shared() {
    return new FakeProgressStore(Duration.ZERO, true);
  }

  int size() {
    return inner.size();
  }

  @Override
  public List<TargetProgress> load(Source source, @Nullable String shard, Deadline deadline)
      throws Exception {
    loads.incrementAndGet();
    if (loadFails.getAsBoolean()) {
      throw new java.io.IOException("the store cannot be read");
    }
    return inner.load(source, shard, deadline);
  }

  @Override
  public int save(
      Source source, @Nullable String shard, List<TargetProgress> changes, Deadline deadline)
      throws Exception {
    saves.incrementAndGet();
    timesLeft.add(deadline.remaining());
    if (saveFails.getAsBoolean()) {
      // As with a table: some of it may be there.
      List<TargetProgress> some = new ArrayList<>(changes.subList(0, changes.size() / 2));
      inner.save(source, shard, some, deadline);
      throw new java.io.IOException("the store cannot be written");
    }
    return inner.save(source, shard, changes, deadline);
  }

  @Override
  public boolean isShared() {
    return shared;
  }

  @Override
  public Duration timeout() {
    return timeout;
  }
}
