package org.streamfanout.simulator;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.streamfanout.simulator.Choices.Kind;

/**
 * Everything that happens in one simulation: a seed, or the decisions themselves. The same schedule
 * plays the same way each time with the same {@link Simulation}. Immutable; its text can be printed
 * and {@linkplain #parse read back}.
 */
public final class Schedule {
  private static final int RADIX = 36;
  private static final int[] NOTHING = {};

  private final boolean seeded;
  private final long seed;
  private final Map<Kind, int[]> choices;

  private Schedule(boolean seeded, long seed, Map<Kind, int[]> choices) {
    this.seeded = seeded;
    this.seed = seed;
    this.choices = choices;
  }

  /** Returns the schedule of a seed. */
  public static Schedule ofSeed(long seed) {
    return new Schedule(true, seed, Map.of());
  }

  static Schedule of(Map<Kind, int[]> choices) {
    Map<Kind, int[]> trimmed = new EnumMap<>(Kind.class);
    choices.forEach(
        (kind, values) -> {
          int length = values.length;
          while (length > 0 && values[length - 1] == 0) {
            length--;
          }
          trimmed.put(kind, Arrays.copyOf(values, length));
        });
    return new Schedule(false, 0, trimmed);
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public static Schedule parse(String text) {
    try {
      if (text.startsWith("seed:")) {
        return ofSeed(Long.parseLong(text.substring("seed:".length())));
      }
      Map<Kind, int[]> choices = new EnumMap<>(Kind.class);
      for (String part : text.split(",", -1)) {
        int colon = part.indexOf(':');
        Kind kind = Kind.valueOf(part.substring(0, colon).toUpperCase(Locale.ROOT));
        choices.put(kind, numbers(part.substring(colon + 1)));
      }
      return of(choices);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no schedule: 'seed:NUMBER', or what a simulation printed", e);
    }
  }

  private static int[] numbers(String text) {
    if (text.isEmpty()) {
      return NOTHING;
    }
    return Arrays.stream(text.split("\\.", -1))
        .flatMapToInt(
            each -> {
              // "0*12" is twelve zeros.
              int times = each.indexOf('*');
              int value = Integer.parseInt(times < 0 ? each : each.substring(0, times), RADIX);
              int count = times < 0 ? 1 : Integer.parseInt(each.substring(times + 1));
              return IntStream.generate(() -> value).limit(count);
            })
        .toArray();
  }

  private static String text(int[] values) {
    StringBuilder text = new StringBuilder();
    for (int index = 0; index < values.length; ) {
      int same = index;
      while (same < values.length && values[same] == values[index]) {
        same++;
      }
      text.append(index == 0 ? "" : ".").append(Integer.toString(values[index], RADIX));
      if (same - index > 1) {
        text.append('*').append(same - index);
      }
      index = same;
    }
    return text.toString();
  }

  boolean isSeed() {
    return seeded;
  }

  long seed() {
    return seed;
  }

  int[] choices(Kind kind) {
    int[] values = choices.get(kind);
    return values == null ? NOTHING : values.clone();
  }

  /** Returns this schedule with other decisions of one kind. */
  Schedule with(Kind kind, int[] values) {
    Map<Kind, int[]> changed = new EnumMap<>(Kind.class);
    changed.putAll(choices);
    changed.put(kind, values);
    return of(changed);
  }

  /** Returns how many decisions it names. */
  int size() {
    return choices.values().stream().mapToInt(values -> values.length).sum();
  }

  /** Returns the sum of all its decisions: how far it is from the plainest. */
  long sum() {
    return choices.values().stream().flatMapToInt(Arrays::stream).asLongStream().sum();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Schedule that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** Returns the text that {@link #parse} reads. */
  @Override
  public String toString() {
    return seeded
        ? "seed:" + seed
        : Arrays.stream(Kind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT) + ":" + text(choices(kind)))
            .collect(Collectors.joining(","));
  }
}
