package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/** Letters that are gone once they were settled. */
final class MemoryLetters implements LetterSource {
  final Set<Bytes> left;
  private final Iterator<Bytes> reading;
  private final int dieAfter;
  private Function<Bytes, @Nullable String> group = letter -> null;
  private int settled;

  /** What ends a replay in the middle. */
  static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Makes them; the replay dies before it settles one more than so many. */
  MemoryLetters(Set<Bytes> left, int dieAfter) {
    this.left = left;
    this.reading = List.copyOf(left).iterator();
    this.dieAfter = dieAfter;
  }

  MemoryLetters(Set<Bytes> left) {
    this(left, Integer.MAX_VALUE);
  }

  /** Says in which group each is. */
  MemoryLetters inGroups(Function<Bytes, @Nullable String> newGroup) {
    group = newGroup;
    return this;
  }

  @Override
  public List<Found> next(boolean mayWait, int atMost) {
    List<Found> found = new ArrayList<>();
    while (reading.hasNext() && found.size() < Math.min(atMost, 7)) {
      Bytes next = reading.next();
      found.add(new Found("letter " + next.length(), next, next, group.apply(next), null));
    }
    return found;
  }

  @Override
  public void settle(List<Found> accepted) {
    for (Found each : accepted) {
      if (settled++ == dieAfter) {
        throw new Died();
      }
      assertThat(left.remove(each.handle())).isTrue();
    }
  }

  @Override
  public void leave(Found letter) {
    assertThat(left).contains(letter.json());
  }

  @Override
  public long passedOver() {
    return 0;
  }

  @Override
  public long unseen() {
    return 0;
  }

  @Override
  public double progress() {
    return Double.NaN;
  }

  @Override
  public void close() {}
}
