package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.SendEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryPayloads;
import org.streamfanout.testkit.InMemoryPayloads.Puts;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.RecordingListener;

/** Bodies that are too large go by way of a store, and no pointer is sent without its body. */
@Timeout(120)
class ClaimCheckTest {
  private static final int LIMIT = 300;
  private static final Failure BUSY = Failure.retryable("Busy", "later");
  private static final Failure SLOW_DOWN = Failure.throttled("SlowDown", "later");
  private static final Failure DENIED = Failure.fatal("AccessDenied", "no");

  private final InMemoryPayloads payloads = new InMemoryPayloads();
  private InMemoryTarget target = target(CallOrder.UNORDERED);

  private static InMemoryTarget target(CallOrder order) {
    return InMemoryTarget.builder()
        .capabilities(
            Capabilities.builder(Limits.of(10, 2 * LIMIT, LIMIT))
                .claimChecks(true)
                .callOrder(order)
                .build())
        .build();
  }

  private static TargetConfig.Builder row() {
    return Fixture.target("t").oversize(Oversize.CLAIM_CHECK).claimCheck("memory:here");
  }

  private Fixture fixture(TargetConfig... rows) {
    return new Fixture(Fixture.quick().provider(target).payloadStore(payloads), rows);
  }

  private static FanoutRecord small(int number, String key) {
    return Fixture.record(number, key, "small " + number);
  }

  private static FanoutRecord large(int number, String key) {
    return Fixture.record(number, key, ("large " + number + " ").repeat(100));
  }

  private static TargetCounts counts(FanoutResult result) {
    return result.targets().get(0).counts();
  }

  /** Returns what readers get who follow pointers. */
  private List<String> redeemed(String targetId) {
    return target.received(targetId).stream()
        .map(message -> payloads.redeem(message.body()).utf8())
        .toList();
  }

  private static String text(FanoutRecord record) {
    return record.data().utf8();
  }

  @AfterEach
  void noRuleWasBroken() {
    assertThat(target.violations()).isEmpty();
  }

  @Test
  void largeRecord_isStoredAndPointedTo() {
    FanoutRecord large = large(1, "b");
    try (Fixture fixture = fixture(row().build())) {
      FanoutResult result = fixture.process(small(0, "a"), large, small(2, "c"));

      assertThat(counts(result).accepted()).isEqualTo(3);
    }
    assertThat(redeemed("t")).containsExactly("small 0", text(large), "small 2");
    Message pointer = target.received("t").get(1);
    assertThat(pointer.storedLength()).isEqualTo(large.data().length());
    assertThat(pointer.key()).isEqualTo("b");
    assertThat(payloads.stored().keySet())
        .singleElement()
        .asString()
        .matches(pointer.id() + "-[0-9a-f]{16}");
    assertThat(target.received("t").get(0).storedLength()).isZero();
    assertThat(payloads.closes()).as("closed with the engine").isEqualTo(1);
  }

  @Test
  void exactlyTheLimit_isSentAsItIs() {
    try (Fixture fixture = fixture(row().build())) {
      fixture.process(
          Fixture.record(0, "a", "x".repeat(LIMIT)), Fixture.record(1, "b", "x".repeat(LIMIT + 1)));
    }
    assertThat(target.received("t")).extracting(Message::storedLength).containsExactly(0, 301);
  }

