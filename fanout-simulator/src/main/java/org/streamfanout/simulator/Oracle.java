package org.streamfanout.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.simulator.SimulatedProgress.Memory;
import org.streamfanout.simulator.Violation.Rule;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

/**
 * Watches a simulation from the outside, at the source, at the registry and at the destinations,
 * and tells what must never happen. Used by one strand at a time.
 */
final class Oracle {
  private static final int MOST_VIOLATIONS = 20;

  private final Stage stage;
  private final Books books = new Books(this);
  private final Ledgers ledgers = new Ledgers(this);
  private final Letters envelopes = new Letters();
  private final Map<String, Item> items = new LinkedHashMap<>();
  private final Map<String, Arrivals> arrivals = new LinkedHashMap<>();
  private final Map<Item, List<Chain>> chains = new HashMap<>();
  private final Set<Item> discarded = new HashSet<>();
  private final Set<Send> underWay = new LinkedHashSet<>();
  private final List<Violation> violations = new ArrayList<>();

  /** What is known to be remembered as accepted, by target and record. */
  private final Map<String, Map<Item, Remembered>> remembered = new HashMap<>();

  private final Map<Opening, Trouble> troubles = new HashMap<>();

  /** By what was opened. */
  private final Map<Object, Rate> rates = new IdentityHashMap<>();

  private Memory memory = Memory.NONE;
  private boolean readable;
  private int leases;
  private int begun;
  private int sends;

  Oracle(Stage stage) {
    this.stage = stage;
  }

  /** One opening of a target in one process. */
  private record Opening(SimulatedProcess process, String targetId, int incarnation) {}

  /** Who has it in memory that a row has accepted a record. */
  record Remembered(TargetConfig row, SimulatedProcess process) {}

  void violated(Rule rule, String what) {
    if (violations.size() < MOST_VIOLATIONS) {
      violations.add(new Violation(rule, what));
    }
  }

  List<Violation> violations() {
    return List.copyOf(violations);
  }

  int sends() {
    return sends;
  }

  int effects() {
    return arrivals.values().stream().mapToInt(Arrivals::size).sum();
  }

  int repeated() {
    return arrivals.values().stream().mapToInt(Arrivals::repeated).sum();
  }

  Books books() {
    return books;
  }

  Ledgers ledgers() {
    return ledgers;
  }

  // ---------------------------------------------------------------- source and hosts

  void written(Item item) {
    items.put(item.record().id(), item);
  }

  int nextLease() {
    return leases++;
  }

  Chain begin(Lease lease, SimulatedProcess process, int from, List<Item> batch) {
    Chain chain = new Chain(begun++, lease, process, from, batch, stage.scheduler().elapsed());
    batch.forEach(item -> chains.computeIfAbsent(item, key -> new ArrayList<>()).add(chain));
    for (SimulatedShard parent : lease.shard().parents()) {
      if (!parent.isFinished()) {
        violated(Rule.ORDER, chain + " is read before its parent " + parent + " is finished");
      }
    }
    if (lease.isHeld() && from < lease.shard().committed()) {
      violated(Rule.CHECKPOINT, chain + " reads again what is committed");
    }
    return chain;
  }

  /** A call of the engine for a batch has read these rows. */
  void looked(Chain chain, SimulatedProcess process, Targets answer) {
    if (answer.isEmpty()) {
      return;
    }
    Map<String, @Nullable TargetConfig> now = process.rows(answer);
    boolean first = !chain.looked;
    chain.looked = true;
    if (first) {
      now.forEach(
          (id, config) -> {
            Chain.At at =
                new Chain.At(
                    this,
                    chain,
                    id,
                    config,
                    process.incarnation(id),
                    new LinkedHashSet<>(chain.items()),
                    Set.of());
            if (config != null && memory != Memory.NONE) {
              lookBack(chain, id, config, at);
            }
            chain.targets.put(id, at);
          });
      return;
    }
    chain.targets.replaceAll(
        (id, at) -> {
          if (at.released) {
            return at;
          }
          if (!now.containsKey(id)) {
            at.released = true;
            return at;
          }
          TargetConfig config = now.get(id);
          int incarnation = process.incarnation(id);
          boolean same = config == null || (at.config != null && incarnation == at.incarnation);
          return same ? at : at.changed(id, config, incarnation);
        });
  }

