package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.Records;

/**
 * An engine that delivers a shard to a server that is broken, and to a healthy target beside it.
 */
final class BreakableRun implements AutoCloseable {
  /** The id of the target that is broken. */
  static final String BROKEN = "broken";

  private static final String HEALTHY = "healthy";
  private static final int BATCH = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  /**
   * Threads that are not the engine's to end: the proxy's, the JVM's, Netty's, those of the test's
   * own clients of AWS, and one that memcached's client keeps for all of its connections.
   */
  private static final List<String> EVERYBODYS =
      List.of(
          "sdk-ScheduledExecutor",
          "folsom-reconnecter",
          "tcp-proxy",
          "process reaper",
          "Attach Listener",
          "output of ",
          "Keep-Alive-Timer",
          "Common-Cleaner",
          "CompletableFutureDelayScheduler",
          "ForkJoinPool.commonPool",
          "globalEventExecutor");

  private static final Pattern NUMBER = Pattern.compile("\"n\":(\\d+)");

  private final BreakableDestination destination;
  private final String name;
  private final WatchedProvider watched;
  private final Ledger ledger = new Ledger();
  private final InMemoryTarget healthy = new InMemoryTarget();
  private final Set<Thread> threadsBefore;
  private final FanoutEngine engine;
  private final ShardDelivery delivery;
  private final List<FanoutRecord> brought = new ArrayList<>();
  private int forgottenBefore;

  BreakableRun(BreakableDestination destination, String name, boolean behindProxy)
      throws Exception {
    this.destination = destination;
    this.name = name;
    this.watched = new WatchedProvider(destination.provider());
    destination.prepare(name);
    this.threadsBefore = Set.copyOf(Thread.getAllStackTraces().keySet());
    FanoutEngine.Builder builder =
        FanoutEngine.builder()
            .registry(
                new InMemoryTargetRegistry(
                    destination.target(name, behindProxy).ordering(Ordering.KEY).build(),
                    TargetConfig.builder(Records.KINESIS, HEALTHY, "memory", "any")
                        .ordering(Ordering.KEY)
                        .build()))
            .provider(watched)
            .provider(healthy)
            .retry(
                new RetryPolicy(
                    8, destination.attemptTimeout(), Duration.ofMillis(20), Duration.ofMillis(200)))
            .circuit(new CircuitOptions(20, 5, 50, Duration.ofMillis(300), 2))
            .listener(ledger);
    destination.settings(behindProxy).forEach(builder::setting);
    this.engine = builder.build();
    this.delivery =
        new ShardDelivery(
            engine,
            new ShardOptions(Duration.ofSeconds(20), Duration.ofMillis(20), Duration.ofMillis(200))
                .withAheadAfter(Duration.ZERO));
  }

  /** Returns the number in a record's body. */
  static int number(String body) {
    Matcher matcher = NUMBER.matcher(body);
    assertThat(matcher.find()).as(body).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  WatchedProvider watched() {
    return watched;
  }

  /** Brings so many batches, without waiting for the target that may be broken. */
  void bring(int batches) {
    for (int batch = 0; batch < batches; batch++) {
      List<FanoutRecord> records = new ArrayList<>();
      for (int count = 0; count < BATCH; count++) {
        int number = brought.size();
        records.add(Records.kinesis(number, destination.key(number), "{\"n\":" + number + "}"));
        brought.add(records.get(count));
      }
      assertThat(
              delivery.deliverAhead(
                  new SourceBatch(Records.KINESIS, Records.SHARD, records), checkpoint -> true))
          .isTrue();
    }
  }

  /**
   * Breaks something between two sends, amid a run, and returns when it is broken, a send has felt
   * it, and the healthy target has everything all the same.
   */
  void breakAmid(int batches, Callable<?> breaking) throws Exception {
    int unanswered = watched.unanswered();
    watched.beforeSend(10, breaking);
    bring(batches);
    await("it is broken", watched::isBroken);
    await("a send has felt it", () -> watched.unanswered() > unanswered);
    healthyHasAll();
  }

  /** Waits until the healthy target has everything that was brought, while the other one lacks. */
  void healthyHasAll() throws InterruptedException {
    healthy.awaitReceived(brought.size(), PATIENCE);
    assertThat(delivery.status().records()).as("what the broken target holds").isPositive();
  }

  /** Takes note that what was sent so far may have been forgotten. */
  void forgotten() {
    forgottenBefore = destination.remembers() ? 0 : watched.sends();
  }

  /** Waits until a condition holds. */
  void await(String what, BooleanSupplier condition) {
    await(() -> what, condition);
  }

  private static void await(Supplier<String> what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not after " + PATIENCE + ": " + what.get());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Delivers what is left, ends the engine, and compares what is where with what was brought. */
  void endsWithEverything() throws Exception {
    assertThat(delivery.settle()).isTrue();
    engine.close();
    booksAddUp();
    healthyHasEachOnceInOrder();
    // Before the test's own clients begin theirs.
    threadsHaveEnded();
    destinationHasAll(destination.read(name));
  }

  private void booksAddUp() {
    assertThat(ledger.difference()).isZero();
    assertThat(ledger.snapshot())
        .hasSize(2)
        .allSatisfy(
            entry -> {
              assertThat(entry.counts().accepted()).isEqualTo(brought.size());
              assertThat(entry.counts().records()).isEqualTo(brought.size());
              assertThat(entry.counts().held()).isZero();
              assertThat(entry.counts().areConserved()).isTrue();
            });
  }

  private void healthyHasEachOnceInOrder() {
    assertThat(healthy.violations()).isEmpty();
    Map<String, List<String>> got = new HashMap<>();
    healthy
        .records(HEALTHY)
        .forEach(
            record -> got.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record.id()));
    Map<String, List<String>> wanted = new HashMap<>();
    brought.forEach(
        record -> wanted.computeIfAbsent(record.key(), key -> new ArrayList<>()).add(record.id()));
    assertThat(got).isEqualTo(wanted);
  }

  private void destinationHasAll(Map<String, List<Integer>> there) {
    Map<Integer, Long> copies =
        there.values().stream()
            .flatMap(List::stream)
            .collect(Collectors.groupingBy(number -> number, Collectors.counting()));
    Set<Integer> missing = new LinkedHashSet<>();
    for (int number = 0; number < brought.size(); number++) {
      WatchedProvider.Sent sent = watched.sent(brought.get(number).id());
      assertThat(sent.accepted()).as("acknowledged sends of record %d", number).isEqualTo(1);
      long count = copies.getOrDefault(number, 0L);
      if (count == 0 && sent.last() > forgottenBefore) {
        missing.add(number);
      }
      assertThat(count)
          .as("copies of record %d, sent as %s", number, sent)
          .isLessThanOrEqualTo(destination.showsCopies() ? 1 + sent.unknown() : 1);
    }
    assertThat(missing).as("records that were acknowledged and are not there").isEmpty();
    if (destination.keepsOrder()) {
      assertThat(there.values())
          .allSatisfy(numbers -> assertThat(List.copyOf(new LinkedHashSet<>(numbers))).isSorted());
    }
  }

  private void threadsHaveEnded() {
    await(() -> "the end of " + threadsLeft(), () -> threadsLeft().isEmpty());
  }

  private Set<String> threadsLeft() {
    Set<Thread> now = new HashSet<>(Thread.getAllStackTraces().keySet());
    now.removeAll(threadsBefore);
    return now.stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(thread -> EVERYBODYS.stream().noneMatch(thread::startsWith))
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    delivery.stop(Deadline.after(Duration.ZERO));
    engine.close();
  }
}
