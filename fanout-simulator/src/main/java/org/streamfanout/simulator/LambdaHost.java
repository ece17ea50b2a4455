package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.spi.RegistryException;

/**
 * Lambda behind an event source mapping, in simulated form: a poller for each shard, or for each
 * part of it under a parallelization factor, hands batches to function instances that are frozen
 * between invocations and started when none is idle. With partial responses an answer names the
 * first record that failed, and the mapping goes on from there; without, anything unsettled fails
 * the invocation, and the mapping repeats the batch, halves it if it is to bisect, and gives it up
 * after the retries of its configuration. An invocation that takes too long ends with its instance.
 *
 * <p>The rules are those of the Lambda adapter; its own code is tested elsewhere.
 */
final class LambdaHost implements Host {
  private static final int MOST_RECORDS = 5;

  /** What the handler leaves of the invocation's time, to answer in. */
  private static final Duration MARGIN = Duration.ofMillis(20);

  private final HostRules rules;

  LambdaHost(HostRules rules) {
    this.rules = rules;
  }

  @Override
  public String name() {
    return "lambda";
  }

  @Override
  public Layout layout() {
    return Layout.PARTED;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public void run(Stage stage) {
    Function function = new Function(stage, rules);
    for (SimulatedShard shard : stage.shards()) {
      stage.start("poller " + shard, () -> new Poller(function, shard).poll());
    }
    while (!stage.isFinished()) {
      stage.sleep(Duration.ofMillis(20));
    }
  }

  /** The function and its configuration. */
  private static final class Function {
    final Stage stage;
    final HostRules rules;
    final boolean partialResponses;
    final boolean bisects;

    /** How often a failed batch is tried again; below 0 for ever. */
    final int retries;

    final Duration timeout;
    private final List<SimulatedProcess> idle = new ArrayList<>();
    private int started;

    Function(Stage stage, HostRules rules) {
      this.stage = stage;
      this.rules = rules;
      this.partialResponses = stage.choose(2) == 0;
      this.bisects = stage.choose(2) == 1;
      this.retries = stage.choose(4) == 3 ? 2 + stage.choose(4) : -1;
      this.timeout = Duration.ofMillis(80L + 60L * stage.choose(10));
    }

    /** Returns an instance that is frozen, or a new one. */
    SimulatedProcess instance() {
      idle.removeIf(SimulatedProcess::isDead);
      if (!idle.isEmpty() && stage.choose(5) < 4) {
        SimulatedProcess warm = idle.remove(idle.size() - 1);
        warm.thaw();
        return warm;
      }
      return stage.process("instance" + started++);
    }

    void giveBack(SimulatedProcess instance) {
      instance.freeze();
      idle.add(instance);
    }
  }

  /** What polls one shard, or one part of it. */
  private static final class Poller {
    private final Function function;
    private final Stage stage;
    private final SimulatedShard shard;
    private final Lease lease;

    Poller(Function function, SimulatedShard shard) {
      this.function = function;
      this.stage = function.stage;
      this.shard = shard;
      this.lease = shard.retryingLease();
    }

    void poll() {
      while (!shard.isFinished()) {
        int from = shard.committed();
        deliver(from, Math.min(shard.size(), from + 1 + stage.choose(MOST_RECORDS)), 0);
      }
    }

    /** Has records delivered until they are, or were given up. */
    private void deliver(int from, int to, int failuresBefore) {
      int at = from;
      int failures = failuresBefore;
      while (at < to) {
        SimulatedProcess instance = function.instance();
        Delivery delivery = lease.read(instance, at, to);
        int done = invoke(instance, delivery);
        if (done > 0) {
          function.rules.commit(delivery, done);
          at += done;
        }
        if (at == to) {
          return;
        }
        failures++;
        if (function.retries >= 0 && failures > function.retries) {
          lease.read(instance, at, to).discard();
          return;
        }
        stage.sleep(Duration.ofMillis(5L + 10L * stage.choose(6)));
        if (function.bisects && done == 0 && to - at > 1) {
          int middle = at + (to - at) / 2;
          deliver(at, middle, failures);
          at = middle;
        }
      }
    }

    /** Invokes the function; returns how many records the mapping takes as done. */
    private int invoke(SimulatedProcess instance, Delivery delivery) {
      Invocation invocation = new Invocation(function, delivery);
      instance.start("handler", invocation::handle);
      stage.start("timeout", () -> invocation.timeOut(instance, function.timeout));
      instance.awaitEnd();
      invocation.over = true;
      if (instance.isDead()) {
        return 0;
      }
      function.giveBack(instance);
      return invocation.done;
    }
  }

  /** One invocation. */
  private static final class Invocation {
    private final Function function;
    private final Delivery delivery;
    private int done;
    private boolean over;

    Invocation(Function function, Delivery delivery) {
      this.function = function;
      this.delivery = delivery;
    }

    void handle() {
      Duration time = function.timeout.minus(MARGIN);
      FanoutResult result = deliver(time);
      if (result == null) {
        done = 0;
      } else if (function.rules.isSettled(result)) {
        done = delivery.batch().records().size();
      } else {
        done = function.partialResponses ? function.rules.firstFailed(result) : 0;
      }
    }

    private @Nullable FanoutResult deliver(Duration time) {
      try {
        return function.rules.deliver(delivery, function.stage.deadline(time));
      } catch (RegistryException e) {
        // The handler throws, too.
        return null;
      }
    }

    /** Ends an instance whose handler does not answer in time. */
    void timeOut(SimulatedProcess instance, Duration timeout) {
      function.stage.sleep(timeout);
      if (!over) {
        instance.kill();
      }
    }
  }
}