  // ---------------------------------------------------------------- progress

  /**
   * Sets who remembers.
   *
   * @param always whether what is remembered can always be read, so that nothing is forgotten on
   *     purpose
   */
  void remember(Memory newMemory, boolean always) {
    memory = newMemory;
    readable = always;
  }

  /** Finds what destinations have answered to earlier batches of these records. */
  private void lookBack(Chain chain, String id, TargetConfig config, Chain.At at) {
    Set<Item> settled = new HashSet<>();
    Map<Item, Integer> failures = new HashMap<>();
    for (Item item : chain.items()) {
      for (Chain earlier : chains.getOrDefault(item, List.of())) {
        Chain.At before = earlier.targets.get(id);
        if (before == null || before.config == null || earlier == chain) {
          continue;
        }
        if (!sameTarget(before.config, config)) {
          continue;
        }
        failures.merge(item, before.failures.getOrDefault(item, 0), Integer::sum);
        if (before.accepted.contains(item)
            || before.lettered.contains(item)
            || before.mayBeDropped(item)) {
          settled.add(item);
        }
      }
    }
    // Whoever is killed may have changed it, or not.
    Map<Item, Remembered> known = remembered.getOrDefault(id, new HashMap<>());
    at.remembered = new HashMap<>();
    for (Item item : chain.items()) {
      Remembered taken = known.remove(item);
      if (taken != null) {
        at.remembered.put(item, taken);
      }
    }
    at.settledBefore = settled;
    at.failuresBefore = failures;
  }

  /** Returns whether what one row has settled is settled for another. */
  private static boolean sameTarget(TargetConfig one, TargetConfig other) {
    return alike(one).equals(alike(other));
  }

  private static TargetConfig alike(TargetConfig row) {
    return row.toBuilder().maxInFlight(1).delivery(DeliveryPolicy.DEFAULT).build();
  }

  /**
   * A call is over: what its targets accepted is remembered if some of the batch is unsettled, and
   * forgotten if nothing is.
   */
  void keepProgress(Chain chain, boolean unsettled) {
    if (memory == Memory.NONE) {
      return;
    }
    chain.targets.forEach(
        (id, at) -> {
          Map<Item, Remembered> known = remembered.computeIfAbsent(id, same -> new HashMap<>());
          TargetConfig row = at.config;
          for (Item item : chain.items()) {
            boolean sure = unsettled && !chain.progressFailed && !at.released;
            Remembered before = at.remembered.get(item);
            if (sure && row != null && at.acceptedWhenTold.contains(item)) {
              known.put(item, new Remembered(row, chain.process()));
            } else if (sure && row != null && chain.progressLoaded && before != null) {
              known.put(item, before);
            }
          }
        });
  }

  /** Notes which records an engine sends though it should know that they were accepted. */
  private void noteRemembered(Send send) {
    for (Message message : send.messages) {
      for (FanoutRecord record : message.records()) {
        Item item = itemOf(record);
        if (item != null && isRemembered(send, item)) {
          send.remembered.add(item);
        }
      }
    }
  }

  private boolean isRemembered(Send send, Item item) {
    String targetId = send.config.id();
    Remembered known = send.at.remembered.get(item);
    if (known == null || !send.chain.progressLoaded || !sameTarget(known.row(), send.config)) {
      return false;
    }
    return memory == Memory.SHARED
        || (known.process() == send.process
            && send.config.ordering() == Ordering.NONE
            && !send.chain.shard().stage().destination(targetId).conflicts());
  }

