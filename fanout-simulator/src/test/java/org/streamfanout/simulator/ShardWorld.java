package org.streamfanout.simulator;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.spi.Targets;

/**
 * One shard with as many records as are read of it, and five targets, in virtual time: a real
 * engine and a real {@link ShardDelivery} on simulated threads. One target has its trouble for a
 * while.
 */
final class ShardWorld {
  static final int BATCH = 20;
  static final String TROUBLED = "t4";

  /** What a healthy call takes. */
  private static final Duration CALL = Duration.ofMillis(20);

  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/world");
  private static final int MOST_STEPS = 50_000_000;

  /** What the troubled target does. */
  enum Trouble {
    NONE,
    HANGS,
    FAILS,
    DENIES,
    REJECTS
  }

  /** A record that a target accepted, and when. */
  record Arrival(int record, Duration at) {}

  /** How far the checkpoint was, and what was in hand, when the host could bring the next batch. */
  record Look(Duration at, int read, int settled, ShardStatus status) {}

  private final ShardOptions options;
  private final Trouble trouble;
  private final Duration from;
  private final Duration until;
  private final Duration reading;
  private final UnaryOperator<TargetConfig.Builder> row;

  /** How long after the last batch the next one is there; zero reads what has waited. */
  private Duration pace = Duration.ZERO;

  private final Scheduler scheduler;
  private final List<String> stuck = new ArrayList<>();
  final Map<String, List<Arrival>> arrivals = new LinkedHashMap<>();
  final List<Look> looks = new ArrayList<>();
  int read;
  int settled;
  Duration settledAt = Duration.ZERO;

  ShardWorld(
      ShardOptions options,
      Trouble trouble,
      Duration from,
      Duration until,
      Duration reading,
      UnaryOperator<TargetConfig.Builder> row) {
    this.options = options;
    this.trouble = trouble;
    this.from = from;
    this.until = until;
    this.reading = reading;
    this.row = row;
    this.scheduler = new Scheduler(new Choices(Schedule.ofSeed(1)), 0, MOST_STEPS, stuck::add);
  }

  ShardWorld pace(Duration newPace) {
    pace = newPace;
    return this;
  }

  ShardWorld play() {
    scheduler.play(
        () -> {
          deliver();
          scheduler.end();
        });
    if (!stuck.isEmpty()) {
      throw new AssertionError(stuck.toString());
    }
    return this;
  }

  private Duration now() {
    return Duration.ofNanos(scheduler.elapsed());
  }

  private void execute(Runnable task) {
    scheduler.start("task", null, null, task);
  }

  private void deliver() {
    List<TargetConfig> rows = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      String id = "t" + number;
      arrivals.put(id, new ArrayList<>());
      TargetConfig.Builder builder =
          TargetConfig.builder(SOURCE, id, "world", id).ordering(Ordering.SHARD);
      rows.add((id.equals(TROUBLED) ? row.apply(builder) : builder).build());
    }
    arrivals.put("letters", new ArrayList<>());
    rows.add(
        TargetConfig.builder(SOURCE, "letters", "world", "letters").deadLetterOnly(true).build());
    Targets targets = new Targets(rows, List.of(), Set.of(), null);
    FanoutEngine engine =
        FanoutEngine.builder()
            .registry(source -> targets)
            .provider(new Provider())
            .retry(RetryPolicy.DEFAULT)
            .executor(this::execute)
            .ticker(scheduler)
            .clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC))
            .random(new SplittableRandom(1))
            .build();
    ShardDelivery delivery = new ShardDelivery(engine, options, this::execute);
    boolean goesOn = true;
    Duration due = Duration.ZERO;
    while (goesOn && now().compareTo(reading) < 0) {
      scheduler.sleepDeaf(Math.max(0, due.minus(now()).toNanos()));
      due = due.plus(pace);
      SourceBatch batch = next();
      int before = read - BATCH;
      goesOn =
          delivery.deliverAhead(
              batch,
              checkpoint -> {
                if (before + checkpoint.settled() < settled) {
                  throw new AssertionError("the checkpoint goes back");
                }
                settled = before + checkpoint.settled();
                return true;
              });
      looks.add(new Look(now(), read, settled, delivery.status()));
    }
    if (!delivery.settle() || settled != read) {
      throw new AssertionError("settled " + settled + " of " + read);
    }
    settledAt = now();
  }

  private SourceBatch next() {
    List<FanoutRecord> records = new ArrayList<>();
    for (int count = 0; count < BATCH; count++) {
      records.add(
          FanoutRecord.builder("s:" + read, Integer.toString(read))
              .key("k" + read % 3)
              .data(Bytes.utf8(Integer.toString(read++)))
              .build());
    }
    return new SourceBatch(SOURCE, "s", records);
  }

  /** Returns how many records a target accepted in a time. */
  long accepted(String target, Duration start, Duration end) {
    return arrivals.get(target).stream()
        .filter(it -> it.at().compareTo(start) >= 0 && it.at().compareTo(end) < 0)
        .count();
  }

  List<Integer> records(String target) {
    return arrivals.get(target).stream().map(Arrival::record).toList();
  }

  private final class Provider implements TargetProvider {
    @Override
    public String type() {
      return "world";
    }

    @Override
    public Description describe() {
      return Description.builder("A destination of a test.").destination("anything").build();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return Capabilities.builder(Limits.of(BATCH, 1 << 20, 1 << 20))
          .callOrder(Capabilities.CallOrder.PREFIX)
          .build();
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {
      // Every row of this test is valid.
    }

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      return new TargetSender() {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          return answer(target.id(), batch);
        }

        @Override
        public long sizeInBytes(Message message) {
          return message.bodyLength();
        }
      };
    }
  }

  private List<Outcome> answer(String target, Batch batch) throws InterruptedException {
    boolean inTrouble =
        target.equals(TROUBLED) && now().compareTo(from) >= 0 && now().compareTo(until) < 0;
    Trouble present = inTrouble ? trouble : Trouble.NONE;
    if (present == Trouble.HANGS) {
      // As a destination that never answers; the engine interrupts it.
      scheduler.sleep(Duration.ofDays(1).toNanos());
    }
    scheduler.sleep(CALL.toNanos());
    return switch (present) {
      case FAILS -> all(batch, Failure.retryable("Down", "no answer"));
      case DENIES -> all(batch, Failure.fatal("AccessDenied", "no"));
      case REJECTS -> all(batch, Failure.rejected("Bad", "not that"));
      default -> accepted(target, batch);
    };
  }

  private static List<Outcome> all(Batch batch, Failure failure) {
    return batch.messages().stream().map(message -> Outcome.failed(failure)).toList();
  }

  private List<Outcome> accepted(String target, Batch batch) {
    for (Message message : batch.messages()) {
      int record = Integer.parseInt(message.records().get(0).sequenceNumber());
      arrivals.get(target).add(new Arrival(record, now()));
    }
    return batch.messages().stream().map(message -> Outcome.accepted()).toList();
  }
}
