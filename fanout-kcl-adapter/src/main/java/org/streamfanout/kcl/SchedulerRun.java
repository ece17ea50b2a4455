package org.streamfanout.kcl;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutException;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.WorkerStateChangeListener;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;

/** One run of a KCL scheduler with shards of ours, and its orderly end. Thread-safe. */
final class SchedulerRun {
  private static final Logger LOG = LoggerFactory.getLogger(SchedulerRun.class);

  /**
   * What KCL itself takes to hand its leases over once the shards have returned: it looks each
   * second, three times, and then writes each lease.
   */
  private static final Duration HAND_OVER = Duration.ofSeconds(10);

  private final Scheduler scheduler;
  private final LiveShards live;
  private final KclOptions options;
  private final Start start;

  /** Held for as long as a stop takes, which the run waits for. */
  private final ReentrantLock stopping = new ReentrantLock();

  private @Nullable List<Lease> held;
  private boolean released;

  /** Hears whether the scheduler could start, which KCL only logs; and tells another listener. */
  static final class Start implements WorkerStateChangeListener {
    private final WorkerStateChangeListener next;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Start(WorkerStateChangeListener next) {
      this.next = next;
    }

    @Override
    public void onWorkerStateChange(WorkerState newState) {
      next.onWorkerStateChange(newState);
    }

    @Override
    public void onAllInitializationAttemptsFailed(Throwable cause) {
      failure.set(cause);
      next.onAllInitializationAttemptsFailed(cause);
    }
  }

  /** Makes a run of KCL's settings, which are not used for another one. */
  static SchedulerRun of(KclSettings settings, LiveShards live, KclOptions options) {
    Start start = new Start(settings.coordinator().workerStateChangeListener());
    settings.coordinator().workerStateChangeListener(start);
    Scheduler scheduler =
        new Scheduler(
            settings.checkpoint(),
            settings.coordinator(),
            settings.leases(),
            settings.lifecycle(),
            settings.metrics(),
            settings.processor(),
            settings.retrieval());
    return new SchedulerRun(scheduler, live, options, start);
  }

  LiveShards live() {
    return live;
  }

  /**
   * Takes a scheduler that has not been run.
   *
   * @param start was given to the scheduler as its listener
   */
  SchedulerRun(Scheduler scheduler, LiveShards live, KclOptions options, Start start) {
    this.scheduler = scheduler;
    this.live = live;
    this.options = options;
    this.start = start;
  }

  /**
   * Runs until it is stopped.
   *
   * @throws FanoutException if it cannot be started
   */
  void run() {
    LeaseWatch watch = new LeaseWatch(scheduler.leaseCoordinator(), live, options.stopLimit());
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "fanout-kcl-leases");
              thread.setDaemon(true);
              return thread;
            });
    long nanos = options.leaseCheck().toNanos();
    try {
      var unused =
          clock.scheduleWithFixedDelay(() -> look(watch), nanos, nanos, TimeUnit.NANOSECONDS);
      scheduler.run();
    } finally {
      clock.shutdownNow();
      live.stop(Deadline.after(Duration.ZERO));
      live.awaitEnd();
      // It still needs the clients.
      stopping.lock();
      stopping.unlock();
    }
    Throwable failure = start.failure.get();
    if (failure != null) {
      throw new FanoutException("KCL cannot start: " + failure.getMessage(), failure);
    }
  }

  private static void look(LeaseWatch watch) {
    try {
      watch.look();
    } catch (RuntimeException | Error e) {
      LOG.error("the leases could not be looked at", e);
    }
  }

  /**
   * Stops all shards side by side, then hands the leases over.
   *
   * @return whether all leases were handed over within the limit; if not, they are left to expire
   */
  boolean stop(Duration limit) {
    Deadline end = Deadline.after(limit);
    Duration half = limit.dividedBy(2);
    live.stop(Deadline.after(limit.minus(half.compareTo(HAND_OVER) < 0 ? half : HAND_OVER)));
    try {
      if (!stopping.tryLock(end.remainingNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      return released || handOver(limit, end);
    } finally {
      stopping.unlock();
    }
  }

  private boolean handOver(Duration limit, Deadline end) {
    List<Lease> leases = held;
    if (leases == null) {
      leases = List.copyOf(scheduler.leaseCoordinator().getAssignments());
      held = leases;
    }
    CompletableFuture<Boolean> done = scheduler.startGracefulShutdown();
    live.awaitEnd();
    try {
      if (done.get(end.remainingNanos(), TimeUnit.NANOSECONDS)) {
        released = release(leases, end);
        return released;
      }
      LOG.warn(
          "KCL has ended, but not all of its shards in order; their leases are left to expire");
    } catch (TimeoutException e) {
      LOG.warn("KCL has not ended within {}; its leases are left to expire", limit);
    } catch (ExecutionException e) {
      LOG.warn("KCL could not end in order; its leases are left to expire", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Its initialization holds the lock that this takes.
    Thread last = new Thread(scheduler::shutdown, "fanout-kcl-shutdown");
    last.setDaemon(true);
    last.start();
    return false;
  }

  /** Writes that leases have no owner any more; KCL only lets them expire. */
  private boolean release(List<Lease> leases, Deadline end) {
    LeaseRefresher table = scheduler.leaseCoordinator().leaseRefresher();
    try {
      for (Lease lease : leases) {
        if (end.isExpired()) {
          return false;
        }
        // False means that it is somebody else's already.
        table.evictLease(lease);
      }
      return true;
    } catch (DependencyException
        | InvalidStateException
        | ProvisionedThroughputException
        | RuntimeException e) {
      LOG.warn("leases could not be released; they are left to expire", e);
      return false;
    }
  }
}
