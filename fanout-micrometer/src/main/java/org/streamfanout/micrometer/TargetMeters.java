package org.streamfanout.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.TargetCounts;

/** The counters and the timer of one target. Thread-safe. */
final class TargetMeters {
  private final MeterRegistry registry;
  private final Tags tags;
  private final Map<String, Counter> calls = new ConcurrentHashMap<>();
  private final Map<String, Counter> records = new ConcurrentHashMap<>();
  private final Counter retries;
  private final Counter expiring;
  private final Timer send;

  TargetMeters(MeterRegistry registry, Tags tags) {
    this.registry = registry;
    this.tags = tags;
    this.retries =
        Counter.builder("fanout.retries")
            .description("Messages that were sent again.")
            .tags(tags)
            .register(registry);
    this.expiring =
        Counter.builder("fanout.expiring")
            .description("Warnings that what is held comes near the end of the retention.")
            .tags(tags)
            .register(registry);
    this.send =
        Timer.builder("fanout.send")
            .description("How long the calls took.")
            .tags(tags)
            .register(registry);
    count(TargetCounts.ZERO);
  }

  void sent(SendEvent event) {
    Failure failure = event.failure();
    String outcome = failure == null ? "accepted" : failure.kind().name().toLowerCase(Locale.ROOT);
    calls.computeIfAbsent(outcome, this::callsOf).increment();
    send.record(event.took());
  }

  private Counter callsOf(String outcome) {
    return Counter.builder("fanout.calls")
        .description("Calls of the destination, by what became of the batch.")
        .tags(tags.and("outcome", outcome))
        .register(registry);
  }

  /** Adds what is new since the last event of the same batch. */
  void settled(TargetCounts more) {
    count(more);
    add(retries, more.retries());
  }

  /** Every end is there from the start, so that a rate is known from its first record on. */
  private void count(TargetCounts more) {
    add("accepted", more.accepted());
    add("filtered", more.filtered());
    add("dead_lettered", more.deadLettered());
    add("dropped", more.dropped());
    add("already_settled", more.alreadySettled());
    add("released", more.released());
  }

  private void add(String outcome, long more) {
    add(records.computeIfAbsent(outcome, this::recordsOf), more);
  }

  /** A counter only grows; an end that was taken back is in the ledger's difference. */
  private static void add(Counter counter, long more) {
    if (more > 0) {
      counter.increment(more);
    }
  }

  private Counter recordsOf(String outcome) {
    return Counter.builder("fanout.records")
        .description("Records, as the target decodes them, by the end they came to.")
        .tags(tags.and("outcome", outcome))
        .register(registry);
  }

  void expiring() {
    expiring.increment();
  }
}