  void commit(Chain chain, int settled) {
    SimulatedShard shard = chain.shard();
    int count = chain.from() + settled;
    if (!chain.lease().isHeld()) {
      violated(Rule.CHECKPOINT, chain + " commits without the lease");
    }
    if (count < shard.committed()) {
      violated(Rule.CHECKPOINT, chain + " goes back from " + shard.committed() + " to " + count);
      return;
    }
    if (settled > chain.items().size()) {
      violated(Rule.CHECKPOINT, chain + " commits " + settled + " records, which it has not");
      return;
    }
    if (chain.from() > shard.committed()) {
      violated(Rule.CHECKPOINT, chain + " leaves out what follows the place " + shard.committed());
    }
    for (Item item : chain.items().subList(0, settled)) {
      if (discarded.contains(item)) {
        continue;
      }
      if (!chain.looked) {
        violated(Rule.CHECKPOINT, chain + " commits " + item + " and never read the targets");
      }
      chain.targets.forEach(
          (id, at) -> {
            if (!at.released && !isPassed(id, at.config, item)) {
              violated(
                  Rule.CHECKPOINT, chain + " commits " + item + ", which " + id + " has not got");
            }
          });
    }
    shard.stage().trace(() -> chain + " commits up to " + count);
    shard.commit(count);
  }

  void discard(Chain chain) {
    discarded.addAll(chain.items());
    SimulatedShard shard = chain.shard();
    int to = chain.from() + chain.items().size();
    if (to > shard.committed()) {
      shard.commit(to);
    }
  }

  // ---------------------------------------------------------------- destinations

  Send sends(
      SimulatedProcess process,
      TargetConfig config,
      Object opened,
      Chain chain,
      Batch batch,
      Deadline deadline) {
    Chain.At at = chain.targets.get(config.id());
    if (config.deadLetterOnly()) {
      at = new Chain.At(this, chain, config.id(), config, 0, null, Set.of());
    } else if (at == null || at.released) {
      violated(Rule.INVENTED, chain + " sends to " + config.id() + ", which is no target of it");
      at = new Chain.At(this, chain, config.id(), config, 0, null, Set.of());
    }
    long now = stage.scheduler().elapsed();
    long endsAt = now + deadline.remainingNanos();
    Trouble trouble = trouble(process, config.id(), at.incarnation);
    Send send = new Send(sends++, process, chain, at, config, opened, batch, trouble, now, endsAt);
    rates.computeIfAbsent(opened, same -> new Rate(send.row().delivery())).sends(this, send, now);
    checkInFlight(send);
    checkAttempts(send);
    if (memory != Memory.NONE && readable) {
      noteRemembered(send);
    }
    underWay.add(send);
    return send;
  }

  private void checkInFlight(Send send) {
    int same = 1;
    for (Send other : underWay) {
      if (other.process != send.process || !other.config.id().equals(send.config.id())) {
        continue;
      }
      same += other.opened == send.opened ? 1 : 0;
      if (other.chain.shard() == send.chain.shard()
          && !send.config.deadLetterOnly()
          && sharesLane(send, other)) {
        violated(Rule.IN_FLIGHT, send + " starts in a lane that " + other + " has");
      }
    }
    if (same > send.config.maxInFlight()) {
      violated(Rule.IN_FLIGHT, send + " is number " + same + " at once");
    }
  }

  private void checkAttempts(Send send) {
    TargetConfig row = send.row();
    if (row.onFailure() == OnFailure.HOLD || Collapse.CONCAT.column().equals(row.collapse())) {
      return;
    }
    for (Message message : send.messages) {
      for (FanoutRecord record : message.records()) {
        Item item = itemOf(record);
        if (item != null && send.at.surelyFailed.getOrDefault(item, 0) >= send.at.mostAttempts()) {
          violated(Rule.ATTEMPTS, send + " carries " + item + " more often than its row allows");
        }
      }
    }
  }

  private static boolean sharesLane(Send one, Send other) {
    return switch (one.config.ordering()) {
      case NONE -> false;
      case BATCH, SHARD -> true;
      case KEY ->
          one.messages.stream()
              .anyMatch(
                  message ->
                      other.messages.stream().anyMatch(it -> it.key().equals(message.key())));
    };
  }

