package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.simulator.Choices.Kind;
import org.streamfanout.simulator.SimulatedProgress.Failing;
import org.streamfanout.simulator.SimulatedProgress.Memory;
import org.streamfanout.simulator.SimulatedRows.State;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;

/** Makes what a schedule plays with: shards, records, targets, and what happens to their rows. */
final class Plan {
  static final RetryPolicy RETRY =
      new RetryPolicy(3, Duration.ofMillis(100), Duration.ofMillis(5), Duration.ofMillis(40));
  static final CircuitOptions CIRCUIT = new CircuitOptions(6, 3, 50, Duration.ofMillis(60), 1);

  private static final String DEAD_LETTERS = "dlq";

  /** As long as the data of a record may be, with a byte to spare. */
  static final int LONGEST_RECORD = 14;

  /** Room for the longest record, and for two or three that are joined. */
  private static final long MESSAGE_BYTES = 24;

  private static final Duration HORIZON = Duration.ofMillis(1500);

  private final Stage stage;
  private final Simulation simulation;
  private final Policies policies;

  Plan(Stage stage, Simulation simulation) {
    this.stage = stage;
    this.simulation = simulation;
    this.policies = new Policies(stage, !simulation.host().remembers());
  }

  private int choose(int bound) {
    return stage.choices().next(Kind.PLAN, bound);
  }

  void lay(SimulatedRows rows) {
    targets(rows);
    stage.trace(() -> "targets " + rows.ids().stream().map(rows::describe).toList());
    switch (simulation.host().layout()) {
      case FLAT -> flat(1);
      case PARTED -> flat(1 + choose(2));
      case RESHARDED -> resharded();
    }
    if (simulation.host().remembers()) {
      Memory memory = Memory.values()[choose(Memory.values().length)];
      int failing = choose(Failing.values().length);
      stage.remember(
          memory,
          memory == Memory.SHARED && simulation.has(Fault.PROGRESS_FAILS)
              ? Failing.values()[failing]
              : Failing.NOTHING);
    }
    if (simulation.has(Fault.ROW_CHANGES)) {
      for (int count = choose(3); count > 0; count--) {
        rowChange(rows);
      }
    }
    if (simulation.has(Fault.REGISTRY_FAILS) && choose(4) == 3) {
      registryFailure(rows);
    }
    if (simulation.has(Fault.CLOCK_JUMPS) && choose(4) == 3) {
      boolean back = choose(2) == 1;
      stage.played(Fault.CLOCK_JUMPS);
      stage.later(
          time(HORIZON), "clock", () -> stage.clock().jump(Duration.ofMinutes(back ? -90 : 90)));
    }
  }

  // ---------------------------------------------------------------- targets

  private void targets(SimulatedRows rows) {
    int count = 1 + choose(simulation.maxTargets());
    boolean letters = false;
    for (int number = 0; number < count; number++) {
      TargetConfig row = target("t" + number);
      letters |= row.deadLetter() != null;
      rows.add(row);
    }
    if (letters) {
      stage.add(
          new Destination(
              DEAD_LETTERS, Limits.of(3, 1 << 20, 1 << 20), CallOrder.UNORDERED, false, choose(3)));
      rows.add(
          TargetConfig.builder(stage.source(), DEAD_LETTERS, SimulatedProvider.TYPE, "letters")
              .deadLetterOnly(true)
              .build());
    }
  }

  private TargetConfig target(String id) {
    Ordering ordering =
        new Ordering[] {Ordering.KEY, Ordering.NONE, Ordering.SHARD, Ordering.BATCH}[choose(4)];
    OnFailure onFailure =
        new OnFailure[] {OnFailure.HOLD, OnFailure.DEAD_LETTER, OnFailure.DROP}[choose(3)];
    boolean joins = choose(4) == 3;
    stage.add(
        new Destination(
            id,
            Limits.of(1 + choose(4), 1 << 16, MESSAGE_BYTES),
            choose(2) == 0 ? CallOrder.UNORDERED : CallOrder.PREFIX,
            !joins && choose(5) == 4,
            choose(7)));
    return TargetConfig.builder(stage.source(), id, SimulatedProvider.TYPE, id)
        .ordering(ordering)
        .onFailure(onFailure)
        // The oracle knows of no record that goes elsewhere because its target is down.
        .delivery(DeliveryPolicy.builder().onOpen(OnOpen.HOLD).build())
        .deadLetter(onFailure == OnFailure.DEAD_LETTER ? DEAD_LETTERS : null)
        .collapse(joins ? Collapse.CONCAT : Collapse.NONE)
        .maxInFlight(1 + choose(3))
        .transform(choose(5) == 4 ? SimulatedEngines.TRANSFORM : null)
        .delivery(policies.choose(onFailure))
        .build();
  }

  // ---------------------------------------------------------------- records

