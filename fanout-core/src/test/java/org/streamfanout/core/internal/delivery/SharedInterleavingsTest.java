package org.streamfanout.core.internal.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.InMemoryProgressStore;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.spi.Targets;

class SharedInterleavingsTest {
  private static final Source SOURCE = Source.of("kafka://broker:9092/orders");
  private static final Deadline DEADLINE = Deadline.after(Duration.ofDays(1));

  @Test
  void shared_anyOrderOfSteps_isMadeOnce_andClosedWithTheEngine() {
    Interleavings.of(Context.class, ContextSpec.class)
        .play("shared 0", "shared 0", "close")
        .play("shared 0", "close; shared 0")
        .check();
  }

  @Test
  void registryCache_anyOrderOfSteps_isNeverOlderThanWhatSomebodyHadBefore() {
    Interleavings.of(Cache.class, CacheSpec.class)
        .play("read", "read")
        .playAfter("read; expire", "read", "change; read", "read")
        .check();
  }

  @Test
  void progress_anyOrderOfSteps_isOneMap() {
    Interleavings.of(Progress.class, ProgressSpec.class)
        .play("save 0 1; load", "save 1 2; save 0 0")
        .playAfter("save 0 2", "save 0 0", "save 0 1; size")
        .check();
  }

  @Test
  void retryBudget_anyOrderOfSteps_isSpentOnce() {
    Interleavings.of(Retries.class, Retries.class)
        .playAfter("failed", "sent 0 60; allowed", "sent 50 60; allowed")
        .playAfter("failed", "sent 0 60; allowed", "accepted")
        .check();
  }

  @Test
  void rateLimit_anyOrderOfSteps_isNeverExceeded() {
    Interleavings.of(Rate.class, RateSpec.class).play("take 6", "take 6", "pass").check();
  }

  /** Shards that ask for what the engine shares, and its end. */
  @Param(name = "name", gen = IntGen.class, conf = "0:1")
  public static class Context {
    private final EngineContext context =
        new EngineContext(Map.of(), name -> null, Clock.systemUTC());
    private final Queue<Made> made = new ConcurrentLinkedQueue<>();

    private final class Made implements AutoCloseable {
      private final int name;
      private final AtomicInteger closes = new AtomicInteger();

      private Made(int name) {
        this.name = name;
        made.add(this);
      }

      @Override
      public void close() {
        closes.incrementAndGet();
      }
    }

    @Operation
    public boolean shared(@Param(name = "name") int name) {
      try {
        return context.shared(Made.class, "" + name, () -> new Made(name)).name == name;
      } catch (IllegalStateException closed) {
        return false;
      }
    }

    @Operation
    public void close() {
      context.close();
    }

    @Validate
    public void end() {
      context.close();
      Set<Integer> names = new HashSet<>();
      for (Made each : made) {
        Interleavings.require(names.add(each.name), "made twice");
        Interleavings.require(each.closes.get() == 1, "not closed once");
      }
    }
  }

  /** Everything until the end, and nothing afterwards. */
  public static class ContextSpec {
    private boolean closed;

    public boolean shared(int name) {
      return !closed;
    }

    public void close() {
      closed = true;
    }
  }

  /** Calls that read rows which change and expire; answers are told apart by their size. */
  public static class Cache {
    private final AtomicInteger version = new AtomicInteger(1);
    private final AtomicInteger asking = new AtomicInteger();
    private final AtomicInteger newest = new AtomicInteger();
    private final AtomicLong seconds = new AtomicLong();
    private volatile boolean askedTwiceAtOnce;

    private final CachingTargetRegistry registry =
        new CachingTargetRegistry(
            source -> {
              askedTwiceAtOnce |= asking.getAndIncrement() > 0;
              Targets answer = new Targets(List.of(), List.of(), Set.of("v" + version.get()), null);
              asking.decrementAndGet();
              return answer;
            },
            Duration.ofSeconds(1),
            new Clock() {
              @Override
              public Instant instant() {
                return Instant.ofEpochSecond(seconds.get());
              }

              @Override
              public ZoneId getZone() {
                return ZoneOffset.UTC;
              }

              @Override
              public Clock withZone(ZoneId zone) {
                return this;
              }
            });

