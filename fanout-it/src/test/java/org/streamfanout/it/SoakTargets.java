package org.streamfanout.it;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * Destinations of a soak: each has a trouble of its own, which its name says, until {@link #mend}.
 * They remember which records they took, in memory that does not grow with their number.
 */
final class SoakTargets implements TargetProvider {
  private final Map<String, Map<String, Seen>> seen = new ConcurrentHashMap<>();
  private final AtomicBoolean mended = new AtomicBoolean();
  private final LongAdder sends = new LongAdder();
  private final long start = System.nanoTime();

  /** The numbers that came of a shard: all below the floor, and some above it. */
  private static final class Seen {
    private long floor;
    private BitSet above = new BitSet();

    synchronized void add(long number) {
      if (number >= floor) {
        above.set(Math.toIntExact(number - floor));
        int whole = above.nextClearBit(0);
        if (whole > 10_000) {
          floor += whole;
          above = above.get(whole, Math.max(whole, above.length()));
        }
      }
    }

    synchronized long count() {
      return floor + above.cardinality();
    }
  }

  /** Ends all trouble. */
  void mend() {
    mended.set(true);
  }

  long sends() {
    return sends.sum();
  }

  /** Returns how many different records of a shard have come to a target. */
  long count(String targetId, String shard) {
    Seen of = seen.getOrDefault(targetId, Map.of()).get(shard);
    return of == null ? 0 : of.count();
  }

  @Override
  public String type() {
    return "soak";
  }

  @Override
  public Description describe() {
    return Description.builder("A destination with a trouble.").destination("any").build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(Limits.of(100, 1 << 20, 1 << 18)).build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    // any destination will do
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new TargetSender() {
      @Override
      public List<Outcome> send(Batch batch, Deadline deadline) throws InterruptedException {
        return answer(target, batch);
      }

      @Override
      public long sizeInBytes(Message message) {
        return message.bodyLength();
      }
    };
  }

  private List<Outcome> answer(TargetConfig target, Batch batch) throws InterruptedException {
    sends.increment();
    if (!mended.get()) {
      switch (target.id()) {
        case "hangs" -> hang();
        case "down" -> {
          if (isDown()) {
            return all(batch, Failure.retryable("Down", "for a while"));
          }
        }
        case "throttles" -> {
          if (ThreadLocalRandom.current().nextInt(10) == 0) {
            return all(batch, Failure.throttled("Slow", "too many"));
          }
        }
        default -> {}
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (Message message : batch.messages()) {
      Failure failure = failure(target);
      if (failure == null) {
        message.records().forEach(record -> take(target, batch.shard(), record));
        outcomes.add(Outcome.accepted());
      } else {
        outcomes.add(Outcome.failed(failure));
      }
    }
    return outcomes;
  }

  /** One call in a hundred does not come back before it is interrupted. */
  private static void hang() throws InterruptedException {
    if (ThreadLocalRandom.current().nextInt(100) == 0) {
      new CountDownLatch(1).await();
    }
  }

  /** Two seconds of ten. */
  private boolean isDown() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) % 10 < 2;
  }

  private @Nullable Failure failure(TargetConfig target) {
    if (mended.get()) {
      return null;
    }
    int one = ThreadLocalRandom.current().nextInt(1_000);
    return switch (target.id()) {
      case "fails" -> one < 50 ? Failure.retryable("Busy", "now and then") : null;
      case "rejects" -> one < 10 ? Failure.rejected("Bad", "never") : null;
      default -> null;
    };
  }

  private void take(TargetConfig target, @Nullable String shard, FanoutRecord record) {
    // A letter counts for the target that it is of.
    String id = target.deadLetterOnly() ? "rejects" : target.id();
    seen.computeIfAbsent(id, key -> new ConcurrentHashMap<>())
        .computeIfAbsent(String.valueOf(shard), key -> new Seen())
        .add(Long.parseLong(record.sequenceNumber()));
  }

  private static List<Outcome> all(Batch batch, Failure failure) {
    return batch.messages().stream().map(message -> Outcome.failed(failure)).toList();
  }
}
