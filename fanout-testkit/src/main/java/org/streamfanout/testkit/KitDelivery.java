package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;

/** What the kit asks of a provider whose destination is sound. */
final class KitDelivery {
  private KitDelivery() {}

  static void delivers(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      int most = run.limits().maxMessages();
      for (int count : new int[] {1, 2, 3, 10, most}) {
        if (count <= most && count <= 1000) {
          run.sendAccepted(run.messages(count));
        }
      }
      if (run.capabilities.callOrder() == CallOrder.PREFIX) {
        run.assertArrivedInOrder();
      }
      run.assertArrived();
    }
  }

  static void takesOddKeysAndBodiesOrRejectsThem(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      Bytes sound = kit.body(900_000, kit.shortestBody());
      List<Message> odd = new ArrayList<>();
      odd.add(run.message("", kit.body(900_001, kit.shortestBody())));
      odd.add(run.message("k\u00e9y \ud83d\ude00", kit.body(900_002, kit.shortestBody())));
      odd.add(run.message("a b\tc\r\nd\u0000", kit.body(900_003, kit.shortestBody())));
      odd.add(run.message("k".repeat(256), kit.body(900_004, kit.shortestBody())));
      odd.add(run.message("text", Bytes.utf8("{\"t\":\"\u00e9\u20ac\ud83d\ude00\\u0001 </>&\"}")));
      odd.add(run.message("empty", Bytes.EMPTY));
      odd.add(run.message("no-json", Bytes.utf8("not {json]")));
      odd.add(run.message("no-text", Bytes.wrap(new byte[] {0, (byte) 0xff, (byte) 0xc0, 13, 10})));
      odd.add(run.message("line", Bytes.utf8("{\"a\":1,\n\"b\":\"2\"}")));
      for (Message each : odd) {
        Outcome outcome = run.send(List.of(each)).get(0);
        if (!KitRun.isAccepted(outcome)) {
          run.assertTellsNothing(KitRun.failure(outcome).toString());
          assertThat(KitRun.failure(outcome).kind())
              .as("a message that cannot be taken is rejected: %s", outcome)
              .isEqualTo(Failure.Kind.REJECTED);
        }
      }
      run.sendAccepted(List.of(run.message("after", sound)));
      run.assertArrived();
    }
  }

  /** A bad message between good ones must not take them with it, nor shift what is said of them. */
  static void rejectsOneMessageAlone(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      int count = Math.min(3, run.limits().maxMessages());
      List<Message> mixed = new ArrayList<>(run.messages(count));
      Bytes bad = Bytes.wrap(new byte[] {0, (byte) 0xff, (byte) 0xc0});
      int middle = count / 2;
      mixed.set(middle, run.message("bad", bad));

      List<Outcome> outcomes = run.send(mixed);

      for (int place = 0; place < count; place++) {
        if (place != middle && run.capabilities.callOrder() == CallOrder.UNORDERED) {
          assertThat(outcomes.get(place)).as("outcome %d", place).isEqualTo(Outcome.accepted());
        }
      }
      run.assertArrived();
    }
  }

  static void takesATombstoneIfItSaysSo(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      if (run.capabilities.tombstones()) {
        assertThat(run.send(List.of(run.tombstone("never-written"))))
            .as("the outcome of a tombstone")
            .containsExactly(Outcome.accepted());
      }
      run.sendAccepted(run.messages(1));
    }
  }

  static void takesAClaimCheckIfItSaysSo(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      if (run.capabilities.claimChecks()) {
        run.sendAccepted(List.of(run.claimCheck()));
      }
      run.sendAccepted(run.messages(1));
      run.assertArrived();
    }
  }

  static void takesAMessageOfExactlyTheLimit(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      long limit = run.limits().maxMessageBytes();
      int length = longestBody(run, limit);
      run.sendAccepted(List.of(run.message(length)));
      assertThat(run.sizeOf(length + 1)).isGreaterThan(limit);
      sendBeyond(run, List.of(run.message(length + 1)));
      run.assertArrived();
    }
  }

  static void takesABatchOfExactlyTheLimit(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      Limits limits = run.limits();
      List<Message> full = fullBatch(run, limits, limits.maxBatchBytes());
      run.sendAccepted(full);
      if (full.size() < limits.maxMessages() || isFull(run, full, limits)) {
        List<Message> beyond = fullBatch(run, limits, limits.maxBatchBytes() + 1);
        if (sum(run, beyond) > limits.maxBatchBytes()) {
          sendBeyond(run, beyond);
        }
      }
      run.assertArrived();
    }
  }

  /**
   * More than was promised: the destination may take it; if it does not, its size is the reason.
   */
  private static void sendBeyond(KitRun run, List<Message> messages) {
    for (Outcome outcome : run.send(messages)) {
      if (!KitRun.isAccepted(outcome)) {
        assertThat(KitRun.failure(outcome).kind())
            .as("the failure of what is above a limit: %s", outcome)
            .isIn(Failure.Kind.TOO_LARGE, Failure.Kind.REJECTED);
      }
    }
  }

  private static boolean isFull(KitRun run, List<Message> messages, Limits limits) {
    return sum(run, messages) == limits.maxBatchBytes();
  }

  private static long sum(KitRun run, List<Message> messages) {
    return messages.stream().mapToLong(run.sender::sizeInBytes).sum();
  }

  /** Returns messages that together come to a size, or as near below it as bodies can be made. */
  private static List<Message> fullBatch(KitRun run, Limits limits, long bytes) {
    long least = run.sizeOf(run.kit.shortestBody());
    long few = (bytes + limits.maxMessageBytes() - 1) / limits.maxMessageBytes();
    int count = (int) Math.max(1, Math.min(limits.maxMessages(), Math.max(few, 2)));
    count = (int) Math.max(1, Math.min(count, bytes / least));
    List<Message> messages = new ArrayList<>();
    long left = bytes;
    for (int still = count; still > 0; still--) {
      int length = longestBody(run, Math.min(limits.maxMessageBytes(), left / still));
      Message message = run.message(length);
      messages.add(message);
      left -= run.sender.sizeInBytes(message);
    }
    return messages;
  }

  /** Returns the length of the longest body whose message is at most this large. */
  private static int longestBody(KitRun run, long size) {
    int low = run.kit.shortestBody();
    assertThat(run.sizeOf(low))
        .as("the size of the kit's shortest message")
        .isLessThanOrEqualTo(size);
    int high = (int) Math.min(Integer.MAX_VALUE - 8, size);
    while (low < high) {
      int middle = (int) (((long) low + high + 1) / 2);
      if (run.sizeOf(middle) <= size) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
