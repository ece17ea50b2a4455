package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;

/**
 * Consumers of a Kafka group, in simulated form: each has one thread that polls, hands the records
 * of a partition to its {@link ShardDelivery} when that is ready for more, and commits the settled
 * prefix. The coordinator moves partitions: a consumer that is asked gives what is under way some
 * time, commits what is settled and lets go; one that was thought dead loses them at once, and its
 * commits are refused.
 *
 * <p>The rules are those of the Kafka adapter; its own code is tested elsewhere.
 */
final class KafkaHost implements Host {
  private static final int MOST_RECORDS = 5;
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final ShardOptions OPTIONS =
      new ShardOptions(Duration.ofMillis(250), Duration.ofMillis(10), Duration.ofMillis(60));

  private final HostRules rules;

  KafkaHost(HostRules rules) {
    this.rules = rules;
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public void run(Stage stage) {
    new Group(stage, rules).run();
  }

  /** The group and its coordinator. */
  private static final class Group {
    private final Stage stage;
    private final HostRules rules;
    private final List<Consumer> consumers = new ArrayList<>();
    private final Map<SimulatedShard, Consumer> owners = new HashMap<>();
    private int started;

    Group(Stage stage, HostRules rules) {
      this.stage = stage;
      this.rules = rules;
    }

    void run() {
      int size = 1 + stage.choose(2);
      while (!stage.isFinished()) {
        consumers.removeIf(consumer -> consumer.process.isDead());
        while (consumers.size() < size) {
          Consumer consumer = new Consumer(this, stage.process("consumer" + started++));
          consumers.add(consumer);
          consumer.process.start("poll", consumer::poll);
        }
        for (SimulatedShard partition : stage.shards()) {
          place(partition);
        }
        stage.sleep(LOOK);
      }
      consumers.forEach(consumer -> consumer.process.kill());
    }

    private void place(SimulatedShard partition) {
      Consumer owner = owners.get(partition);
      if (owner == null || owner.process.isDead()) {
        give(partition, consumers.get(stage.choose(consumers.size())));
      } else if (stage.choose(8) == 7 && stage.takeTrouble()) {
        if (stage.choose(2) == 0) {
          owner.revoking.put(partition, true);
        } else {
          // Thought dead: the partition is another's before it knows.
          give(partition, consumers.get(stage.choose(consumers.size())));
        }
      }
    }

    private void give(SimulatedShard partition, Consumer to) {
      owners.put(partition, to);
      to.assigned.put(partition, partition.lease(to.process));
    }

    void letGo(SimulatedShard partition, Lease lease) {
      if (lease.isHeld()) {
        owners.remove(partition);
      }
    }
  }

  /** One consumer: a thread that polls and commits, and a loop for each of its partitions. */
  private static final class Consumer {
    private final Group group;
    private final Stage stage;
    private final SimulatedProcess process;
    private final Map<SimulatedShard, Lease> assigned = new LinkedHashMap<>();
    private final Map<SimulatedShard, Boolean> revoking = new HashMap<>();
    private final Map<SimulatedShard, Partition> partitions = new LinkedHashMap<>();

    Consumer(Group group, SimulatedProcess process) {
      this.group = group;
      this.stage = group.stage;
      this.process = process;
    }

    void poll() {
      while (!stage.isFinished()) {
        for (SimulatedShard shard : List.copyOf(assigned.keySet())) {
          Lease lease = assigned.get(shard);
          if (lease != null) {
            turn(shard, lease);
          }
        }
        stage.sleep(Duration.ofMillis(5L + 5L * stage.choose(6)));
      }
    }

    private void turn(SimulatedShard shard, Lease lease) {
      Partition partition = partitions.get(shard);
      if (partition == null || partition.lease != lease) {
        // Given anew without a word: the old one ends first.
        end(shard, Duration.ZERO);
        partition = new Partition(lease, process, stage);
        partitions.put(shard, partition);
      }
      // One that was thought dead does not know it, and is refused.
      partition.commit(group.rules);
      if (!lease.isHeld()) {
        // Lost: what is left is dropped.
        end(shard, Duration.ZERO);
        assigned.remove(shard, lease);
      } else if (revoking.remove(shard) != null) {
        // Revoked: what is under way gets its time, and what is settled is committed.
        Partition revoked = end(shard, Duration.ofMillis(20L * stage.choose(6)));
        if (revoked != null) {
          revoked.commit(group.rules);
        }
        assigned.remove(shard, lease);
        group.letGo(shard, lease);
      } else {
        partition.read(group.rules);
      }
    }

    private @Nullable Partition end(SimulatedShard shard, Duration limit) {
      Partition partition = partitions.remove(shard);
      if (partition != null) {
        partition.loop.stop(stage.deadline(limit));
        partition.loop.awaitEnd();
      }
      return partition;
    }
  }

  /** One partition of a consumer. */
  private static final class Partition {
    private final Lease lease;
    private final SimulatedProcess process;
    private final Stage stage;
    private final ShardOptions options;
    private final ShardDelivery loop;

    /** How far it was told that batches are settled, in their order. */
    private final Map<Delivery, Checkpoint> settled = new LinkedHashMap<>();

    Partition(Lease lease, SimulatedProcess process, Stage stage) {
      this.lease = lease;
      this.process = process;
      this.stage = stage;
      this.options = Ahead.choose(OPTIONS, stage);
      this.loop = process.shard(options);
    }

    void read(HostRules rules) {
      if (!loop.isReady() || stage.choose(4) == 3) {
        return;
      }
      Delivery next = lease.next(process, 1 + stage.choose(MOST_RECORDS));
      if (next != null) {
        boolean unused =
            next.start(
                rules.loop(loop, () -> process.shard(options)),
                checkpoint -> {
                  settled.put(next, checkpoint);
                  return true;
                });
        rules.mayBringNext(next);
      }
    }

    void commit(HostRules rules) {
      for (Delivery delivery : List.copyOf(settled.keySet())) {
        Checkpoint checkpoint = settled.remove(delivery);
        if (checkpoint != null) {
          boolean unused = rules.commit(delivery, rules.settled(checkpoint, delivery));
        }
      }
    }
  }
}
