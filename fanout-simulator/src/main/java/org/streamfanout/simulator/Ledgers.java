package org.streamfanout.simulator;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.core.Ledger;
import org.streamfanout.simulator.Violation.Rule;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.TargetCounts;

/**
 * Compares the public ledger of every process with what destinations have answered to it, and with
 * what is left of its batches.
 */
final class Ledgers {
  private final Oracle oracle;
  private final Map<SimulatedProcess, Ledger> ledgers = new LinkedHashMap<>();
  private final Map<SimulatedProcess, Map<String, Known>> known = new HashMap<>();

  /** What is known of one target in one process. */
  private static final class Known {
    private TargetCounts ends = TargetCounts.ZERO;

    /** What was held of each batch when it was last told of. */
    private final Map<Chain, Long> held = new HashMap<>();
  }

  Ledgers(Oracle oracle) {
    this.oracle = oracle;
  }

  void add(SimulatedProcess process, Ledger ledger) {
    ledgers.put(process, ledger);
  }

  /** A call told of a target; destinations say what of that is accepted, or is a dead letter. */
  void told(Chain chain, Chain.At at, TargetEvent event) {
    TargetCounts counts = event.counts();
    TargetCounts now = counts;
    if (at.config != null && !at.released) {
      now =
          new TargetCounts(
              counts.records(),
              at.accepted.size(),
              counts.filtered(),
              at.lettered.size(),
              counts.dropped(),
              counts.alreadySettled(),
              counts.released(),
              counts.held(),
              0,
              0);
    }
    Known of =
        known
            .computeIfAbsent(chain.process(), process -> new HashMap<>())
            .computeIfAbsent(event.targetId(), id -> new Known());
    of.ends = of.ends.plus(now.minus(at.told));
    of.held.put(chain, counts.held());
    at.told = now;
  }

  /** Checks all ledgers when all is over. */
  void check() {
    ledgers.forEach(
        (process, ledger) -> {
          if (ledger.difference() != 0) {
            oracle.violated(
                Rule.LEDGER, "the ledger of " + process + " is wrong by " + ledger.difference());
          }
          Map<String, Known> its = known.getOrDefault(process, Map.of());
          List<Ledger.Entry> entries = ledger.snapshot();
          entries.forEach(
              entry -> check(process, entry, its.getOrDefault(entry.targetId(), new Known())));
          if (entries.size() != its.size()) {
            oracle.violated(
                Rule.LEDGER,
                "the ledger of " + process + " has " + entries + " instead of " + its.keySet());
          }
        });
  }

  private void check(SimulatedProcess process, Ledger.Entry entry, Known its) {
    TargetCounts sums = entry.counts();
    long mostHeld = its.held.values().stream().mapToLong(Long::longValue).sum();
    boolean same =
        sums.accepted() == its.ends.accepted()
            && sums.deadLettered() == its.ends.deadLettered()
            && sums.dropped() == its.ends.dropped()
            && sums.filtered() == its.ends.filtered()
            && sums.alreadySettled() == its.ends.alreadySettled()
            && sums.released() == its.ends.released();
    if (!same || sums.held() > mostHeld || !sums.areConserved()) {
      oracle.violated(
          Rule.LEDGER,
          "the ledger of "
              + process
              + " has for '"
              + entry.targetId()
              + "' "
              + sums
              + " instead of "
              + its.ends
              + " and up to "
              + mostHeld
              + " held");
    }
  }
}