  /** The engine gets an answer. */
  void answered(Send send, List<Outcome> outcomes) {
    over(send);
    send.trouble.answered(outcomes);
    for (int index = 0; index < outcomes.size(); index++) {
      Message message = send.messages.get(index);
      Outcome outcome = outcomes.get(index);
      for (FanoutRecord record : message.records()) {
        Item item = itemOf(record);
        if (item != null) {
          note(send, item, message, outcome);
        }
      }
    }
  }

  /** Returns what a record is, or a dead letter is of, whose own id goes on with its target's. */
  private @Nullable Item itemOf(FanoutRecord record) {
    int letter = record.id().indexOf('/');
    return items.get(letter < 0 ? record.id() : record.id().substring(0, letter));
  }

  private void note(Send send, Item item, Message message, Outcome outcome) {
    if (!(outcome instanceof Outcome.Failed failed)) {
      send.accepted.add(item);
      if (send.config.deadLetterOnly()) {
        Letters.Letter letter = envelopes.read(message);
        Chain.At of = letter == null ? null : send.targets.get(letter.target());
        if (of != null) {
          of.lettered.add(item);
        }
      } else {
        send.at.accepted.add(item);
      }
      return;
    }
    Failure.Kind kind = failed.failure().kind();
    if (kind == Failure.Kind.REJECTED) {
      send.at.rejected.add(item);
    } else if (kind == Failure.Kind.RETRYABLE) {
      failed(send, item, true);
    } else if (kind == Failure.Kind.THROTTLED) {
      send.at.tried.add(item);
    }
  }

  private void failed(Send send, Item item, boolean counts) {
    send.at.failures.merge(item, 1, Integer::sum);
    send.at.tried.add(item);
    if (counts && !send.mayBeGivenUp(stage.scheduler().elapsed())) {
      send.at.surelyFailed.merge(item, 1, Integer::sum);
    }
  }

  /**
   * The engine gets an exception, or an answer that it cannot read.
   *
   * @param broken whether that says that the provider is no good, which is no attempt
   */
  void failed(Send send, boolean broken) {
    over(send);
    send.trouble.brokeOff(broken);
    for (Message message : send.messages) {
      for (FanoutRecord record : message.records()) {
        Item item = itemOf(record);
        if (item != null) {
          failed(send, item, !broken);
        }
      }
    }
  }

  /** A process is no more; returns what it had under way. */
  List<Send> killed(SimulatedProcess process) {
    List<Send> gone = underWay.stream().filter(send -> send.process == process).toList();
    gone.forEach(underWay::remove);
    return gone;
  }

  private void over(Send send) {
    send.returned = true;
    if (send.hangs(stage.scheduler().elapsed())) {
      send.trouble.hung();
    }
    underWay.remove(send);
  }

  /** A message takes effect at its destination. */
  void applied(Send send, Message message, boolean stray) {
    if (send.config.deadLetterOnly()) {
      letter(send, message, stray);
      return;
    }
    List<Item> carried = new ArrayList<>();
    for (FanoutRecord record : message.records()) {
      Item item = itemOf(record);
      if (item == null || !send.chain.items().contains(item)) {
        violated(Rule.INVENTED, send + " carries " + record.id() + ", which is not of the batch");
        return;
      }
      if (Chain.isFiltered(send.config, item)) {
        violated(Rule.INVENTED, send + " carries " + item + ", which is filtered");
      }
      carried.add(item);
    }
    if (!Letters.isJoined(message, carried)) {
      violated(Rule.ALTERED, send + " carries " + carried + " with other bytes or another key");
    }
    String id = send.config.id();
    Arrivals at = arrivals(id);
    for (Item item : carried) {
      at.add(new Effect(send, item, stray), before -> isPassed(id, send.config, before));
    }
  }

