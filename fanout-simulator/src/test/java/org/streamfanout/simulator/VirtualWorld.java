package org.streamfanout.simulator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.spi.Targets;

/**
 * A real engine with the defaults of a worker, on the simulator's time and threads: shards that
 * bring records at a steady rate, each delivered by a {@link ShardDelivery}, and destinations that
 * a test breaks and repairs. An hour takes seconds.
 */
final class VirtualWorld {
  static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/virtual");

  static final int CALL = 10;
  private static final int MOST_RECORDS = 1_000;

  /** What a destination does with calls. */
  enum Trouble {
    NONE,
    FAILS,
    /** No answer; an interrupt ends it. */
    HANGS,
    /** No answer for as long as it lasts, whoever interrupts. */
    DEAF,
    THROTTLES,
    DENIES
  }

  /** One call of a destination. */
  record Call(Duration at, List<Message> messages, boolean accepted) {}

  /** A destination. */
  static final class Place {
    Trouble trouble = Trouble.NONE;
    Duration latency = Duration.ofMillis(20);
    Limits limits = Limits.of(CALL, 1 << 20, 1 << 18);

    /** Decides for each message of a call instead of {@link #trouble}; null for that. */
    @Nullable Entry entry;

    final List<Call> calls = new ArrayList<>();

    /** When each record was accepted for the first time, by its id. */
    final Map<String, Duration> accepted = new LinkedHashMap<>();

    long repeated;
  }

  /** Decides about one message; null accepts it. */
  interface Entry {
    @Nullable Failure of(Message message, Duration at);
  }

  final Scheduler scheduler;
  final Map<String, Place> places = new HashMap<>();

  /** When each record was handed to the engine, by its id. */
  final Map<String, Duration> handedOver = new LinkedHashMap<>();

  final Map<String, Checkpoints> shards = new LinkedHashMap<>();
  private final List<TargetConfig> rows;
  final FanoutEngine engine;

  /** How much older than the world every record is. */
  Duration late = Duration.ZERO;

  /** Ends every shard after the batch that it delivers. */
  boolean readNoMore;

  private int running;
  private @Nullable String stuck;

  /** How far a shard got. */
  static final class Checkpoints {
    int brought;
    int settled;
  }

  VirtualWorld(long seed, FanoutEngine.Builder builder, TargetConfig... rows) {
    this.rows = List.of(rows);
    this.scheduler =
        new Scheduler(
            new Choices(Schedule.ofSeed(seed)), 0, Integer.MAX_VALUE, what -> stuck = what);
    for (TargetConfig row : rows) {
      places.put(row.id(), new Place());
    }
    this.engine =
        builder
            .registry(source -> new Targets(this.rows, List.of(), java.util.Set.of(), null))
            .provider(new Provider())
            .executor(this::execute)
            .ticker(scheduler)
            .clock(clock())
            .random(new SplittableRandom(seed))
            .build();
  }

  private void execute(Runnable task) {
    scheduler.start("task", null, null, task);
  }

  static TargetConfig.Builder target(String id) {
    return TargetConfig.builder(SOURCE, id, "virtual", id);
  }

  Place place(String id) {
    Place place = places.get(id);
    if (place == null) {
      throw new IllegalStateException("no place " + id);
    }
    return place;
  }

  Duration now() {
    return Duration.ofNanos(scheduler.elapsed());
  }

  void sleepUntil(Duration time) {
    scheduler.sleepDeaf(Math.max(0, time.toNanos() - scheduler.elapsed()));
  }

  /** Plays a world: the body starts shards, breaks and repairs; ends when all that has ended. */
  void play(Runnable body) {
    scheduler.play(
        () -> {
          body.run();
          while (running > 0) {
            sleepUntil(now().plusMillis(100));
          }
          engine.close();
          scheduler.end();
        });
    if (stuck != null) {
      throw new AssertionError(stuck);
    }
  }

  /**
   * Starts a shard that brings so many records a second until a time, in batches of a second, and
   * waits for none longer than its own delivery.
   */
  void shard(String id, int perSecond, Duration until) {
    Checkpoints checkpoints = new Checkpoints();
    shards.put(id, checkpoints);
    running++;
    scheduler.start(
        "shard " + id,
        null,
        null,
        () -> {
          try {
            read(id, perSecond, until, checkpoints);
          } finally {
            running--;
          }
        });
  }

