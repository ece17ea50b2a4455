package org.streamfanout.simulator;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.spi.RegistryException;

/**
 * A program that embeds the engine: one process, a thread per shard, which processes, commits and
 * resumes; started again from the committed places when it dies.
 */
final class EngineHost implements Host {
  private static final int MOST_RECORDS = 5;

  private final HostRules rules;

  EngineHost(HostRules rules) {
    this.rules = rules;
  }

  @Override
  public String name() {
    return "engine";
  }

  @Override
  public void run(Stage stage) {
    for (int number = 0; !stage.isFinished(); number++) {
      SimulatedProcess process = stage.process("program" + number);
      for (SimulatedShard shard : stage.shards()) {
        process.start("reader", () -> read(stage, process, shard));
      }
      process.awaitEnd();
      process.kill();
    }
  }

  private void read(Stage stage, SimulatedProcess process, SimulatedShard shard) {
    Lease lease = shard.lease(process);
    while (true) {
      Delivery delivery = lease.next(process, 1 + stage.choose(MOST_RECORDS));
      if (delivery == null) {
        return;
      }
      boolean settled = false;
      while (!settled) {
        FanoutResult result = process(stage, delivery);
        if (result != null) {
          rules.commit(delivery, rules.settled(result.checkpoint(), delivery));
          settled = rules.isSettled(result);
        }
        if (!settled) {
          stage.sleep(Duration.ofMillis(5L + 10L * stage.choose(8)));
        }
      }
    }
  }

  private @Nullable FanoutResult process(Stage stage, Delivery delivery) {
    try {
      return rules.deliver(
          delivery, stage.deadline(Duration.ofMillis(20L + 40L * stage.choose(12))));
    } catch (RegistryException e) {
      // Nothing was sent; the registry is asked again.
      return null;
    }
  }
}
