package org.streamfanout.simulator;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;

/**
 * One batch and all the calls of the engine that deliver it: what the oracle knows of it, told by
 * destinations and registry, never by the engine.
 */
final class Chain {
  private final int number;
  private final Lease lease;
  private final SimulatedProcess process;
  private final int from;

  /** When it was read, in the scheduler's time. */
  final long begunAt;

  private final List<Item> items;
  final Map<String, At> targets = new LinkedHashMap<>();
  boolean looked;

  /** Whether a store has told what it remembers of this batch. */
  boolean progressLoaded;

  /** Whether the engine has told that it could not use its store. */
  boolean progressFailed;

  /** The settled records when a call began to tell of its end; below 0 while it goes on. */
  int settledWhenTold = -1;

  Chain(
      int number, Lease lease, SimulatedProcess process, int from, List<Item> items, long begunAt) {
    this.begunAt = begunAt;
    this.number = number;
    this.lease = lease;
    this.process = process;
    this.from = from;
    this.items = items;
  }

  int number() {
    return number;
  }

  /** Returns whether this one is the later reader: by its lease, then by its beginning. */
  boolean isAfter(Chain other) {
    return lease == other.lease ? number > other.number : lease.number() > other.lease.number();
  }

  Lease lease() {
    return lease;
  }

  SimulatedShard shard() {
    return lease.shard();
  }

  SimulatedProcess process() {
    return process;
  }

  int from() {
    return from;
  }

  List<Item> items() {
    return items;
  }

  /** What one target has answered for the batch, by the row that it is delivered by. */
  static final class At {
    final @Nullable TargetConfig config;

    /** What is open when this row takes over; null if the oracle cannot know. */
    final @Nullable Set<Item> planned;

    /** What was settled by an earlier row of the target. */
    final Set<Item> before;

    final Set<Item> accepted = new HashSet<>();
    final Set<Item> lettered = new HashSet<>();
    final Set<Item> rejected = new HashSet<>();
    final Map<Item, Integer> failures = new HashMap<>();

    /** How often they failed in attempts that count in any case. */
    final Map<Item, Integer> surelyFailed = new HashMap<>();

    boolean released;

    /** What was accepted when the engine last told what became of the batch. */
    Set<Item> acceptedWhenTold = Set.of();

    /** What earlier batches have settled under the same row, where progress is remembered. */
    Set<Item> settledBefore = Set.of();

    /** What was remembered as accepted when the batch began, until its call is over. */
    Map<Item, Oracle.Remembered> remembered = Map.of();

    /** How often records failed in earlier batches, where progress is remembered. */
    Map<Item, Integer> failuresBefore = Map.of();

    /** Which of the process's openings of the target delivers. */
    final int incarnation;

    /** What an earlier row of the target may have dropped. */
    private final Set<Item> perhapsDropped = new HashSet<>();

    At(
        Oracle oracle,
        Chain chain,
        String targetId,
        @Nullable TargetConfig config,
        int incarnation,
        @Nullable Set<Item> planned,
        Set<Item> before) {
      this.oracle = oracle;
      this.chain = chain;
      this.trouble = oracle.trouble(chain.process, targetId, incarnation);
      this.config = config;
      this.incarnation = incarnation;
      this.planned = planned;
      this.before = before;
    }

    /** Of whom it is told. */
    private final Oracle oracle;

    private final Chain chain;

    /** What the target has been through in this opening. */
    final Trouble trouble;

    /** What was tried and not accepted, and may be tried again. */
    final Set<Item> tried = new HashSet<>();

    /** What ledgers should have of it. */
    TargetCounts told = TargetCounts.ZERO;

    boolean drops() {
      return config != null && config.onFailure() == OnFailure.DROP;
    }

    Ordering ordering() {
      return config == null ? Ordering.NONE : config.ordering();
    }

    /** Returns whether it may drop anything at all. */
    boolean mayDrop() {
      return drops() || sheds();
    }

    private boolean sheds() {
      return config != null && config.onOpen() == OnOpen.SHED;
    }

    boolean mayBeDropped(Item item) {
      return perhapsDropped.contains(item)
          || (drops() && (mayHaveFailedForGood(item) || mayBeTooOld(item)))
          || (sheds() && mayHaveBeenDown());
    }

    /** Returns whether a record was rejected, or failed as often as its row lets it. */
    boolean mayHaveFailedForGood(Item item) {
      return rejected.contains(item) || allFailures(item) >= mostAttempts();
    }

    int mostAttempts() {
      Integer ofRow = config == null ? null : config.delivery().maxAttempts();
      return ofRow == null ? Plan.RETRY.maxAttempts() : ofRow;
    }

    /** Returns whether a record may be given up for its age, which is looked at for a reason. */
    boolean mayBeTooOld(Item item) {
      Duration most = config == null ? null : config.delivery().maxRecordAge();
      return most != null
          && (tried.contains(item) || mayHaveBeenDown() || trouble.hasThrottled())
          && oracle.mayBeOlder(item, chain, most);
    }

    /** Returns whether a record may go to the dead letters without an attempt. */
    boolean mayBeParked() {
      return config != null && config.onOpen() == OnOpen.PARK && mayHaveBeenDown();
    }

    private boolean mayHaveBeenDown() {
      oracle.noteHanging();
      return trouble.mayHaveBeenDown();
    }

    /** Returns how often a record has failed, earlier batches included. */
    int allFailures(Item item) {
      return failures.getOrDefault(item, 0) + failuresBefore.getOrDefault(item, 0);
    }

    /** Returns whether the engine may take a record for settled by what it remembers. */
    boolean mayBeLeftOut(Item item) {
      return settledBefore.contains(item) && !isSettled(item);
    }

    /** Returns whether a record needs nothing more, as far as answers that came back tell. */
    boolean isSettled(Item item) {
      return released
          || before.contains(item)
          || accepted.contains(item)
          || lettered.contains(item)
          || isFiltered(config, item);
    }

    /** Returns this target under a changed row. */
    At changed(String id, TargetConfig now, int newIncarnation) {
      List<Item> items = chain.items;
      Set<Item> settled = new HashSet<>();
      Set<Item> open = new LinkedHashSet<>();
      for (Item item : items) {
        (isSettled(item) ? settled : open).add(item);
      }
      boolean unknown = mayDrop() || (planned == null && config != null);
      At changed = new At(oracle, chain, id, now, newIncarnation, unknown ? null : open, settled);
      items.stream().filter(this::mayBeDropped).forEach(changed.perhapsDropped::add);
      return changed;
    }
  }

  static boolean isFiltered(@Nullable TargetConfig config, Item item) {
    return config != null && config.transform() != null && SimulatedEngines.filters(item.record());
  }

  @Override
  public String toString() {
    return "batch " + number + " (" + lease + ", " + process + ")";
  }
}
