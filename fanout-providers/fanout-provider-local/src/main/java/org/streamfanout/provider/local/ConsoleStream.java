package org.streamfanout.provider.local;

import java.io.PrintStream;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** A standard stream that several targets write to, a call at a time. Thread-safe. */
final class ConsoleStream {
  private final Supplier<PrintStream> stream;
  private final ReentrantLock lock = new ReentrantLock();

  ConsoleStream(Supplier<PrintStream> stream) {
    this.stream = stream;
  }

  /** Writes bytes and returns whether the stream has taken them. */
  boolean write(byte[] bytes) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      PrintStream out = stream.get();
      out.write(bytes, 0, bytes.length);
      return !out.checkError();
    } finally {
      lock.unlock();
    }
  }
}
