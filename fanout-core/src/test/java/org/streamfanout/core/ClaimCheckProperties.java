package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.InMemoryPayloads;
import org.streamfanout.testkit.InMemoryPayloads.Puts;
import org.streamfanout.testkit.InMemoryTarget;

class ClaimCheckProperties {
  /** Whatever a destination counts beside the body. */
  private static final int OVERHEAD = 13;

  private static final List<Failure> TROUBLES =
      List.of(
          Failure.retryable("Busy", "later"),
          Failure.throttled("SlowDown", "later"),
          Failure.notSent("no time"),
          Failure.fatal("AccessDenied", "no"));

  @Property(tries = 300)
  void anySizesOrderAndFaults_allArriveOnceWithinTheLimits(
      @ForAll @Size(max = 60) List<@IntRange(min = 1, max = 900) Integer> sizes,
      @ForAll @IntRange(min = 200, max = 600) int limit,
      @ForAll @IntRange(min = 1, max = 3) int callsWorth,
      @ForAll Ordering ordering,
      @ForAll CallOrder callOrder,
      @ForAll boolean joined,
      @ForAll long seed) {
    InMemoryTarget target =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(5, (long) limit * callsWorth, limit))
                    .claimChecks(true)
                    .callOrder(callOrder)
                    .collapses(
                        Set.of(Collapse.NONE, Collapse.CONCAT),
                        joined ? Collapse.CONCAT : Collapse.NONE)
                    .build())
            .size(message -> message.bodyLength() + OVERHEAD)
            .build();
    InMemoryPayloads payloads = new InMemoryPayloads().always(flaky(seed));
    TargetConfig row =
        Fixture.target("t")
            .ordering(ordering)
            .oversize(Oversize.CLAIM_CHECK)
            .claimCheck("memory:x")
            .onFailure(OnFailure.HOLD)
            .build();
    List<FanoutRecord> records = records(sizes);
    try (Fixture fixture =
        new Fixture(Fixture.quick().provider(target).payloadStore(payloads), row)) {
      FanoutResult result = fixture.process(records.toArray(FanoutRecord[]::new));
      for (int calls = 0; !result.isSettled() && calls < 1_000; calls++) {
        result = fixture.resume(result);
      }

      TargetCounts counts = result.targets().get(0).counts();
      assertThat(counts.accepted()).isEqualTo(records.size());
      assertThat(target.violations()).isEmpty();
      for (Batch batch : target.batches("t")) {
        assertThat(
                batch.messages().stream().mapToInt(each -> each.body().length() + OVERHEAD).sum())
            .as("bytes of the call on the wire")
            .isLessThanOrEqualTo(limit * callsWorth);
      }
      String arrived =
          target.received("t").stream()
              .map(message -> payloads.redeem(message.body()).utf8())
              .collect(Collectors.joining());
      assertThat(arrived.chars().sorted().toArray())
          .isEqualTo(all(records).chars().sorted().toArray());
      if (ordering == Ordering.SHARD) {
        assertThat(arrived).isEqualTo(all(records));
      }
      assertThat(target.received("t"))
          .filteredOn(message -> message.storedLength() > 0)
          .extracting(Message::storedLength)
          .allSatisfy(length -> assertThat(length + OVERHEAD).isGreaterThan(limit));
    }
  }

  private static String all(List<FanoutRecord> records) {
    return records.stream().map(each -> each.data().utf8()).collect(Collectors.joining());
  }

  private static List<FanoutRecord> records(List<Integer> sizes) {
    List<FanoutRecord> records = new ArrayList<>();
    for (int number = 0; number < sizes.size(); number++) {
      String letter = String.valueOf((char) ('A' + number));
      records.add(Fixture.record(number, "k" + number % 4, letter.repeat(sizes.get(number))));
    }
    return records;
  }

  /** Takes some of what it is given, and may take what it says it did not. */
  private static Puts flaky(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ReentrantLock lock = new ReentrantLock();
    return (bodies, into) -> {
      int chance;
      lock.lock();
      try {
        chance = random.nextInt(12);
      } finally {
        lock.unlock();
      }
      if (chance == 11) {
        return Puts.takeThenRaise(new IllegalStateException("no answer")).put(bodies, into);
      }
      return Puts.failing(chance < TROUBLES.size() ? TROUBLES.get(chance) : null).put(bodies, into);
    };
  }
}
