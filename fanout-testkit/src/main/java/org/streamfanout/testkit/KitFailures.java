package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;

/** What the kit asks of a provider whose destination fails. */
final class KitFailures {
  private static final int EVERY_SUBSET_UP_TO = 10;
  private static final int RANDOM_SUBSETS = 30;

  private KitFailures() {}

  static void mapsEverySubsetOfFailedEntries(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      int most = run.limits().maxMessages();
      for (int count = 1; count <= Math.min(EVERY_SUBSET_UP_TO, most); count++) {
        for (int mask = 0; mask < 1 << count; mask++) {
          int failing = mask;
          sendFailing(run, count, places(count, place -> (failing & 1 << place) != 0));
        }
      }
      Random random = new Random(4);
      for (int round = 0; most > EVERY_SUBSET_UP_TO && round < RANDOM_SUBSETS; round++) {
        int beyond = Math.min(most, 100) - EVERY_SUBSET_UP_TO;
        int count = EVERY_SUBSET_UP_TO + 1 + random.nextInt(beyond);
        sendFailing(run, count, places(count, place -> random.nextInt(3) == 0));
      }
      run.assertArrived();
    }
  }

  private static Set<Integer> places(int count, IntPredicate failing) {
    Set<Integer> places = new HashSet<>();
    IntStream.range(0, count).filter(failing).forEach(places::add);
    return places;
  }

  private static void sendFailing(KitRun run, int count, Set<Integer> failing) throws Exception {
    List<Message> messages = run.messages(count);
    run.destination.failEntries(messages, failing);
    List<Outcome> outcomes = run.send(messages);
    run.destination.calm();
    for (int place = 0; place < count; place++) {
      assertThat(KitRun.isAccepted(outcomes.get(place)))
          .as("entry %d of %d, failing %s, is accepted; it is %s", place, count, failing, outcomes)
          .isEqualTo(!failing.contains(place));
    }
  }

  /** After a failed message, nothing later of its lane may take effect; other lanes are free. */
  static void keepsAPrefixOfEachLane(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      if (run.capabilities.callOrder() != CallOrder.PREFIX || !kit.failsEntries()) {
        run.sendAccepted(run.messages(1));
        return;
      }
      int count = Math.min(9, run.limits().maxMessages());
      for (int failing = 0; failing < count; failing++) {
        List<Message> messages = new ArrayList<>();
        for (int place = 0; place < count; place++) {
          messages.add(run.message("lane-" + place % 3));
        }
        run.destination.failEntries(messages, Set.of(failing));
        List<Outcome> outcomes = run.send(messages);
        run.destination.calm();
        for (int place = failing; place < count; place++) {
          if (place % 3 == failing % 3) {
            assertThat(KitRun.isAccepted(outcomes.get(place)))
                .as("entry %d after entry %d of its lane failed", place, failing)
                .isFalse();
          }
          if (place > failing && place % 3 == failing % 3) {
            assertThat(KitRun.failure(outcomes.get(place)).kind())
                .as("entry %d after entry %d of its lane failed", place, failing)
                .isEqualTo(Kind.NOT_SENT);
          }
        }
      }
      run.assertArrivedInOrder();
    }
  }

  static void saysWhatATroubleMeans(TargetProviderKit kit, Trouble trouble) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      int count = Math.min(3, run.limits().maxMessages());
      run.sendAccepted(run.messages(count));
      int callsBefore = run.destination.calls();
      List<Message> messages = run.messages(count);

      run.destination.trouble(trouble);
      List<Outcome> outcomes = run.send(messages);

      for (Outcome outcome : outcomes) {
        Failure failure = KitRun.failure(outcome);
        assertThat(failure.kind()).as("%s means: %s", trouble, failure).isIn(meaning(trouble));
        run.assertTellsNothing(failure.toString());
        assertThat(failure.code()).as("the code").isNotBlank();
      }
      if (trouble != Trouble.REFUSED) {
        run.awaitCalls(callsBefore + 1);
      }
      run.destination.calm();
      if (trouble == Trouble.APPLIED_THEN_RESET) {
        run.assertArrivesWith(messages);
      } else {
        run.assertArrived();
      }
      if (trouble != Trouble.REFUSED) {
        assertThat(run.destination.calls() - callsBefore).as("calls of one send").isEqualTo(1);
      }
      run.recover();
    }
  }

  private static Set<Kind> meaning(Trouble trouble) {
    return switch (trouble) {
      case THROTTLED -> Set.of(Kind.THROTTLED);
      case SERVER_ERROR -> Set.of(Kind.RETRYABLE, Kind.THROTTLED);
      case DENIED, MISSING -> Set.of(Kind.FATAL);
      case EXPIRED_CREDENTIALS, RESET, APPLIED_THEN_RESET, REFUSED, HANG -> Set.of(Kind.RETRYABLE);
    };
  }
}