  private void read(String id, int perSecond, Duration until, Checkpoints checkpoints) {
    ShardDelivery delivery = new ShardDelivery(engine, ShardOptions.DEFAULT, this::execute);
    while (!readNoMore) {
      Duration end = now().compareTo(until) < 0 ? now() : until;
      int arrived = (int) (end.toMillis() * perSecond / 1_000);
      List<FanoutRecord> records = new ArrayList<>();
      while (checkpoints.brought < arrived && records.size() < MOST_RECORDS) {
        FanoutRecord record = record(id, checkpoints.brought++, perSecond);
        records.add(record);
        handedOver.put(record.id(), now());
      }
      if (!records.isEmpty()) {
        int before = checkpoints.settled;
        delivery.deliver(
            new SourceBatch(SOURCE, id, records),
            checkpoint -> {
              checkpoints.settled = before + checkpoint.settled();
              return true;
            });
      }
      if (records.size() == MOST_RECORDS) {
        continue;
      }
      if (now().compareTo(until) >= 0 && records.isEmpty()) {
        return;
      }
      sleepUntil(Duration.ofSeconds(now().toSeconds() + 1));
    }
  }

  private FanoutRecord record(String shard, int number, int perSecond) {
    return FanoutRecord.builder(shard + ":" + number, Integer.toString(number))
        .shard(shard)
        .key("k" + number % 53)
        .data(Bytes.utf8("data " + number))
        .arrivedAt(Instant.EPOCH.plusMillis(1_000L * number / perSecond).minus(late))
        .build();
  }

  /** Returns how many records a place took for the first time within a time. */
  static long accepted(Place place, Duration from, Duration to) {
    return place.accepted.values().stream()
        .filter(at -> at.compareTo(from) >= 0 && at.compareTo(to) < 0)
        .count();
  }

  /** Returns how many messages were sent to a place within a time, accepted or not. */
  static long sent(Place place, Duration from, Duration to) {
    return place.calls.stream()
        .filter(call -> call.at.compareTo(from) >= 0 && call.at.compareTo(to) < 0)
        .mapToLong(call -> call.messages.size())
        .sum();
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return Instant.EPOCH.plusNanos(scheduler.elapsed());
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private final class Provider implements TargetProvider {
    @Override
    public String type() {
      return "virtual";
    }

    @Override
    public Description describe() {
      return Description.builder("A place in a virtual world.").destination("any").build();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return Capabilities.builder(place(target.id()).limits).callOrder(CallOrder.UNORDERED).build();
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {
      // Every place is valid.
    }

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      Place place = place(target.id());
      return new TargetSender() {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws InterruptedException {
          return answer(place, batch);
        }

        @Override
        public long sizeInBytes(Message message) {
          return message.bodyLength();
        }
      };
    }
  }

  /** A dead letter's own id goes on with the target's. */
  private static String idInSource(FanoutRecord record) {
    int letter = record.id().indexOf('/');
    return letter < 0 ? record.id() : record.id().substring(0, letter);
  }

  private List<Outcome> answer(Place place, Batch batch) throws InterruptedException {
    int index = place.calls.size();
    Duration at = now();
    place.calls.add(new Call(at, batch.messages(), false));
    Failure failure =
        switch (place.trouble) {
          case NONE -> null;
          case FAILS -> Failure.retryable("Down", "not now");
          case THROTTLES -> Failure.throttled("Slow", "too many");
          case DENIES -> Failure.fatal("Denied", "not you");
          case HANGS -> {
            // What was swallowed is not answered when the place is repaired, either.
            scheduler.sleep(Duration.ofDays(1).toNanos());
            yield null;
          }
          case DEAF -> {
            while (place.trouble == Trouble.DEAF) {
              scheduler.sleepDeaf(Duration.ofMillis(100).toNanos());
            }
            yield null;
          }
        };
    scheduler.sleep(place.latency.toNanos());
    List<Outcome> outcomes = new ArrayList<>();
    boolean any = false;
    for (Message message : batch.messages()) {
      Failure each = place.entry != null ? place.entry.of(message, now()) : failure;
      if (each == null) {
        any = true;
        outcomes.add(Outcome.accepted());
        for (FanoutRecord record : message.records()) {
          if (place.accepted.putIfAbsent(idInSource(record), now()) != null) {
            place.repeated++;
          }
        }
      } else {
        outcomes.add(Outcome.failed(each));
      }
    }
    if (any) {
      place.calls.set(index, new Call(at, batch.messages(), true));
    }
    return outcomes;
  }
}