  @Test
  void rejectByDefault_largeRecordFails() {
    try (Fixture fixture = fixture(Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(large(0, "a"));

      assertThat(counts(result).dropped()).isEqualTo(1);
      assertThat(result.targets().get(0).firstFailure().code()).isEqualTo("TooLarge");
    }
  }

  @Test
  void pointerTooLargeItself_isRejectedAndNothingStored() {
    try (Fixture fixture = fixture(row().maxMessageBytes(20L).onFailure(OnFailure.DROP).build())) {
      assertThat(counts(fixture.process(large(0, "a"))).dropped()).isEqualTo(1);
    }
    assertThat(payloads.attempts()).isEmpty();
  }

  @Test
  void refusedForItsSize_goesByClaimCheckAtTheNextAttempt() {
    target.always(
        Behaviours.failIf(
            message -> message.bodyLength() > 200, Failure.tooLarge("TooLong", "shorter")));
    FanoutRecord refused = Fixture.record(1, "b", "x".repeat(250));
    try (Fixture fixture = fixture(row().build())) {
      FanoutResult result = fixture.process(small(0, "a"), refused, small(2, "c"));

      assertThat(counts(result).accepted()).isEqualTo(3);
      assertThat(redeemed("t")).containsExactlyInAnyOrder("small 0", text(refused), "small 2");
      int sends = target.sends();

      fixture.process(Fixture.record(3, "d", "x".repeat(250)));
      assertThat(target.sends()).as("the lower limit was learned").isEqualTo(sends + 1);
    }
  }

  @Test
  void limitOfTheDestinationItself_decides() {
    Limits[] live = {Limits.of(10, 10_000, 10_000)};
    target =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, LIMIT, LIMIT)).claimChecks(true).build())
            .limitsAnswer(deadline -> live[0])
            .build();
    try (Fixture fixture = fixture(row().build())) {
      fixture.process(large(0, "a"));
      live[0] = Limits.of(10, 500, 500);
      fixture.process(large(1, "a"));
    }
    assertThat(target.received("t"))
        .extracting(Message::storedLength)
        .containsExactly(0, large(1, "a").data().length());
  }

  @Test
  void joinedRecords_onlyASingleOneGoesByClaimCheck() {
    target =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, LIMIT, LIMIT))
                    .collapses(EnumSet.allOf(Collapse.class), Collapse.CONCAT_B64)
                    .claimChecks(true)
                    .build())
            .build();
    List<FanoutRecord> records = new ArrayList<>();
    for (int number = 0; number < 30; number++) {
      records.add(number == 17 ? large(number, "a") : small(number, "a"));
    }
    try (Fixture fixture = fixture(row().ordering(Ordering.SHARD).build())) {
      FanoutResult result = fixture.process(records.toArray(FanoutRecord[]::new));

      assertThat(counts(result).accepted()).isEqualTo(30);
    }
    String all =
        redeemed("t").stream()
            .map(body -> Bytes.fromBase64(body).utf8())
            .collect(Collectors.joining());
    assertThat(all)
        .isEqualTo(records.stream().map(ClaimCheckTest::text).collect(Collectors.joining()));
    assertThat(target.received("t"))
        .filteredOn(message -> message.storedLength() > 0)
        .singleElement()
        .satisfies(message -> assertThat(message.storedLength()).isEqualTo(base64Length(900)));
  }

  private static int base64Length(int bytes) {
    return (bytes + 2) / 3 * 4;
  }

  // ---------------------------------------------------------------- the store fails

  @Test
  void putFails_onlyItsMessageWaitsAndNoPointerIsSent() {
    payloads.next(Puts.failing(BUSY), Puts.failing(SLOW_DOWN), Puts.failing(SLOW_DOWN));
    try (Fixture fixture = fixture(row().build())) {
      FanoutResult result = fixture.process(small(0, "a"), large(1, "b"), small(2, "c"));

      assertThat(counts(result).accepted()).isEqualTo(3);
    }
    assertThat(target.sends()).isEqualTo(2);
    assertThat(redeemed("t")).containsExactly("small 0", "small 2", text(large(1, "b")));
    assertThat(payloads.attempts()).hasSize(4).containsOnly(payloads.attempts().get(0));
  }

  @Test
  void putFailsForEver_countsAsAttemptsAndOnFailureDecides() {
    payloads.always(Puts.failing(BUSY));
    try (Fixture fixture = fixture(row().onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(small(0, "a"), large(1, "b"));

      assertThat(counts(result).accepted()).isEqualTo(1);
      assertThat(counts(result).dropped()).isEqualTo(1);
    }
    assertThat(payloads.attempts()).hasSize(Fixture.QUICK.maxAttempts());
  }

  @Test
  void putThrottled_neverCountsAsAnAttempt() {
    for (int times = 0; times < 20; times++) {
      payloads.next(Puts.failing(SLOW_DOWN));
    }
    try (Fixture fixture = fixture(row().onFailure(OnFailure.DROP).build())) {
      assertThat(counts(fixture.process(large(0, "a"))).accepted()).isEqualTo(1);
    }
  }

  @Test
  void putDenied_holdsThatRecordWhateverOnFailureSaysAndNoOther() {
    payloads.always(Puts.failing(DENIED));
    FanoutRecord[] records = new FanoutRecord[101];
    records[0] = large(0, "k0");
    for (int number = 1; number < records.length; number++) {
      records[number] = small(number, "k" + number);
    }
    try (Fixture fixture = fixture(row().onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(records);

      assertThat(counts(result).accepted()).isEqualTo(100);
      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(result.targets().get(0).firstFailure()).isEqualTo(DENIED);
      assertThat(result.checkpoint().settled()).isZero();

      payloads.always(Puts.take());
      assertThat(fixture.resume(result).isSettled()).isTrue();
    }
    assertThat(redeemed("t")).hasSize(101).endsWith(text(large(0, "k0")));
  }

  @Test
  void putTakesEffectButFails_isStoredAgainUnderTheSameKey() {
    payloads.next(Puts.takeThenRaise(new IllegalStateException("no answer")));
    try (Fixture fixture = fixture(row().build())) {
      assertThat(counts(fixture.process(large(0, "a"))).accepted()).isEqualTo(1);
    }
    assertThat(payloads.attempts()).hasSize(2);
    assertThat(payloads.stored()).hasSize(1);
    assertThat(target.received("t")).hasSize(1);
  }

  @Test
  void brokenStore_holds() {
    payloads.next((bodies, into) -> List.of());
    try (Fixture fixture = fixture(row().onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(large(0, "a"));

      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(fixture.resume(result).isSettled()).isTrue();
    }
  }

  @Test
  void storedBody_isNotStoredAgainWhenTheTargetFails() {
    target.next(Behaviours.fail(BUSY), Behaviours.fail(BUSY));
    try (Fixture fixture = fixture(row().build())) {
      assertThat(counts(fixture.process(large(0, "a"))).accepted()).isEqualTo(1);
    }
    assertThat(payloads.attempts()).hasSize(1);
    assertThat(target.sends()).isEqualTo(3);
  }

  @Test
  void storedLongAgo_isStoredAgainBeforeItsPointerIsSent() {
    AtomicLong now = new AtomicLong(5);
    target.next(
        sending -> {
          // Held for two days, after which the bucket's rule has removed it.
          now.addAndGet(TimeUnit.HOURS.toNanos(48));
          payloads.expireAll();
          return Behaviours.fail(DENIED).send(sending);
        });
    FanoutEngine.Builder engine =
        Fixture.quick()
            .retry(new RetryPolicy(4, Duration.ofDays(20), Duration.ZERO, Duration.ZERO))
            .provider(target)
            .payloadStore(payloads)
            .ticker(now::get);
    try (Fixture fixture = new Fixture(engine, row().build())) {
      FanoutResult held = fixture.process(Duration.ofDays(30), large(0, "a"));
      assertThat(held.isSettled()).isFalse();
      assertThat(fixture.resume(held).isSettled()).isTrue();
    }
    assertThat(payloads.attempts()).hasSize(2);
    assertThat(redeemed("t")).containsExactly(text(large(0, "a")));
  }

  @Test
  void hangingStore_isInterruptedAndWhatWouldHaveGoneAlongIsNotCounted() {
    Gate gate = new Gate();
    payloads.next(
        Puts.hang(gate, Puts.take()), Puts.hang(gate, Puts.take()), Puts.hang(gate, Puts.take()));
    FanoutEngine.Builder engine =
        Fixture.quick()
            .retry(new RetryPolicy(2, Duration.ofMillis(200), Duration.ZERO, Duration.ZERO))
            .provider(target)
            .payloadStore(payloads);
    TargetConfig row = row().onFailure(OnFailure.DROP).maxInFlight(1).build();
    List<Integer> putsBefore = new CopyOnWriteArrayList<>();
    target.always(
        sending -> {
          putsBefore.add(payloads.attempts().size());
          return sending.acceptAll();
        });
    try (Fixture fixture = new Fixture(engine, row)) {
      FanoutResult result = fixture.process(large(0, "a"), small(1, "b"));

      assertThat(counts(result).dropped()).as("two attempts, both at the store").isEqualTo(1);
      assertThat(counts(result).accepted()).isEqualTo(1);
    }
    assertThat(redeemed("t")).containsExactly("small 1");
    assertThat(putsBefore).as("nothing goes out of an attempt that has ended").containsExactly(2);
  }

  // ---------------------------------------------------------------- order

  @ParameterizedTest
  @EnumSource(Ordering.class)
  void putFailsOnce_orderIsKept(Ordering ordering) {
    for (CallOrder order : CallOrder.values()) {
      target = target(order);
      payloads.next(Puts.failing(BUSY), Puts.take(), Puts.failing(SLOW_DOWN));
      List<FanoutRecord> records = new ArrayList<>();
      for (int number = 0; number < 40; number++) {
        String key = "k" + number % 3;
        records.add(number % 7 == 3 ? large(number, key) : small(number, key));
      }
      try (Fixture fixture = fixture(row().ordering(ordering).build())) {
        FanoutResult result = fixture.process(records.toArray(FanoutRecord[]::new));
        assertThat(counts(result).accepted()).isEqualTo(40);
      }
      assertThat(target.violations()).isEmpty();
      assertThat(redeemed("t"))
          .containsExactlyInAnyOrderElementsOf(records.stream().map(ClaimCheckTest::text).toList());
      if (ordering == Ordering.SHARD || ordering == Ordering.KEY) {
        List<Integer> numbers =
            target.records("t").stream()
                .map(record -> Integer.parseInt(record.sequenceNumber()))
                .toList();
        for (int key = 0; key < 3; key++) {
          int remainder = key;
          assertThat(numbers.stream().filter(number -> number % 3 == remainder)).isSorted();
        }
        if (ordering == Ordering.SHARD) {
          assertThat(numbers).isSorted();
        }
      }
    }
  }

  // ---------------------------------------------------------------- dead letters

  private Fixture withLetters(InMemoryTarget letters, TargetConfig.Builder dlq) {
    target.always(Behaviours.failIf(message -> true, Failure.rejected("Bad", "never")));
    return new Fixture(
        Fixture.quick().provider(target).provider(letters).payloadStore(payloads),
        Fixture.target("a")
            .maxMessageBytes(100L)
            .onFailure(OnFailure.DEAD_LETTER)
            .deadLetter("dlq")
            .build(),
        Fixture.target("b").onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
        dlq.deadLetterOnly(true).build());
  }

  private static InMemoryTarget letters() {
    return InMemoryTarget.builder()
        .type("letters")
        .capabilities(Capabilities.builder(Limits.of(10, 2_000, 1_000)).claimChecks(true).build())
        .build();
  }

  @Test
  void deadLetterTooLarge_goesByClaimCheckOfItsTargetsRow() {
    InMemoryTarget letters = letters();
    try (Fixture fixture =
        withLetters(
            letters,
            TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                .oversize(Oversize.CLAIM_CHECK)
                .claimCheck("memory:letters"))) {
      FanoutResult result = fixture.process(large(0, "k"), small(1, "k"));

      assertThat(result.isSettled()).isTrue();
      assertThat(result.targets())
          .allSatisfy(each -> assertThat(each.counts().deadLettered()).isEqualTo(2));
    }
    assertThat(letters.violations()).isEmpty();
    assertThat(letters.received("dlq"))
        .extracting(message -> payloads.redeem(message.body()).utf8())
        .as("two letters about each record, and none in another's place")
        .hasSize(4)
        .doesNotHaveDuplicates()
        .filteredOn(letter -> letter.contains("\"sequenceNumber\":\"0\""))
        .anySatisfy(letter -> assertThat(letter).contains("\"target\":\"a\""))
        .anySatisfy(letter -> assertThat(letter).contains("\"target\":\"b\""));
    assertThat(payloads.stored()).hasSize(2);
  }

  @Test
  void deadLetterTooLarge_withoutClaimChecks_holdsThatRecordAndSaysWhy() {
    InMemoryTarget letters = letters();
    try (Fixture fixture =
        withLetters(letters, TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x"))) {
      FanoutResult result = fixture.process(large(0, "k"), small(1, "k"));

      assertThat(result.targets())
          .allSatisfy(
              each -> {
                assertThat(each.counts().held()).isEqualTo(1);
                assertThat(each.counts().deadLettered()).as("later letters go").isEqualTo(1);
              });
      assertThat(result.checkpoint().settled()).isZero();
    }
  }

  @Test
  void deadLetterRefusedForItsSize_goesByClaimCheck() {
    InMemoryTarget letters = letters();
    letters.always(
        Behaviours.failIf(
            message -> message.bodyLength() > 300, Failure.tooLarge("TooLong", "shorter")));
    try (Fixture fixture =
        withLetters(
            letters,
            TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                .oversize(Oversize.CLAIM_CHECK)
                .claimCheck("memory:letters"))) {
      assertThat(fixture.process(small(0, "k"), small(1, "k")).isSettled()).isTrue();
    }
    assertThat(letters.received("dlq")).hasSize(4);
    assertThat(payloads.stored()).hasSize(4);
  }

  @Test
  void listeners_hearWhatTheDestinationCounts() {
    RecordingListener listener = new RecordingListener();
    FanoutEngine.Builder engine =
        Fixture.quick().provider(target).payloadStore(payloads).listener(listener);
    try (Fixture fixture = new Fixture(engine, row().build())) {
      fixture.process(large(0, "a"));
    }
    assertThat(listener.events(SendEvent.class))
        .extracting(SendEvent::bytes)
        .containsExactly((long) target.received("t").get(0).bodyLength());
  }

  @Test
  void bytesInFlight_countBodiesThatAreBeingStored() throws Exception {
    Gate gate = new Gate();
    payloads.always(Puts.hang(gate, Puts.take()));
    FanoutEngine.Builder engine =
        Fixture.quick().provider(target).payloadStore(payloads).maxBytesInFlight(2_000);
    FanoutRecord[] records = new FanoutRecord[4];
    for (int number = 0; number < records.length; number++) {
      records[number] = large(number, "k" + number);
    }
    TargetConfig row = row().maxInFlight(4).maxMessages(1).build();
    try (Fixture fixture = new Fixture(engine, row)) {
      CompletableFuture<FanoutResult> result =
          CompletableFuture.supplyAsync(() -> fixture.process(records));
      gate.awaitArrived(2, Fixture.PATIENCE);

      assertThat(payloads.attempts()).as("two of 800 bytes, not four").hasSize(2);
      gate.open();
      assertThat(result.get().isSettled()).isTrue();
    }
  }

  @Test
  void prime_checksTheStore() {
    try (Fixture fixture = fixture(row().build())) {
      assertThat(fixture.engine.prime(Fixture.SOURCE))
          .extracting(Finding::text)
          .containsExactly("memory can be reached");
    }
  }
}
