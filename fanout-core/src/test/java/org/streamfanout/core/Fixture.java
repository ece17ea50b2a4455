package org.streamfanout.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.Targets;

/** An engine over targets that a test can change while it runs. */
final class Fixture implements AutoCloseable {
  static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  static final String SHARD = "shardId-000000000000";

  /** Long enough that only a broken engine reaches it. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Pauses too short to notice, so that no test waits for a back-off. */
  static final RetryPolicy QUICK =
      new RetryPolicy(
          4, Duration.ofSeconds(30), Duration.ofNanos(20_000), Duration.ofNanos(200_000));

  private final AtomicReference<Targets> targets = new AtomicReference<>(Targets.NONE);
  final FanoutEngine engine;

  Fixture(FanoutEngine.Builder builder, TargetConfig... rows) {
    rows(rows);
    engine = builder.registry(source -> targets.get()).build();
  }

  static Fixture of(TargetProvider provider, TargetConfig... rows) {
    return new Fixture(quick().provider(provider), rows);
  }

  static FanoutEngine.Builder quick() {
    return FanoutEngine.builder().retry(QUICK).circuit(NEVER_OPEN).random(new SplittableRandom(7));
  }

  static final CircuitOptions NEVER_OPEN =
      new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(1), 1);

  void rows(TargetConfig... rows) {
    List<TargetConfig> active = new ArrayList<>();
    List<String> inactive = new ArrayList<>();
    for (TargetConfig row : rows) {
      if (row.active()) {
        active.add(row);
      } else {
        inactive.add(row.id());
      }
    }
    targets.set(new Targets(active, List.of(), java.util.Set.copyOf(inactive), null));
  }

  void targets(Targets all) {
    targets.set(all);
  }

  FanoutResult process(FanoutRecord... records) {
    return engine.process(batch(records), Deadline.after(PATIENCE));
  }

  FanoutResult process(Duration time, FanoutRecord... records) {
    return engine.process(batch(records), Deadline.after(time));
  }

  /** Something that a test waits for. */
  interface Wait {
    void run() throws InterruptedException;
  }

  /** Processes records and ends the call as a deadline does, once something has happened. */
  FanoutResult processUntil(Wait happened, FanoutRecord... records) throws Exception {
    return until(happened, () -> process(records));
  }

  /** Resumes and ends the call as a deadline does, once something has happened. */
  FanoutResult resumeUntil(Wait happened, FanoutResult before) throws Exception {
    return until(happened, () -> resume(before));
  }

  private static FanoutResult until(Wait happened, Supplier<FanoutResult> call) throws Exception {
    CompletableFuture<FanoutResult> answer = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                answer.complete(call.get());
              } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
              }
            });
    caller.start();
    happened.run();
    caller.interrupt();
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  FanoutResult resume(FanoutResult before) {
    return engine.resume(before.left(), Deadline.after(PATIENCE));
  }

  static SourceBatch batch(FanoutRecord... records) {
    return new SourceBatch(SOURCE, SHARD, Arrays.asList(records));
  }

  static TargetConfig.Builder target(String id) {
    return TargetConfig.builder(SOURCE, id, "memory", "anywhere");
  }

  static FanoutRecord record(int number, String key, String data) {
    return FanoutRecord.builder(SHARD + ":" + number, Integer.toString(number))
        .shard(SHARD)
        .key(key)
        .data(Bytes.utf8(data))
        .arrivedAt(Instant.ofEpochSecond(1_700_000_000L + number))
        .build();
  }

  /** Records 0, 1, 2, ... whose data is their number, with these keys. */
  static FanoutRecord[] records(String... keys) {
    FanoutRecord[] records = new FanoutRecord[keys.length];
    for (int index = 0; index < keys.length; index++) {
      records[index] = record(index, keys[index], Integer.toString(index));
    }
    return records;
  }

  @Override
  public void close() {
    engine.close();
  }
}
