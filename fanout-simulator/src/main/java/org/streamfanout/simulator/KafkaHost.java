package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.spi.RegistryException;

/**
 * Consumers of a Kafka group, in simulated form: each has one thread that polls, hands the records
 * of a partition to the engine for a while, commits the settled prefix, pauses the partition and
 * resumes what is left at its next turn. The coordinator moves partitions: a consumer that is asked
 * commits what is settled and lets go; one that was thought dead loses them at once, and its
 * commits are refused.
 *
 * <p>The rules are those of the Kafka adapter; its own code is tested elsewhere.
 */
final class KafkaHost implements Host {
  private static final int MOST_RECORDS = 5;
  private static final Duration LOOK = Duration.ofMillis(20);

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

    void letGo(SimulatedShard partition) {
      owners.remove(partition);
    }
  }

  /** One consumer. */
  private static final class Consumer {
    private final Group group;
    private final Stage stage;
    private final SimulatedProcess process;
    private final Map<SimulatedShard, Lease> assigned = new LinkedHashMap<>();
    private final Map<SimulatedShard, Boolean> revoking = new HashMap<>();
    private final Map<SimulatedShard, Pending> pending = new HashMap<>();

    private record Pending(Lease lease, Delivery delivery) {}

    Consumer(Group group, SimulatedProcess process) {
      this.group = group;
      this.stage = group.stage;
      this.process = process;
    }

    void poll() {
      while (!stage.isFinished()) {
        for (SimulatedShard partition : List.copyOf(assigned.keySet())) {
          Lease lease = assigned.get(partition);
          if (lease == null) {
            continue;
          }
          if (!lease.isHeld()) {
            // Lost: nothing is committed, and what is left is dropped.
            assigned.remove(partition, lease);
            pending.remove(partition);
          } else if (revoking.remove(partition) != null) {
            // Revoked: every commit was made when it was due.
            assigned.remove(partition);
            pending.remove(partition);
            group.letGo(partition);
          } else {
            deliver(partition, lease);
          }
        }
        stage.sleep(Duration.ofMillis(5L + 5L * stage.choose(6)));
      }
    }

    private void deliver(SimulatedShard partition, Lease lease) {
      Pending left = pending.get(partition);
      Delivery delivery =
          left != null && left.lease == lease
              ? left.delivery
              : lease.next(process, 1 + stage.choose(MOST_RECORDS));
      if (delivery == null) {
        return;
      }
      pending.put(partition, new Pending(lease, delivery));
      try {
        FanoutResult result =
            group.rules.deliver(
                delivery, stage.deadline(Duration.ofMillis(10L + 20L * stage.choose(8))));
        boolean mine =
            group.rules.commit(delivery, group.rules.settled(result.checkpoint(), delivery));
        if (!mine || group.rules.isSettled(result)) {
          pending.remove(partition);
        }
      } catch (RegistryException e) {
        // Nothing was sent: the same records are handed over again at the next turn.
        return;
      }
    }
  }
}
