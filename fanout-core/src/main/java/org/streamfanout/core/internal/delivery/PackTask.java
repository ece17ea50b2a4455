package org.streamfanout.core.internal.delivery;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;

/**
 * A target's first piece of work: asks the destination for its limits, then packs. If asking takes
 * too long, another one packs with the safe limits, so that a hung destination stalls nobody.
 */
final class PackTask implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(PackTask.class);

  final TargetDelivery delivery;
  private final Deadline deadline;
  final long expiresAt;
  final boolean asks;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Thread asking;
  private boolean abandoned;

  PackTask(TargetDelivery delivery, Deadline deadline, long expiresAt, boolean asks) {
    this.delivery = delivery;
    this.deadline = deadline;
    this.expiresAt = expiresAt;
    this.asks = asks;
  }

  /** Ends the question, if it is being asked. */
  void interrupt() {
    lock.lock();
    try {
      abandoned = true;
      if (asking != null) {
        asking.interrupt();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    Limits known = delivery.runtime.capabilities().limits();
    if (asks) {
      Limits asked = ask();
      known = asked == null ? known : asked;
    }
    BatchRun run = delivery.run;
    try {
      Packer packer = delivery.newPacker(delivery.runtime.limits(known));
      packer.pack(delivery.plan);
      run.underLock(() -> delivery.packed(this, packer));
    } catch (RuntimeException | Error e) {
      LOG.error("the provider of target '{}' failed while sizing messages", delivery.id(), e);
      Failure broken =
          Failure.fatal(
              Sends.PROVIDER_BROKEN, "sizing messages failed with " + e.getClass().getName());
      run.underLock(() -> delivery.packingFailed(this, broken));
    }
    run.proceed(delivery);
  }

  private @Nullable Limits ask() {
    if (!begin()) {
      return null;
    }
    try {
      return delivery.runtime.sender().limits(deadline);
    } catch (Exception | LinkageError | AssertionError e) {
      LOG.warn(
          "target '{}' did not tell its limits ({}); the safe ones are used",
          delivery.id(),
          e.getClass().getName());
      return null;
    } finally {
      end();
    }
  }

  private boolean begin() {
    lock.lock();
    try {
      asking = Thread.currentThread();
      return !abandoned;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      asking = null;
      if (abandoned) {
        Thread.interrupted();
      }
    } finally {
      lock.unlock();
    }
  }
}