  private void letter(Send send, Message message, boolean stray) {
    Letters.Letter letter = envelopes.read(message);
    Item item = letter == null ? null : items.get(letter.recordId());
    if (letter == null || item == null || !send.chain.items().contains(item)) {
      violated(Rule.INVENTED, send + " carries a dead letter of no record of the batch");
      return;
    }
    Chain.At of = send.targets.get(letter.target());
    TargetConfig row = of == null ? null : of.config;
    if (of == null || row == null || row.onFailure() != OnFailure.DEAD_LETTER) {
      violated(Rule.INVENTED, send + " carries a dead letter of " + letter.target());
      return;
    }
    if (!letter.isOf(item)) {
      violated(Rule.ALTERED, send + " carries " + item + " with other bytes or another key");
    }
    boolean allowed =
        switch (letter.code()) {
          case "TargetDown" -> of.mayBeParked();
          case "RecordTooOld" -> of.mayBeTooOld(item);
          default -> of.mayHaveFailedForGood(item);
        };
    if (!allowed && !of.released) {
      violated(
          Rule.INVENTED, send + " carries " + item + ", which did not fail for good: " + letter);
    }
    arrivals(letter.target()).addLetter(new Effect(send, item, stray));
  }

  // ---------------------------------------------------------------- what targets go through

  /** Returns what an opening of a target has been through up to now. */
  Trouble trouble(SimulatedProcess process, String targetId, int incarnation) {
    return troubles.computeIfAbsent(
        new Opening(process, targetId, incarnation), opening -> new Trouble());
  }

  /** Notes what hangs before somebody asks. */
  void noteHanging() {
    long now = stage.scheduler().elapsed();
    for (Send send : underWay) {
      if (send.hangs(now)) {
        send.trouble.hung();
      }
    }
  }

  /**
   * Returns whether the engine may have found a record older than an age: by when it came into the
   * source, or was first seen by the batch where the source does not say.
   */
  boolean mayBeOlder(Item item, Chain chain, Duration age) {
    Instant arrived = item.record().arrivedAt();
    return arrived == null
        ? stage.clock().mayHaveCounted(age, chain.begunAt)
        : stage.clock().latest().isAfter(arrived.plus(age));
  }

  private Arrivals arrivals(String targetId) {
    return arrivals.computeIfAbsent(targetId, id -> new Arrivals(this, id));
  }

  // ---------------------------------------------------------------- what holds

  /** Returns whether a target has a record, or what its row allows instead. */
  private boolean isPassed(String targetId, @Nullable TargetConfig config, Item item) {
    if (arrivals(targetId).has(item)
        || discarded.contains(item)
        || Chain.isFiltered(config, item)) {
      return true;
    }
    for (Chain chain : chains.getOrDefault(item, List.of())) {
      Chain.At at = chain.targets.get(targetId);
      if (at == null ? chain.looked : at.released || at.mayBeDropped(item)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a host gave a record up, as its configuration wants. */
  boolean isDiscarded(Item item) {
    return discarded.contains(item);
  }

  /** Returns whether an effect came from a reader whose shard somebody else has read since. */
  boolean isSuperseded(Effect effect) {
    Chain chain = effect.send().chain;
    for (Chain later : chains.getOrDefault(effect.item(), List.of())) {
      if (later.isAfter(chain) && later.process() != chain.process()) {
        return true;
      }
    }
    return false;
  }

  /** Checks what has to hold when all is over, at targets that were there all the time. */
  void checkEnd(List<SimulatedShard> shards, List<TargetConfig> stable) {
    for (SimulatedShard shard : shards) {
      if (!shard.isFinished()) {
        violated(Rule.STUCK, shard + " ends at " + shard.committed() + " of " + shard.size());
      }
      for (Item item : shard.items()) {
        for (TargetConfig target : stable) {
          if (!isPassed(target.id(), target, item)) {
            violated(Rule.LOST, target.id() + " never got " + item);
          }
        }
      }
    }
    for (TargetConfig target : stable) {
      Ordering ordering = target.ordering();
      if (target.onFailure() == OnFailure.HOLD
          && (ordering == Ordering.KEY || ordering == Ordering.SHARD)) {
        arrivals(target.id()).checkLast(ordering == Ordering.KEY);
      }
    }
  }
}
