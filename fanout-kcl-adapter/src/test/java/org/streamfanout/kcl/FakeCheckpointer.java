package org.streamfanout.kcl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.KinesisClientLibDependencyException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.processor.Checkpointer;
import software.amazon.kinesis.processor.PreparedCheckpointer;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * KCL's checkpointer as far as a shard processor may use it: keeps what it is told, refuses to go
 * back as KCL does, and fails as a test asks. Stands in for KCL 3.5.1's own, whose source says so.
 * The forms that a processor here must not use fail, and then nothing is written.
 */
final class FakeCheckpointer implements RecordProcessorCheckpointer {
  static final ExtendedSequenceNumber END = ExtendedSequenceNumber.SHARD_END;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<ExtendedSequenceNumber> written = new ArrayList<>();
  private final List<ExtendedSequenceNumber> prepared = new ArrayList<>();
  private final Deque<Exception> next = new ArrayDeque<>();
  private boolean lost;
  private Consumer<ExtendedSequenceNumber> onWritten = number -> {};

  /** Lets the next calls fail, one each. */
  FakeCheckpointer failing(Exception... failures) {
    next.addAll(List.of(failures));
    return this;
  }

  /** From now on the lease is another worker's. */
  void lose() {
    lock.lock();
    try {
      lost = true;
    } finally {
      lock.unlock();
    }
  }

  /** Does something with each checkpoint as it is written. */
  FakeCheckpointer onWritten(Consumer<ExtendedSequenceNumber> action) {
    onWritten = action;
    return this;
  }

  List<ExtendedSequenceNumber> written() {
    lock.lock();
    try {
      return List.copyOf(written);
    } finally {
      lock.unlock();
    }
  }

  List<ExtendedSequenceNumber> prepared() {
    lock.lock();
    try {
      return List.copyOf(prepared);
    } finally {
      lock.unlock();
    }
  }

  private void call(List<ExtendedSequenceNumber> to, ExtendedSequenceNumber number)
      throws KinesisClientLibDependencyException,
          InvalidStateException,
          ThrottlingException,
          ShutdownException {
    lock.lock();
    try {
      if (lost) {
        throw new ShutdownException("the lease is another worker's");
      }
      fail(next.poll());
      if (!written.isEmpty() && written.get(written.size() - 1).compareTo(number) > 0) {
        throw new IllegalArgumentException(number + " is before " + written);
      }
      to.add(number);
      if (to == written) {
        onWritten.accept(number);
      }
    } finally {
      lock.unlock();
    }
  }

  private static void fail(@Nullable Exception failure)
      throws KinesisClientLibDependencyException,
          InvalidStateException,
          ThrottlingException,
          ShutdownException {
    if (failure instanceof KinesisClientLibDependencyException dependency) {
      throw dependency;
    } else if (failure instanceof InvalidStateException state) {
      throw state;
    } else if (failure instanceof ThrottlingException throttling) {
      throw throttling;
    } else if (failure instanceof ShutdownException shutdown) {
      throw shutdown;
    } else if (failure instanceof RuntimeException bug) {
      throw bug;
    }
  }

  @Override
  public void checkpoint()
      throws KinesisClientLibDependencyException,
          InvalidStateException,
          ThrottlingException,
          ShutdownException {
    call(written, END);
  }

  @Override
  public void checkpoint(String sequenceNumber, long subSequenceNumber)
      throws KinesisClientLibDependencyException,
          InvalidStateException,
          ThrottlingException,
          ShutdownException {
    call(written, new ExtendedSequenceNumber(sequenceNumber, subSequenceNumber));
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(String sequenceNumber, long subSequenceNumber)
      throws KinesisClientLibDependencyException,
          InvalidStateException,
          ThrottlingException,
          ShutdownException {
    ExtendedSequenceNumber number = new ExtendedSequenceNumber(sequenceNumber, subSequenceNumber);
    call(prepared, number);
    return new PreparedCheckpointer() {
      @Override
      public ExtendedSequenceNumber pendingCheckpoint() {
        return number;
      }

      @Override
      public void checkpoint() {
        throw new AssertionError("what was prepared is never to be written");
      }
    };
  }

  @Override
  public void checkpoint(Record record) {
    throw byNumbersOnly();
  }

  @Override
  public void checkpoint(String sequenceNumber) {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint() {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(byte[] applicationState) {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(Record record) {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(Record record, byte[] applicationState) {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(String sequenceNumber) {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(String sequenceNumber, byte[] applicationState) {
    throw byNumbersOnly();
  }

  @Override
  public PreparedCheckpointer prepareCheckpoint(
      String sequenceNumber, long subSequenceNumber, byte[] applicationState) {
    throw byNumbersOnly();
  }

  @Override
  public Checkpointer checkpointer() {
    throw byNumbersOnly();
  }

  /** These forms cannot say which part of an aggregate is settled. */
  private static AssertionError byNumbersOnly() {
    return new AssertionError("a checkpoint names its sequence and sub-sequence number");
  }
}
