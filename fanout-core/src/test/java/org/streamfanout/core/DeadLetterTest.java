package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

class DeadLetterTest {
  private static final Failure NEVER = Failure.rejected("Bad", "never");
  private static final Failure DENIED = Failure.fatal("AccessDenied", "no");

  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTarget letters = InMemoryTarget.ofType("letters");

  private Fixture fixture(Ordering ordering) {
    return new Fixture(
        Fixture.quick().provider(target).provider(letters),
        failing(ordering),
        TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build());
  }

  private static TargetConfig failing(Ordering ordering) {
    return Fixture.target("t")
        .ordering(ordering)
        .onFailure(OnFailure.DEAD_LETTER)
        .deadLetter("dlq")
        .build();
  }

  private void rejectNumber(String number) {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals(number), NEVER));
  }

  private static TargetCounts counts(FanoutResult result) {
    return result.targets().get(0).counts();
  }

  @Test
  void targetChangedWhileItsLettersWait_itsRecordsAreSentAnewAndItsNewLettersTaken() {
    TargetConfig row = failing(Ordering.NONE);
    int written = 0;
    for (Ordering ordering : Ordering.values()) {
      target.next(Behaviours.fail(NEVER), Behaviours.fail(NEVER));
      letters.next(Behaviours.fail(Failure.fatal("Denied", "for now")));
      TargetConfig dlq =
          TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
              .deadLetterOnly(true)
              .ordering(ordering)
              .maxMessages(1)
              .maxInFlight(1)
              .build();
      try (Fixture fixture =
          new Fixture(Fixture.quick().provider(target).provider(letters), row, dlq)) {
        FanoutResult held = fixture.process(Fixture.records("a", "b", "c"));
        fixture.rows(row.toBuilder().maxInFlight(5).build(), dlq);

        assertThat(fixture.resume(held).isSettled()).isTrue();
        written += 3;
        assertThat(letters.received("dlq")).hasSize(written);
      }
    }
  }

  @Test
  void rejected_goesToTheDeadLetterTargetInAnEnvelope() throws Exception {
    rejectNumber("1");
    try (Fixture fixture = fixture(Ordering.NONE)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(result.isSettled()).isTrue();
      assertThat(result.targets()).extracting(TargetResult::targetId).containsExactly("t");
      assertThat(counts(result).deadLettered()).isEqualTo(1);
      assertThat(counts(result).accepted()).isEqualTo(2);
      JsonNode letter = new ObjectMapper().readTree(letters.bodies("dlq").get(0));
      assertThat(letter.get("source").asText()).isEqualTo(Fixture.SOURCE.id());
      assertThat(letter.get("shard").asText()).isEqualTo(Fixture.SHARD);
      assertThat(letter.get("target").asText()).isEqualTo("t");
      assertThat(letter.get("recordId").asText()).isEqualTo(Fixture.SHARD + ":1");
      assertThat(letter.get("sequenceNumber").asText()).isEqualTo("1");
      assertThat(letter.get("key").asText()).isEqualTo("b");
      assertThat(Base64.getDecoder().decode(letter.get("data").asText())).isEqualTo("1".getBytes());
      assertThat(letter.get("failureKind").asText()).isEqualTo("REJECTED");
      assertThat(letter.get("failureCode").asText()).isEqualTo("Bad");
      assertThat(letter.get("failureDetail").asText()).isEqualTo("never");
      assertThat(letter.get("attempts").asInt()).isZero();
      assertThat(letter.get("firstAttemptAt").asText()).isNotEmpty();
      assertThat(letter.get("lastAttemptAt").asText()).isNotEmpty();
    }
  }

  @Test
  void attemptsUsedUp_goesToTheDeadLetterTarget() {
    target.always(Behaviours.fail(Failure.retryable("Busy", "later")));
    try (Fixture fixture = fixture(Ordering.NONE)) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(counts(result).deadLettered()).isEqualTo(1);
      assertThat(target.sends()).isEqualTo(Fixture.QUICK.maxAttempts());
    }
  }

  @Test
  void throttledForLong_neverCountsAsAnAttempt() {
    for (int times = 0; times < 20; times++) {
      target.next(Behaviours.throttle());
    }
    try (Fixture fixture = fixture(Ordering.NONE)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).accepted()).isEqualTo(2);
      assertThat(letters.sends()).isZero();
    }
  }

  @Test
  void fatal_holdsAndWritesNoDeadLetter() {
    target.always(Behaviours.fail(DENIED));
    try (Fixture fixture = fixture(Ordering.NONE)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).held()).isEqualTo(2);
      assertThat(letters.sends()).isZero();
    }
  }

  @Test
  void laneOfADeadLetter_goesOnOnlyOnceItIsAccepted() {
    rejectNumber("0");
    letters.next(
        Behaviours.fail(Failure.retryable("Busy", "later")),
        sending -> {
          assertThat(target.bodies("t")).isEmpty();
          return sending.acceptAll();
        });
    try (Fixture fixture = fixture(Ordering.SHARD)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(result.isSettled()).isTrue();
      assertThat(target.bodies("t")).containsExactly("1", "2");
      assertThat(letters.bodies("dlq")).hasSize(1);
    }
  }

  @Test
  void deadLetterTargetFails_recordIsHeldAndResumed() {
    rejectNumber("1");
    letters.next(Behaviours.fail(DENIED));
    try (Fixture fixture = fixture(Ordering.KEY)) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "b"));

      assertThat(counts(first).held()).isEqualTo(2);
      assertThat(first.checkpoint().settled()).isEqualTo(1);
      int sendsBefore = target.sends();

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(counts(second).deadLettered()).isEqualTo(1);
      assertThat(target.bodies("t")).containsExactly("0", "2");
      assertThat(target.sends()).isEqualTo(sendsBefore + 1);
      assertThat(letters.bodies("dlq")).hasSize(1);
    }
  }

  @Test
  void deadLetterTargetChanges_letterGoesToTheNewOne() {
    rejectNumber("0");
    letters.next(Behaviours.fail(DENIED));
    try (Fixture fixture = fixture(Ordering.NONE)) {
      FanoutResult first = fixture.process(Fixture.records("a"));
      assertThat(counts(first).held()).isEqualTo(1);
      fixture.rows(
          failing(Ordering.NONE),
          TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "elsewhere")
              .deadLetterOnly(true)
              .build());

      FanoutResult second = fixture.resume(first);

      assertThat(second.isSettled()).isTrue();
      assertThat(letters.bodies("dlq")).hasSize(1);
    }
  }

  @Test
  void changeThatCannotBeConverted_goesAsItCame() throws Exception {
    FanoutRecord change =
        FanoutRecord.builder("e1", "1")
            .change(
                new TableChange(
                    TableChange.Type.INSERT,
                    Map.of("id", new AttributeValue.N("1")),
                    Map.of("id", new AttributeValue.N("not a number, but \u00e9")),
                    null))
            .build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(target).provider(letters),
            failing(Ordering.NONE).toBuilder().convertDdb(true).build(),
            TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                .deadLetterOnly(true)
                .build())) {
      FanoutResult result = fixture.process(change);

      assertThat(counts(result).deadLettered()).isEqualTo(1);
      JsonNode letter = new ObjectMapper().readTree(letters.bodies("dlq").get(0));
      assertThat(letter.get("data").isNull()).isTrue();
      assertThat(letter.at("/change/NewImage/id/N").asText()).isEqualTo("not a number, but \u00e9");
      assertThat(letter.get("failureCode").asText()).isEqualTo("DynamoDbBadValue");
    }
  }

  @Test
  void hungLetter_isNotPassedByTheNextOfItsLane() throws Exception {
    target.always(Behaviours.fail(NEVER));
    Gate gate = new Gate();
    letters.next(Behaviours.hangIgnoringInterrupts(gate, Behaviours.accept()));
    TargetConfig ordered =
        TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
            .deadLetterOnly(true)
            .ordering(Ordering.SHARD)
            .build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(target).provider(letters), failing(Ordering.NONE), ordered)) {
      FanoutResult first =
          fixture.processUntil(
              () -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.record(1, "a", "one"));
      FanoutResult second =
          fixture.processUntil(
              () -> target.awaitSends(2, Fixture.PATIENCE), Fixture.record(2, "b", "two"));
      assertThat(letters.records("dlq")).isEmpty();
      assertThat(counts(second).held()).isEqualTo(1);
      gate.open();

      assertThat(fixture.resume(first).isSettled()).isTrue();
      assertThat(fixture.resume(second).isSettled()).isTrue();
      assertThat(letters.records("dlq"))
          .extracting(FanoutRecord::sequenceNumber)
          .containsExactly("1", "2");
    }
  }

  @Test
  void deadLetterOnlyTarget_neverGetsTheStream() {
    try (Fixture fixture = fixture(Ordering.NONE)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(result.isSettled()).isTrue();
      assertThat(letters.sends()).isZero();
    }
  }

  @Test
  void manyRejected_eachGetsItsOwnLetterInOrderOfKeys() {
    target.always(Behaviours.fail(NEVER));
    try (Fixture fixture = fixture(Ordering.BATCH)) {
      String[] keys = new String[500];
      java.util.Arrays.fill(keys, "k");
      FanoutResult result = fixture.process(Fixture.records(keys));

      assertThat(counts(result).deadLettered()).isEqualTo(500);
      assertThat(letters.records("dlq")).hasSize(500);
      assertThat(letters.violations()).isEqualTo(List.of());
    }
  }

  @Test
  void twoTargetsOfOneDeadLetterTarget_theirLettersOfARecordDifferById() {
    target.always(Behaviours.fail(NEVER));
    TargetConfig one = failing(Ordering.NONE);
    TargetConfig other =
        Fixture.target("u").onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build();
    TargetConfig dlq =
        TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build();
    try (Fixture fixture =
        new Fixture(Fixture.quick().provider(target).provider(letters), one, other, dlq)) {
      assertThat(fixture.process(Fixture.records("a")).isSettled()).isTrue();
    }

    assertThat(letters.received("dlq")).extracting(Message::id).hasSize(2).doesNotHaveDuplicates();
    assertThat(letters.bodies("dlq"))
        .extracting(body -> DeadLetter.parse(Bytes.utf8(body)).target())
        .containsExactlyInAnyOrder("t", "u");
  }

  @Test
  void letter_saysHowFarTheRecordHadCome() {
    target.always(Behaviours.fail(NEVER));
    TargetConfig[] rows = {
      failing(Ordering.NONE),
      failing(Ordering.NONE).toBuilder().transform("broken").build(),
      failing(Ordering.NONE).toBuilder().filter("{\"data\":{\"n\":[1],\"m\":[1]}}").build()
    };
    List<DeadLetter.Stage> stages = new ArrayList<>();
    for (TargetConfig row : rows) {
      try (Fixture fixture =
          new Fixture(
              Fixture.quick()
                  .provider(target)
                  .provider(letters)
                  .transform(
                      "broken",
                      record -> {
                        throw new IllegalStateException("x");
                      }),
              row,
              TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                  .deadLetterOnly(true)
                  .build())) {
        // More combinations than a filter is tried on.
        String numbers = "[" + "2,".repeat(400) + "1]";
        fixture.process(
            FanoutRecord.builder("s:1", "1")
                .data(Bytes.utf8("{\"n\":" + numbers + ",\"m\":" + numbers + "}"))
                .build());
        stages.add(DeadLetter.parse(Bytes.utf8(last(letters.bodies("dlq")))).stage());
      }
    }

    assertThat(stages)
        .containsExactly(
            DeadLetter.Stage.READY, DeadLetter.Stage.DECODED, DeadLetter.Stage.DECODED);
  }

  private static String last(List<String> bodies) {
    return bodies.get(bodies.size() - 1);
  }
}
