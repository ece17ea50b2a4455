package org.streamfanout.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.streamfanout.simulator.SmallModel.Answer;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;

/**
 * Every case of a small model: after each call of the engine, counts and checkpoint are what the
 * destinations' answers say; nothing is sent again that was accepted; order is kept; and resuming
 * settles everything.
 *
 * <p>All sequences of answers over up to 5 records and 3 targets at once would be more than can be
 * played. What one target does depends on its own answers alone, so those are played in full for
 * one target (any answer for each of up to 4 records, one of each effect for 5, and longer
 * sequences for fewer), and for two targets; the checkpoint depends on what each target has settled
 * alone, so for 3 targets and up to 5 records everything is played that can be settled or held.
 */
class SmallModelTest {
  private static final Answer[] ALL = Answer.values();

  /** One of each effect on a lane. */
  private static final Answer[] SOME = {
    Answer.RETRYABLE, Answer.THROTTLED, Answer.REJECTED, Answer.FATAL
  };

  /** Keys that share no lane, share all, and share some. */
  private static final String[] KEYS = {"abcde", "aaaaa", "ababa"};

  private long cases;

  private interface Each {
    void play(SmallModel model, Ordering ordering);
  }

  private static void everyKind(int targets, Each each) {
    for (Ordering ordering : Ordering.values()) {
      for (CallOrder callOrder : CallOrder.values()) {
        for (OnFailure onFailure : OnFailure.values()) {
          try (SmallModel model = new SmallModel(targets, ordering, callOrder, onFailure)) {
            each.play(model, ordering);
          }
        }
      }
    }
  }

  /** All sequences of answers up to a length. */
  private static List<Answer[]> sequences(int longest, Answer[] alphabet) {
    List<Answer[]> all = new ArrayList<>();
    all.add(new Answer[0]);
    for (int from = 0, length = 1; length <= longest; length++) {
      int to = all.size();
      for (; from < to; from++) {
        for (Answer answer : alphabet) {
          // What follows an acceptance is never asked for.
          Answer[] shorter = all.get(from);
          if (shorter.length > 0 && shorter[shorter.length - 1] == Answer.ACCEPTED) {
            continue;
          }
          Answer[] longer = java.util.Arrays.copyOf(shorter, length);
          longer[length - 1] = answer;
          all.add(longer);
        }
      }
    }
    all.removeIf(each -> each.length > 0 && each[each.length - 1] == Answer.ACCEPTED);
    return all;
  }

  /** Plays every way to give each record of each target one of some sequences. */
  private void playAll(SmallModel model, int targets, String keys, List<Answer[]> sequences) {
    int places = targets * keys.length();
    int[] digits = new int[places];
    Answer[][][] script = new Answer[targets][keys.length()][];
    while (true) {
      for (int place = 0; place < places; place++) {
        script[place / keys.length()][place % keys.length()] = sequences.get(digits[place]);
      }
      model.play(keys, script);
      cases++;
      int place = 0;
      while (place < places && ++digits[place] == sequences.size()) {
        digits[place++] = 0;
      }
      if (place == places) {
        return;
      }
    }
  }

  @Test
  void oneTargetFiveRecords_everyAnswer_holds(TestReporter reporter) {
    List<Answer[]> one = sequences(1, ALL);
    everyKind(
        1,
        (model, ordering) -> {
          for (int records = 1; records <= 4; records++) {
            // Elsewhere keys make no difference.
            for (String keys : ordering == Ordering.KEY ? KEYS : new String[] {KEYS[2]}) {
              playAll(model, 1, keys.substring(0, records), one);
            }
          }
          playAll(model, 1, KEYS[2], sequences(1, SOME));
        });
    reporter.publishEntry("cases", Long.toString(cases));
    assertThat(cases).isEqualTo((6L * 3 + 18) * (8 + 64 + 512 + 4096) + 24 * 3125);
  }

  @Test
  void oneTarget_longerSequences_hold(TestReporter reporter) {
    everyKind(
        1,
        (model, ordering) -> {
          playAll(model, 1, "a", sequences(4, ALL));
          playAll(model, 1, "aa", sequences(2, ALL));
          playAll(model, 1, "ab", sequences(2, ALL));
        });
    reporter.publishEntry("cases", Long.toString(cases));
    assertThat(cases).isEqualTo(24L * (2801 + 2 * 57 * 57));
  }

  @Test
  void twoTargets_everyAnswer_holds(TestReporter reporter) {
    List<Answer[]> one = sequences(1, ALL);
    everyKind(
        2,
        (model, ordering) -> {
          playAll(model, 2, "a", one);
          playAll(model, 2, "aa", one);
          playAll(model, 2, "ab", one);
        });
    reporter.publishEntry("cases", Long.toString(cases));
    assertThat(cases).isEqualTo(24L * (64 + 2 * 4096));
  }

  @Test
  void threeTargetsFiveRecords_everythingSettledOrHeld_checkpointAndResumeHold(
      TestReporter reporter) {
    List<Answer[]> settledOrHeld = sequences(1, new Answer[] {Answer.REJECTED});
    for (int records = 1; records <= 5; records++) {
      try (SmallModel model =
          new SmallModel(3, Ordering.NONE, CallOrder.UNORDERED, OnFailure.HOLD)) {
        playAll(model, 3, KEYS[0].substring(0, records), settledOrHeld);
      }
      try (SmallModel model = new SmallModel(3, Ordering.KEY, CallOrder.PREFIX, OnFailure.HOLD)) {
        playAll(model, 3, KEYS[2].substring(0, records), settledOrHeld);
      }
    }
    reporter.publishEntry("cases", Long.toString(cases));
    assertThat(cases).isEqualTo(2L * (8 + 64 + 512 + 4096 + 32_768));
  }
}
