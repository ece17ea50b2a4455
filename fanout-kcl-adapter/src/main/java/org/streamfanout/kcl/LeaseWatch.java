package org.streamfanout.kcl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Deadline;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;

/**
 * Looks whether shards are still this worker's while their threads are blocked: KCL tells a
 * processor that its lease is lost, or is to be handed over, only once it has returned. Also gives
 * up the lease of a shard that ended early, so that somebody starts it again from its checkpoint.
 * For one thread.
 */
final class LeaseWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseWatch.class);

  private final LeaseCoordinator leases;
  private final LiveShards live;
  private final Duration handOverLimit;

  LeaseWatch(LeaseCoordinator leases, LiveShards live, Duration handOverLimit) {
    this.leases = leases;
    this.live = live;
    this.handOverLimit = handOverLimit;
  }

  /** Looks once at each shard. */
  void look() {
    List<ShardWork> overdue = new ArrayList<>();
    for (ShardWork work : live.all()) {
      look(work);
      Deadline end = work.stopAt();
      if (end != null && end.isExpired()) {
        overdue.add(work);
      }
    }
    overdue.forEach(ShardWork::awaitEnd);
  }

  private void look(ShardWork work) {
    Lease lease = leases.getCurrentlyHeldLease(work.leaseKey());
    if (lease == null) {
      work.stop(Deadline.after(Duration.ZERO));
    } else if (work.isEndRefused()
        || (work.isUnfinished() && !lease.shutdownRequested() && !live.isStopped())) {
      LOG.warn(
          "shard '{}' ended early; its lease is given up, and it starts again from its checkpoint",
          work.leaseKey());
      leases.dropLease(lease);
    } else if (lease.shutdownRequested() && work.stopAt() == null) {
      work.stop(Deadline.after(handOverLimit));
    }
  }
}
