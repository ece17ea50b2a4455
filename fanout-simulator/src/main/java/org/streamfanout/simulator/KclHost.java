package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;

/**
 * Workers of the Kinesis Client Library that share a table of leases, in simulated form: a worker
 * takes leases that are free or whose owner is dead, and takes one from a busier worker now and
 * then; children of a shard start when their parents are finished. What the adapter does around the
 * engine is done by {@link ShardDelivery} itself; the adapter's own code is tested elsewhere.
 *
 * <p>A lost lease is found out at the next checkpoint, which is refused, or when the worker looks
 * at its leases, which stops the delivery. A worker that stops in order gives its deliveries a
 * time, and then its leases back.
 */
final class KclHost implements Host {
  private static final int MOST_RECORDS = 5;
  private static final Duration LOOK = Duration.ofMillis(25);
  private static final ShardOptions OPTIONS =
      new ShardOptions(Duration.ofMillis(250), Duration.ofMillis(10), Duration.ofMillis(60));

  private final HostRules rules;

  KclHost(HostRules rules) {
    this.rules = rules;
  }

  @Override
  public String name() {
    return "kcl";
  }

  @Override
  public Layout layout() {
    return Layout.RESHARDED;
  }

  @Override
  public void run(Stage stage) {
    new Fleet(stage, rules).run();
  }

  /** All workers, and the table that they share. */
  private static final class Fleet {
    private final Stage stage;
    private final HostRules rules;
    private final Map<SimulatedShard, Lease> leases = new HashMap<>();
    private final List<Worker> workers = new ArrayList<>();
    private int started;

    Fleet(Stage stage, HostRules rules) {
      this.stage = stage;
      this.rules = rules;
    }

    void run() {
      int size = 1 + stage.choose(2);
      while (!stage.isFinished()) {
        workers.removeIf(worker -> worker.process.isDead());
        while (workers.size() < size) {
          Worker worker = new Worker(this, stage.process("worker" + started++));
          workers.add(worker);
          worker.process.start("coordinator", worker::coordinate);
        }
        stage.sleep(LOOK);
      }
      workers.forEach(worker -> worker.process.kill());
    }

    boolean isFree(SimulatedShard shard) {
      Lease lease = leases.get(shard);
      SimulatedProcess owner = lease == null ? null : lease.owner();
      return owner == null || owner.isDead();
    }

    boolean mayStart(SimulatedShard shard) {
      return shard.parents().stream().allMatch(parent -> rules.isFinished(parent));
    }
  }

  /** One worker. */
  private static final class Worker {
    private final Fleet fleet;
    private final Stage stage;
    final SimulatedProcess process;
    private final Map<SimulatedShard, Consumer> consumers = new LinkedHashMap<>();

    Worker(Fleet fleet, SimulatedProcess process) {
      this.fleet = fleet;
      this.stage = fleet.stage;
      this.process = process;
    }

    /** Looks at the leases again and again. */
    void coordinate() {
      while (!stage.isFinished()) {
        letGo();
        if (stage.choose(8) == 7 && stage.takeTrouble()) {
          stopInOrder();
          return;
        }
        take();
        stage.sleep(LOOK);
      }
    }

    private void letGo() {
      for (Consumer consumer : List.copyOf(consumers.values())) {
        if (consumer.ended) {
          consumers.remove(consumer.lease.shard());
        } else if (!consumer.lease.isHeld()) {
          // As leaseLost does: the consumer must be gone before this worker may have another.
          consumer.delivery.stop(stage.deadline(Duration.ZERO));
          consumer.delivery.awaitEnd();
        }
      }
    }

    private void take() {
      Set<SimulatedShard> mine = new HashSet<>(consumers.keySet());
      for (SimulatedShard shard : stage.shards()) {
        if (shard.isFinished() || mine.contains(shard) || !fleet.mayStart(shard)) {
          continue;
        }
        boolean steals = !fleet.isFree(shard) && stage.choose(6) == 5 && stage.takeTrouble();
        if (fleet.isFree(shard) || steals) {
          Lease lease = shard.lease(process);
          fleet.leases.put(shard, lease);
          Consumer consumer = new Consumer(this, lease);
          consumers.put(shard, consumer);
          process.start("consumer", consumer::consume);
          return;
        }
      }
    }

    private void stopInOrder() {
      consumers
          .values()
          .forEach(
              consumer ->
                  consumer.delivery.stop(
                      stage.deadline(Duration.ofMillis(20L * stage.choose(10)))));
      for (Consumer consumer : consumers.values()) {
        consumer.delivery.awaitEnd();
        if (consumer.lease.isHeld()) {
          fleet.leases.remove(consumer.lease.shard());
        }
      }
      process.kill();
    }
  }

  /** What consumes one shard for a worker. */
  private static final class Consumer {
    private final Worker worker;
    private final Lease lease;
    private final ShardOptions options;
    private final ShardDelivery delivery;
    private boolean ended;

    Consumer(Worker worker, Lease lease) {
      this.worker = worker;
      this.lease = lease;
      this.options = Ahead.choose(OPTIONS, worker.stage);
      this.delivery = worker.process.shard(options);
    }

    void consume() {
      HostRules rules = worker.fleet.rules;
      Delivery next = next();
      while (next != null) {
        Delivery now = next;
        ShardDelivery loop = rules.loop(delivery, () -> worker.process.shard(options));
        boolean goesOn =
            now.deliverAhead(loop, checkpoint -> rules.commit(now, rules.settled(checkpoint, now)));
        if (goesOn) {
          rules.mayBringNext(now);
        }
        next = goesOn ? next() : null;
      }
      boolean unused = delivery.settle();
      ended = true;
    }

    private @Nullable Delivery next() {
      return lease.next(worker.process, 1 + worker.stage.choose(MOST_RECORDS));
    }
  }
}