  private void flat(int parts) {
    int count = 1 + choose(simulation.maxShards());
    for (int number = 0; number < count; number++) {
      String id = "s" + number;
      List<SimulatedShard> readable = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        readable.add(stage.addShard(id, List.of()));
      }
      int keys = 1 + choose(3);
      int records = choose(simulation.maxRecords() + 1);
      for (int index = 0; index < records; index++) {
        int key = choose(keys);
        write(readable.get(key % parts), index, id + "k" + key);
      }
    }
  }

  private void resharded() {
    int count = 1 + choose(simulation.maxShards());
    int most = Math.max(1, simulation.maxRecords() * 2 / 3);
    int keys = 1 + choose(3);
    List<SimulatedShard> shards = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      SimulatedShard shard = stage.addShard("s" + number, List.of());
      shards.add(shard);
      fill(shard, List.of(number), keys, choose(most + 1));
    }
    switch (choose(3)) {
      case 1 -> {
        SimulatedShard low = stage.addShard("low", List.of(shards.get(0)));
        SimulatedShard high = stage.addShard("high", List.of(shards.get(0)));
        // Even keys go to one child, odd ones to the other.
        split(low, high, keys, choose(most + 1));
      }
      case 2 -> {
        List<SimulatedShard> parents = shards.subList(0, Math.min(2, count));
        SimulatedShard merged = stage.addShard("merged", parents);
        List<Integer> numbers = parents.size() == 1 ? List.of(0) : List.of(0, 1);
        fill(merged, numbers, keys, choose(most + 1));
      }
      default -> {}
    }
  }

  private void fill(SimulatedShard shard, List<Integer> families, int keys, int records) {
    for (int index = 0; index < records; index++) {
      int family = families.get(index % families.size());
      write(shard, index, "s" + family + "k" + choose(keys));
    }
  }

  private void split(SimulatedShard low, SimulatedShard high, int keys, int records) {
    for (int index = 0; index < records; index++) {
      int key = choose(keys);
      write(key % 2 == 0 ? low : high, index, "s0k" + key);
    }
  }

  private void write(SimulatedShard shard, int number, String key) {
    List<Item> before = new ArrayList<>();
    shard.parents().forEach(parent -> before.addAll(parent.items()));
    before.addAll(shard.items());
    // Of several lengths, and unlike each other.
    Bytes data = Bytes.utf8(shard.id() + "-" + number + ".".repeat(1 + number % 3));
    FanoutRecord record =
        FanoutRecord.builder(shard.id() + ":" + number, Integer.toString(number))
            .shard(shard.id())
            .key(key)
            .data(data)
            .arrivedAt(policies.arrival())
            .build();
    Item item = new Item(shard, shard.size(), record, data, List.copyOf(before));
    shard.add(item);
    stage.oracle().written(item);
  }

  // ---------------------------------------------------------------- rows

  private Duration time(Duration within) {
    return Duration.ofMillis(5L + choose((int) within.toMillis()));
  }

  private void rowChange(SimulatedRows rows) {
    List<String> ids = rows.ids();
    String id = ids.get(choose(ids.size()));
    int what = choose(7);
    Duration at = time(Duration.ofMillis(400));
    Duration until = at.plus(time(Duration.ofMillis(400)));
    stage.played(Fault.ROW_CHANGES);
    switch (what) {
      case 0 -> {
        DeliveryPolicy policy = policies.change(rows.onFailure(id));
        stage.later(at, "change " + id, () -> rows.change(id, policy));
      }
      case 1 -> {
        stage.later(at, "invalid " + id, () -> rows.set(id, State.INVALID));
        stage.later(until, "valid " + id, () -> rows.set(id, State.ACTIVE));
      }
      case 2 -> {
        stage.later(at, "inactive " + id, () -> rows.set(id, State.INACTIVE));
        stage.later(until, "active " + id, () -> rows.set(id, State.ACTIVE));
      }
      case 4, 5 -> stage.later(at, "retarget " + id, () -> rows.retarget(id));
      case 3 -> stage.later(at, "remove " + id, () -> rows.set(id, State.ABSENT));
      default -> {
        rows.set(id, State.ABSENT);
        stage.later(at, "add " + id, () -> rows.set(id, State.ACTIVE));
      }
    }
  }

  private void registryFailure(SimulatedRows rows) {
    boolean unreadable = choose(2) == 0;
    Duration at = time(Duration.ofMillis(300));
    Duration until = at.plus(time(Duration.ofMillis(300)));
    stage.played(Fault.REGISTRY_FAILS);
    if (unreadable) {
      stage.later(at, "unreadable", () -> rows.unreadable(true));
      stage.later(until, "readable", () -> rows.unreadable(false));
    } else {
      stage.later(at, "no rows", () -> rows.empty(true));
      stage.later(until, "rows", () -> rows.empty(false));
    }
  }
}
