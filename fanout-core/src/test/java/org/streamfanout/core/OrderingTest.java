package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

class OrderingTest {
  private static final Failure LATER = Failure.retryable("Busy", "later");
  private static final Failure NEVER = Failure.rejected("Bad", "never");

  private static InMemoryTarget target(CallOrder callOrder, int maxMessages) {
    return InMemoryTarget.builder()
        .capabilities(
            Capabilities.builder(Limits.of(maxMessages, 10_000, 1_000))
                .callOrder(callOrder)
                .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                .build())
        .build();
  }

  private static List<List<String>> bodies(InMemoryTarget target) {
    return target.batches().stream()
        .map(
            (Batch batch) ->
                batch.messages().stream().map((Message each) -> each.body().utf8()).toList())
        .toList();
  }

  private static Fixture fixture(InMemoryTarget target, Ordering ordering, OnFailure onFailure) {
    return Fixture.of(
        target, Fixture.target("t").ordering(ordering).onFailure(onFailure).maxInFlight(1).build());
  }

  @Test
  void key_unordered_oneMessageOfAKeyInACall() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    try (Fixture fixture = fixture(target, Ordering.KEY, OnFailure.HOLD)) {
      fixture.process(Fixture.records("a", "b", "a", "b", "a"));

      assertThat(bodies(target))
          .containsExactly(List.of("0", "1"), List.of("2", "3"), List.of("4"));
    }
  }

  @Test
  void key_prefix_takesRuns() {
    InMemoryTarget target = target(CallOrder.PREFIX, 10);
    try (Fixture fixture = fixture(target, Ordering.KEY, OnFailure.HOLD)) {
      fixture.process(Fixture.records("a", "b", "a", "b", "a"));

      assertThat(bodies(target)).containsExactly(List.of("0", "2", "4", "1", "3"));
    }
  }

  @Test
  void shard_prefix_failureInTheMiddleGoesOnThere() {
    InMemoryTarget target = target(CallOrder.PREFIX, 10);
    target.next(Behaviours.failAt(LATER, 1));
    try (Fixture fixture = fixture(target, Ordering.SHARD, OnFailure.HOLD)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c", "d"));

      assertThat(result.isSettled()).isTrue();
      assertThat(bodies(target))
          .containsExactly(List.of("0", "1", "2", "3"), List.of("1", "2", "3"));
      assertThat(target.bodies("t")).containsExactly("0", "1", "2", "3");
    }
  }

  @Test
  void key_rejectedUnderHold_blocksItsKeyAlone() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("0"), NEVER));
    try (Fixture fixture = fixture(target, Ordering.KEY, OnFailure.HOLD)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a", "b"));

      assertThat(target.bodies("t")).containsExactly("1", "3");
      assertThat(result.targets().get(0).counts().held()).isEqualTo(2);
    }
  }

  @Test
  void batch_failedEntries_goAgainAloneBeforeTheNextBatch() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 3);
    target.next(Behaviours.failAt(LATER, 0, 2), Behaviours.failAt(LATER, 1));
    try (Fixture fixture = fixture(target, Ordering.BATCH, OnFailure.HOLD)) {
      fixture.process(Fixture.records("a", "b", "c", "d", "e"));

      assertThat(bodies(target))
          .containsExactly(
              List.of("0", "1", "2"), List.of("0", "2"), List.of("2"), List.of("3", "4"));
    }
  }

  @Test
  void batch_entryHeld_noNextBatchStarts() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 3);
    target.next(
        sending -> sending.acceptByPlace(place -> place == 0 ? NEVER : place == 1 ? LATER : null));
    try (Fixture fixture = fixture(target, Ordering.BATCH, OnFailure.HOLD)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c", "d", "e"));

      assertThat(bodies(target)).containsExactly(List.of("0", "1", "2"), List.of("1"));
      assertThat(result.targets().get(0).counts().held()).isEqualTo(3);
    }
  }

  @Test
  void batch_entryDropped_nextBatchStarts() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 3);
    target.next(Behaviours.failAt(NEVER, 1));
    try (Fixture fixture = fixture(target, Ordering.BATCH, OnFailure.DROP)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c", "d"));

      assertThat(bodies(target)).containsExactly(List.of("0", "1", "2"), List.of("3"));
      assertThat(result.targets().get(0).counts().dropped()).isEqualTo(1);
    }
  }

  @Test
  void fifo_noneReadsAsKey() {
    InMemoryTarget target =
        InMemoryTarget.builder()
            .capabilities(Capabilities.builder(Limits.of(10, 1_000, 100)).fifo(true).build())
            .build();
    try (Fixture fixture = fixture(target, Ordering.NONE, OnFailure.HOLD)) {
      fixture.process(Fixture.records("a", "a", "b"));

      assertThat(bodies(target)).containsExactly(List.of("0", "2"), List.of("1"));
    }
  }

  @Test
  void conflictKey_neverTwiceInACall() {
    InMemoryTarget target =
        InMemoryTarget.builder()
            .limits(Limits.of(10, 1_000, 100))
            .conflictKey(Message::key)
            .build();
    try (Fixture fixture = fixture(target, Ordering.NONE, OnFailure.HOLD)) {
      fixture.process(Fixture.records("a", "b", "a", "c", "a"));

      assertThat(bodies(target))
          .containsExactly(List.of("0", "1", "3"), List.of("2"), List.of("4"));
      assertThat(target.violations()).isEmpty();
    }
  }

  @Test
  void tooLargeEntry_isSentInSmallerCallsThenSplit() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    target.always(
        Behaviours.failIf(
            message -> message.bodyLength() > 2, Failure.tooLarge("Big", "more than 2")));
    try (Fixture fixture =
        Fixture.of(
            target,
            Fixture.target("t")
                .ordering(Ordering.SHARD)
                .collapse(Collapse.CONCAT)
                .maxInFlight(1)
                .build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "a", "a", "a", "a", "a"));

      assertThat(result.isSettled()).isTrue();
      assertThat(String.join("", target.bodies("t"))).isEqualTo("012345");
      assertThat(target.bodies("t")).allSatisfy(body -> assertThat(body).hasSizeLessThan(3));
    }
  }

  @Test
  void tooLargeAlone_isLearned_andTheNextBatchIsPackedSmaller() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    target.always(
        Behaviours.failIf(
            message -> message.bodyLength() > 3, Failure.tooLarge("Big", "more than 3")));
    try (Fixture fixture =
        Fixture.of(
            target,
            Fixture.target("t").ordering(Ordering.SHARD).collapse(Collapse.CONCAT).build())) {
      fixture.process(Fixture.records("a", "a", "a", "a"));
      int before = target.sends();

      fixture.process(Fixture.records("a", "a", "a"));

      assertThat(target.sends()).isEqualTo(before + 1);
    }
  }

  @Test
  void oneRecordTooLarge_isRejectedByName() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    try (Fixture fixture = fixture(target, Ordering.NONE, OnFailure.HOLD)) {
      FanoutResult result =
          fixture.process(Fixture.record(0, "a", "x".repeat(1_001)), Fixture.record(1, "b", "y"));

      assertThat(target.bodies("t")).containsExactly("y");
      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("TooLarge");
      assertThat(result.targets().get(0).counts().held()).isEqualTo(1);
    }
  }

  @Test
  void tombstone_whereTheDestinationHasNone_isRejectedByName() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    try (Fixture fixture = fixture(target, Ordering.NONE, OnFailure.HOLD)) {
      FanoutResult result = fixture.process(Fixture.record(0, "a", "x").withData(null));

      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("Tombstone");
    }
  }

  @Test
  void messageIds_differWhenOneMoreRecordIsPacked() {
    InMemoryTarget target = target(CallOrder.UNORDERED, 10);
    try (Fixture fixture =
        Fixture.of(
            target,
            Fixture.target("t").ordering(Ordering.SHARD).collapse(Collapse.CONCAT).build())) {
      fixture.process(Fixture.records("a", "a"));
      fixture.process(Fixture.records("a", "a", "a"));
      fixture.process(Fixture.records("a", "a"));

      List<String> ids = target.received("t").stream().map(Message::id).toList();
      assertThat(ids.get(0)).isEqualTo(ids.get(2)).isNotEqualTo(ids.get(1)).hasSize(64);
    }
  }
}
