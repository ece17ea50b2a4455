package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/** Stands in for a host's shard: gives the batches that a test puts, and keeps the checkpoint. */
final class QueuedShard implements SpringBeans.Shard {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Source source;
  private final String name;
  private final SourceBatch end;
  private final BlockingQueue<SourceBatch> batches = new LinkedBlockingQueue<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Integer> settled = new ArrayList<>();
  private @Nullable Position last;

  QueuedShard(Source source, String name) {
    this.source = source;
    this.name = name;
    this.end = new SourceBatch(source, name, List.of());
  }

  /** Puts one batch of records, each with its own data as its sequence number. */
  void put(String... data) {
    batches.add(
        new SourceBatch(
            source,
            name,
            Arrays.stream(data)
                .map(
                    each ->
                        FanoutRecord.builder(name + ":" + each, each)
                            .shard(name)
                            .data(Bytes.utf8(each))
                            .build())
                .toList()));
  }

  void end() {
    batches.add(end);
  }

  @Override
  public boolean reached(Checkpoint checkpoint) {
    lock.lock();
    try {
      settled.add(checkpoint.settled());
      last = checkpoint.lastSettled();
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many records of its batch were settled, at each checkpoint. */
  List<Integer> settled() {
    lock.lock();
    try {
      return List.copyOf(settled);
    } finally {
      lock.unlock();
    }
  }

  void awaitCommit(String sequenceNumber) throws InterruptedException {
    await(() -> Position.whole(sequenceNumber).equals(last));
  }

  void awaitSettled(int count) throws InterruptedException {
    await(() -> settled.contains(count));
  }

  private void await(BooleanSupplier reached) throws InterruptedException {
    lock.lock();
    try {
      long left = PATIENCE.toNanos();
      while (!reached.getAsBoolean()) {
        assertThat(left).as("checkpoints %s, then %s", settled, last).isPositive();
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Iterator<SourceBatch> iterator() {
    return new Iterator<>() {
      private @Nullable SourceBatch next;

      @Override
      public boolean hasNext() {
        try {
          next = next == null ? batches.take() : next;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
        return next != end;
      }

      @Override
      public SourceBatch next() {
        SourceBatch taken = hasNext() ? next : null;
        if (taken == null) {
          throw new NoSuchElementException();
        }
        next = null;
        return taken;
      }
    };
  }
}
