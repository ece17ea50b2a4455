package org.streamfanout.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.deadletter.DeadLetter;

/** What a replay has met, and what became of it. For one thread. */
final class ReplayCounts {
  /** More places are counted only. */
  private static final int MOST_NAMED = 5;

  long read;
  long accepted;

  /** Settled in another way: the target's own filter has no use for it. */
  long filtered;

  long otherTargets;
  long notMatching;

  /** About how many are behind letters that stay, where nobody can look at them. */
  long unseen;

  private long left;
  private long bytes;
  private @Nullable Instant oldest;
  private @Nullable Instant newest;
  private final Map<String, Long> leftBecause = new TreeMap<>();
  private final Map<String, List<String>> named = new TreeMap<>();
  private final Map<String, Long> byFailure = new TreeMap<>();

  /** Counts a letter of the target that stays, and why. */
  void leave(String place, String why) {
    left++;
    leftBecause.merge(why, 1L, Long::sum);
    List<String> places = named.computeIfAbsent(why, key -> new ArrayList<>());
    if (places.size() < MOST_NAMED) {
      places.add(place);
    }
  }

  /** Counts a letter that is to be sent. */
  void wanted(DeadLetter letter, int length) {
    bytes += length;
    byFailure.merge(letter.failure().kind() + "/" + letter.failure().code(), 1L, Long::sum);
    Instant at = letter.lastAttemptAt();
    if (at != null) {
      oldest = oldest == null || at.isBefore(oldest) ? at : oldest;
      newest = newest == null || at.isAfter(newest) ? at : newest;
    }
  }

  long left() {
    return left;
  }

  long wanted() {
    return byFailure.values().stream().mapToLong(Long::longValue).sum();
  }

  Map<String, Long> byFailure() {
    return byFailure;
  }

  /** Prints the sums, and what stays. */
  void print(PrintWriter out, long passedOver) {
    out.printf(
        Locale.ROOT,
        "%nletters: %d read, %d accepted, %d filtered, %d left; passed over: %d of other targets,"
            + " %d that do not match, %d replayed before%n",
        read,
        accepted,
        filtered,
        left,
        otherTargets,
        notMatching,
        passedOver);
    leftBecause.forEach(
        (why, count) -> {
          List<String> places = named.getOrDefault(why, List.of());
          out.printf(
              Locale.ROOT,
              "  %d left: %s (%s%s)%n",
              count,
              why,
              String.join(", ", places),
              count > places.size() ? ", ..." : "");
        });
    if (unseen > 0) {
      out.printf(
          Locale.ROOT,
          "  about %d not looked at: a FIFO queue shows nothing of a group before what is in front"
              + " of it is gone; see to the letters that stay, or are another target's, and run it"
              + " again%n",
          unseen);
    }
  }

  /** Prints what would be sent. */
  void printPlan(String target, PrintWriter out) {
    out.printf(
        Locale.ROOT, "%d letters, %d bytes, would go to target '%s'%n", wanted(), bytes, target);
    if (oldest != null) {
      out.printf(Locale.ROOT, "  last tried from %s to %s%n", oldest, newest);
    }
    byFailure.forEach((why, count) -> out.printf(Locale.ROOT, "  %d %s%n", count, why));
  }
}
