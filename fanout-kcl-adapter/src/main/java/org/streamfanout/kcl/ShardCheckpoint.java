package org.streamfanout.kcl;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.spi.Position;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;

/**
 * How far a shard is settled, and how far KCL has been told. What cannot be written stays to be
 * written with the next occasion; nothing that KCL throws goes further than here. For one thread at
 * a time.
 */
final class ShardCheckpoint {
  private static final Logger LOG = LoggerFactory.getLogger(ShardCheckpoint.class);

  private final RecordUnit unit;
  private final String shard;

  /** Held while KCL is called, so that one position is written after the other. */
  private final ReentrantLock lock = new ReentrantLock();

  private @Nullable Position settled;
  private @Nullable Position written;
  private volatile boolean lost;

  ShardCheckpoint(RecordUnit unit, String shard) {
    this.unit = unit;
    this.shard = shard;
  }

  /** A call to KCL. */
  private interface Call {
    void run()
        throws ShutdownException,
            ThrottlingException,
            InvalidStateException,
            KinesisClientLibDependencyException;
  }

  /**
   * Writes the settled prefix of the batch under way. One that has not grown is no reason for KCL
   * to look at the lease, so then it is asked to prepare the first position that is not settled:
   * this changes nothing about where anyone starts, and fails if the lease is another worker's.
   *
   * @return whether the shard is still this worker's, as far as one can tell
   */
  boolean reached(RecordProcessorCheckpointer checkpointer, Checkpoint reached) {
    lock.lock();
    try {
      Position last = reached.lastSettled();
      if (last != null) {
        settled = last;
      }
      Position next = reached.firstUnsettled();
      if (isAllWritten() && next != null) {
        call(
            () ->
                checkpointer.prepareCheckpoint(
                    next.sequenceNumber(), unit.subSequenceNumber(next)));
      } else {
        write(checkpointer);
      }
      return !lost;
    } finally {
      lock.unlock();
    }
  }

  private boolean isAllWritten() {
    return settled == null || settled.equals(written);
  }

  /** Writes what is settled and was not written yet. */
  void write(RecordProcessorCheckpointer checkpointer) {
    lock.lock();
    try {
      Position position = settled;
      if (position != null
          && !isAllWritten()
          && call(
              () ->
                  checkpointer.checkpoint(
                      position.sequenceNumber(), unit.subSequenceNumber(position)))) {
        written = position;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes that the shard is settled to its end. */
  void writeEnd(RecordProcessorCheckpointer checkpointer) {
    lock.lock();
    try {
      if (call(checkpointer::checkpoint)) {
        written = settled;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether KCL has said that the shard is another worker's. */
  boolean isLost() {
    return lost;
  }

  private boolean call(Call call) {
    if (lost) {
      return false;
    }
    try {
      call.run();
      return true;
    } catch (ShutdownException e) {
      LOG.debug("shard '{}' belongs to another worker by now", shard, e);
      lost = true;
    } catch (ThrottlingException | KinesisClientLibDependencyException e) {
      LOG.warn("the checkpoint of shard '{}' has to wait", shard, e);
    } catch (InvalidStateException e) {
      LOG.error("the checkpoint of shard '{}' has to wait; look at the lease table", shard, e);
    } catch (RuntimeException | Error e) {
      LOG.error("KCL does not take the checkpoint of shard '{}'", shard, e);
    }
    return false;
  }
}
