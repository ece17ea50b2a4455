package org.streamfanout.simulator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Where every decision of a simulation comes from: a seed's random numbers, or those that a
 * schedule names, and what comes after them is 0, the plainest of each. All are written down.
 */
final class Choices {
  /** What a decision is about; each has a stream of its own, so that one can be cut by itself. */
  enum Kind {
    /** What there is: shards, records, targets, and what will happen to them. */
    PLAN,
    /** What a destination does with one send, and how long that takes. */
    FAULTS,
    /** What hosts do by themselves, and what happens to them. */
    HOST,
    /** Who runs next. */
    ORDER,
    /** How hard targets are tried, how fast, what is done without them, how old records are. */
    POLICY
  }

  private final Map<Kind, Stream> streams = new EnumMap<>(Kind.class);

  Choices(Schedule schedule) {
    for (Kind kind : Kind.values()) {
      streams.put(kind, new Stream(schedule, kind));
    }
  }

  /** Returns a number from 0 to below a bound. */
  int next(Kind kind, int bound) {
    return stream(kind).next(bound);
  }

  /** Returns true in so many of a hundred cases. */
  boolean chance(Kind kind, int percent) {
    // 0 is no.
    return next(kind, 100) >= 100 - percent;
  }

  /** Returns what was chosen, as a schedule that does the same again. */
  Schedule made() {
    Map<Kind, int[]> made = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      Stream stream = stream(kind);
      made.put(kind, Arrays.copyOf(stream.made, stream.count));
    }
    return Schedule.of(made);
  }

  private Stream stream(Kind kind) {
    Stream stream = streams.get(kind);
    if (stream == null) {
      throw new IllegalStateException("no stream of " + kind);
    }
    return stream;
  }

  private static final class Stream {
    private final SplittableRandom random;
    private final int[] given;
    private final boolean seeded;
    private int[] made = new int[64];
    private int count;

    Stream(Schedule schedule, Kind kind) {
      this.seeded = schedule.isSeed();
      this.random = new SplittableRandom(schedule.seed() * 31 + kind.ordinal());
      this.given = schedule.choices(kind);
    }

    int next(int bound) {
      int value;
      if (seeded) {
        value = random.nextInt(bound);
      } else {
        value = count < given.length ? given[count] % bound : 0;
      }
      if (count == made.length) {
        made = Arrays.copyOf(made, count * 2);
      }
      made[count++] = value;
      return value;
    }
  }
}
