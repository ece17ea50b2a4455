package org.streamfanout.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.streamfanout.simulator.Violation.Rule;
import org.streamfanout.spi.FanoutListener.FanoutEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.TargetCounts;

/** Compares what the engine tells at the end of a call with what destinations have answered. */
final class Books {
  private final Oracle oracle;

  Books(Oracle oracle) {
    this.oracle = oracle;
  }

  void settled(Chain chain, TargetEvent event) {
    Chain.At at = chain.targets.get(event.targetId());
    TargetCounts counts = event.counts();
    if (at == null) {
      oracle.violated(
          Rule.LEDGER, chain + " answers for '" + event.targetId() + "', which is no target of it");
      return;
    }
    at.acceptedWhenTold = Set.copyOf(at.accepted);
    if (chain.settledWhenTold < 0) {
      chain.settledWhenTold = prefix(chain, false);
    }
    oracle.ledgers().told(chain, at, event);
    check(chain, event, counts.areConserved(), "are not conserved");
    Set<Item> planned = at.planned;
    if (planned != null) {
      expect(chain, event, "records", counts.records(), planned.size());
    }
    if (at.config == null) {
      expect(chain, event, "accepted", counts.accepted(), 0);
      expect(chain, event, "held", counts.held(), at.released ? 0 : chain.items().size());
      return;
    }
    long leftOut = chain.items().stream().filter(at::mayBeLeftOut).count();
    check(
        chain,
        event,
        counts.alreadySettled() <= leftOut,
        "have more as already settled than " + leftOut);
    if (at.released) {
      expect(chain, event, "held", counts.held(), 0);
      return;
    }
    expect(chain, event, "released", counts.released(), 0);
    expect(chain, event, "accepted", counts.accepted(), at.accepted.size());
    expect(chain, event, "dead-lettered", counts.deadLettered(), at.lettered.size());
    if (planned == null) {
      return;
    }
    long filtered = planned.stream().filter(item -> Chain.isFiltered(at.config, item)).count();
    expect(chain, event, "filtered", counts.filtered(), filtered);
    if (at.mayDrop()) {
      int least = at.drops() ? at.rejected.size() : 0;
      Set<Item> most = at.drops() ? new HashSet<>(at.rejected) : new HashSet<>();
      planned.stream().filter(at::mayBeDropped).forEach(most::add);
      most.removeAll(at.accepted);
      most.removeAll(at.lettered);
      check(
          chain,
          event,
          counts.dropped() >= least && counts.dropped() <= most.size(),
          "have as dropped other than " + least + " to " + most.size());
    } else {
      expect(chain, event, "dropped", counts.dropped(), 0);
      expect(
          chain,
          event,
          "held",
          counts.held(),
          planned.stream().filter(item -> !at.isSettled(item)).count() - counts.alreadySettled());
    }
  }

  void finished(Chain chain, FanoutEvent event) {
    List<Item> items = chain.items();
    // What destinations take while the call tells of its end is not in what it tells.
    int least = chain.settledWhenTold < 0 ? prefix(chain, false) : chain.settledWhenTold;
    chain.settledWhenTold = -1;
    int most = prefix(chain, true);
    if (event.records() != items.size() || event.settled() < least || event.settled() > most) {
      oracle.violated(
          Rule.LEDGER,
          chain
              + " tells "
              + event.settled()
              + " of "
              + event.records()
              + " as settled; destinations say "
              + least
              + (least == most ? "" : " to " + most)
              + " of "
              + items.size());
    }
    oracle.keepProgress(chain, event.settled() < event.records());
  }

  /** Counts the settled records from the first on; where dropping is in doubt, so or so. */
  private int prefix(Chain chain, boolean most) {
    int count = 0;
    for (Item item : chain.items()) {
      for (Chain.At at : chain.targets.values()) {
        boolean doubtful =
            most ? at.mayDrop() && at.mayBeDropped(item) : at.drops() && at.rejected.contains(item);
        boolean unknown = most && (at.planned == null || at.mayBeLeftOut(item));
        if (!at.isSettled(item) && !doubtful && !unknown) {
          return count;
        }
      }
      count++;
    }
    return count;
  }

  private void expect(Chain chain, TargetEvent event, String what, long told, long known) {
    check(chain, event, told == known, "have " + told + " as " + what + " instead of " + known);
  }

  private void check(Chain chain, TargetEvent event, boolean holds, String what) {
    if (!holds) {
      oracle.violated(
          Rule.LEDGER,
          "the counts of '"
              + event.targetId()
              + "' for "
              + chain
              + " "
              + what
              + ": "
              + event.counts());
    }
  }
}