    @Operation
    public boolean read() {
      int before = newest.get();
      int read =
          Integer.parseInt(registry.targetsFor(SOURCE).inactive().iterator().next().substring(1));
      newest.accumulateAndGet(read, Math::max);
      return read >= before;
    }

    @Operation
    public void change() {
      version.incrementAndGet();
    }

    @Operation
    public void expire() {
      seconds.incrementAndGet();
    }

    @Validate
    public void end() {
      Interleavings.require(!askedTwiceAtOnce, "asked twice at once");
    }
  }

  /** Never goes back. */
  public static class CacheSpec {
    public boolean read() {
      return true;
    }

    public void change() {}

    public void expire() {}
  }

  /** What is remembered of a shard's records; 0 attempts for one that is forgotten. */
  @Param(name = "record", gen = IntGen.class, conf = "0:1")
  @Param(name = "attempts", gen = IntGen.class, conf = "0:2")
  public static class Progress {
    private final InMemoryProgressStore store =
        InMemoryProgressStore.builder().clock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC)).build();

    @Operation
    public int save(@Param(name = "record") int record, @Param(name = "attempts") int attempts) {
      Map<RecordKey, RecordProgress> change =
          Map.of(
              new RecordKey("r" + record, Position.WHOLE), RecordProgress.afterAttempts(attempts));
      return store.save(SOURCE, "shard", List.of(new TargetProgress("t", "f", change)), DEADLINE);
    }

    @Operation
    public String load() {
      Map<String, Integer> all = new TreeMap<>();
      store
          .load(SOURCE, "shard", DEADLINE)
          .forEach(
              target ->
                  target.records().forEach((key, value) -> all.put(key.id(), value.attempts())));
      return all.toString();
    }

    @Operation
    public int size() {
      return store.size();
    }
  }

  /** A map. */
  public static class ProgressSpec {
    private final Map<String, Integer> all = new TreeMap<>();

    public int save(int record, int attempts) {
      if (attempts == 0) {
        all.remove("r" + record);
      } else {
        all.put("r" + record, attempts);
      }
      return 0;
    }

    public String load() {
      return all.toString();
    }

    public int size() {
      return all.size();
    }
  }

  /** Sends of a target that fails. */
  @Param(name = "messages", gen = IntGen.class, conf = "0:60")
  public static class Retries {
    private final RetryBudget budget = new RetryBudget(10, 1_000, 0);

    @Operation
    public void sent(@Param(name = "messages") int first, @Param(name = "messages") int again) {
      budget.sent(first, again, 0);
    }

    @Operation
    public void failed() {
      budget.failed();
    }

    @Operation
    public boolean accepted() {
      return budget.accepted();
    }

    @Operation
    public int allowed() {
      return budget.allowed(0);
    }
  }

  /** Ten records in a second, which passes by tenths. */
  @Param(name = "records", gen = IntGen.class, conf = "1:6")
  public static class Rate {
    private static final long TENTH = 100_000_000;
    private final AtomicLong now = new AtomicLong();
    private final RateLimit limit = new RateLimit(10L, null, 0);

    @Operation
    public boolean take(@Param(name = "records") int records) {
      return limit.tryTake(records, 0, now.get()) == 0;
    }

    @Operation
    public long room() {
      return limit.records(now.get());
    }

    @Operation
    public void pass() {
      now.addAndGet(TENTH);
    }
  }

  /** What is left. */
  public static class RateSpec {
    private int left = 10;

    public boolean take(int records) {
      boolean mayGo = records <= left;
      left -= mayGo ? records : 0;
      return mayGo;
    }

    public long room() {
      return Math.max(1, left);
    }

    public void pass() {
      left = Math.min(10, left + 1);
    }
  }
}
