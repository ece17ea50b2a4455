package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.ProgressEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.spi.Targets;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.RecordingListener;
import org.streamfanout.testkit.TestClock;

/** What is remembered from one call of {@code process} to the next. */
@Timeout(60)
class ProgressTest {
  private static final Failure NEVER = Failure.rejected("Bad", "never");
  private static final Failure LATER = Failure.retryable("Busy", "later");

  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTarget failing = InMemoryTarget.ofType("failing");
  private final FakeProgressStore store = FakeProgressStore.shared();
  private final RecordingListener listener = new RecordingListener();

  private FanoutEngine.Builder builder(ProgressStore progress) {
    return Fixture.quick().provider(target).provider(failing).listener(listener).progress(progress);
  }

  private Fixture fixture(TargetConfig... rows) {
    return new Fixture(builder(store), rows);
  }

  private static TargetConfig.Builder failing(String id) {
    return TargetConfig.builder(Fixture.SOURCE, id, "failing", "x");
  }

  private static TargetCounts counts(FanoutResult result, String id) {
    return result.targets().stream()
        .filter(each -> each.targetId().equals(id))
        .findFirst()
        .orElseThrow()
        .counts();
  }

  private List<ProgressEvent> events() {
    return listener.events(ProgressEvent.class);
  }

  private ProgressEvent lastEvent() {
    return events().get(events().size() - 1);
  }

  private void failNumbers(String... numbers) {
    failing.always(
        Behaviours.failIf(
            message -> Arrays.asList(numbers).contains(message.body().utf8()), NEVER));
  }

  // ---------------------------------------------------------------- what is sent again

  @Test
  void process_theSameBatchAgain_sendsOnlyWhatIsMissing() {
    failNumbers("1");
    try (Fixture fixture = fixture(Fixture.target("t").build(), failing("f").build())) {
      FanoutRecord[] records = Fixture.records("a", "b", "c");
      assertThat(fixture.process(records).isSettled()).isFalse();
      assertThat(lastEvent().kept()).isEqualTo(3 + 2);

      FanoutResult again = fixture.process(records);

      assertThat(again.isSettled()).isFalse();
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(failing.bodies("f")).containsExactlyInAnyOrder("0", "2");
      assertThat(counts(again, "t")).isEqualTo(new TargetCounts(3, 0, 0, 0, 0, 3, 0, 0, 0, 0));
      assertThat(counts(again, "f").alreadySettled()).isEqualTo(2);
      assertThat(counts(again, "f").held()).isEqualTo(1);
      assertThat(lastEvent().skipped()).isEqualTo(5);
      assertThat(lastEvent().kept()).isZero();
      assertThat(store.saves).as("nothing new, nothing written").hasValue(1);
    }
  }

  @Test
  void process_bisectedAndOverlapping_eachRecordOnceAtTheHealthyTarget() {
    failNumbers("3");
    try (Fixture fixture = fixture(Fixture.target("t").build(), failing("f").build())) {
      FanoutRecord[] all = Fixture.records("a", "b", "c", "d", "e", "f");
      fixture.process(all);
      assertThat(fixture.process(Arrays.copyOfRange(all, 0, 3)).isSettled()).isTrue();
      assertThat(fixture.process(Arrays.copyOfRange(all, 3, 6)).isSettled()).isFalse();
      FanoutRecord[] more = Fixture.records("a", "b", "c", "d", "e", "f", "g", "h");
      assertThat(fixture.process(Arrays.copyOfRange(more, 3, 8)).isSettled()).isFalse();
      failing.always(Behaviours.accept());

      assertThat(fixture.process(Arrays.copyOfRange(more, 3, 8)).isSettled()).isTrue();

      String[] once = {"0", "1", "2", "3", "4", "5", "6", "7"};
      assertThat(target.bodies("t")).containsExactlyInAnyOrder(once);
      assertThat(failing.bodies("f")).containsExactlyInAnyOrder(once);
    }
  }

  @Test
  void process_allSettledAtLast_forgetsWhatItUsed() {
    failNumbers("1");
    try (Fixture fixture = fixture(Fixture.target("t").build(), failing("f").build())) {
      fixture.process(Fixture.records("a", "b"));
      assertThat(store.size()).isEqualTo(3);
      failing.always(Behaviours.accept());

      assertThat(fixture.process(Fixture.records("a", "b")).isSettled()).isTrue();

      assertThat(store.size()).isZero();
    }
  }

  @Test
  void resume_settlesTheRest_forgets() {
    failing.next(Behaviours.fail(NEVER));
    try (Fixture fixture = fixture(Fixture.target("t").build(), failing("f").build())) {
      FanoutResult held = fixture.process(Fixture.records("a"));
      assertThat(store.size()).isEqualTo(1);

      assertThat(fixture.resume(held).isSettled()).isTrue();

      assertThat(store.size()).isZero();
      assertThat(store.loads).hasValue(1);
    }
  }

  @Test
  void process_healthy_loadsOnceABatchAndWritesNothing() {
    try (Fixture fixture = fixture(Fixture.target("t").build(), Fixture.target("u").build())) {
      for (int batch = 0; batch < 5; batch++) {
        assertThat(fixture.process(Fixture.records("a", "b", "c")).isSettled()).isTrue();
      }
      assertThat(store.loads).hasValue(5);
      assertThat(store.saves).hasValue(0);
      assertThat(events()).isEmpty();
    }
  }

  @Test
  void process_deadLetteredOrDropped_isNotDoneTwice() {
    InMemoryTarget letters = InMemoryTarget.ofType("letters");
    target.always(Behaviours.fail(NEVER));
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        new Fixture(
            builder(store).provider(letters),
            Fixture.target("t").onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            Fixture.target("dropping").onFailure(OnFailure.DROP).build(),
            failing("f").build(),
            TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x")
                .deadLetterOnly(true)
                .build())) {
      for (int call = 0; call < 3; call++) {
        fixture.process(Fixture.records("a"));
      }
      assertThat(letters.bodies("dlq")).hasSize(1);
      assertThat(target.sends()).as("one for each target").isEqualTo(2);
    }
  }

  // ---------------------------------------------------------------- exactly these records

  @Test
  void process_unknownOutcome_isNotRemembered() {
    target.next(Behaviours.acceptThenRaise(new java.io.IOException("reset")));
    failing.always(Behaviours.fail(NEVER));
    RetryPolicy once =
        new RetryPolicy(1, Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1));
    try (Fixture fixture =
        new Fixture(
            builder(store).retry(once), Fixture.target("t").build(), failing("f").build())) {
      fixture.process(Fixture.records("a"));
      assertThat(store.size()).isZero();

      FanoutResult again = fixture.process(Fixture.records("a"));

      assertThat(counts(again, "t").accepted()).isEqualTo(1);
      assertThat(target.bodies("t")).containsExactly("0", "0");
    }
  }

  @Test
  void process_hungSendThatApplies_isNotRemembered() throws Exception {
    Gate gate = new Gate();
    target.next(Behaviours.acceptThenHang(gate));
    try (Fixture fixture = fixture(Fixture.target("t").build())) {
      fixture.processUntil(() -> gate.awaitArrived(1, Fixture.PATIENCE), Fixture.records("a"));

      assertThat(store.size()).isZero();
      assertThat(counts(fixture.process(Fixture.records("a")), "t").accepted()).isEqualTo(1);
    }
  }

  @Test
  void process_partsOfAnAggregate_areRememberedOneByOne() {
    FanoutRecord aggregate =
        FanoutRecord.builder(Fixture.SHARD + ":0", "0")
            .shard(Fixture.SHARD)
            .key("a")
            .data(new KplAggregate().add("a", "one").add("b", "two").add("c", "three").toBytes())
            .build();
    target.next(Behaviours.failIf(message -> message.body().utf8().equals("two"), NEVER));
    try (Fixture fixture = fixture(Fixture.target("t").deaggregate(true).build())) {
      assertThat(counts(fixture.process(aggregate), "t").held()).isEqualTo(1);

      FanoutResult again = fixture.process(aggregate);

      assertThat(counts(again, "t").alreadySettled()).isEqualTo(2);
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("one", "three", "two");
    }
  }

  /** The id that counts is the source record's own. */
  @Test
  void process_transformThatGivesAllOneId_stillTellsRecordsApart() {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("1"), NEVER));
    try (Fixture fixture =
        new Fixture(
            builder(store)
                .transform(
                    "same",
                    record ->
                        FanoutRecord.builder("same", "0").key("k").data(record.data()).build()),
            Fixture.target("t").transform("same").build())) {
      assertThat(counts(fixture.process(Fixture.records("a", "b")), "t").accepted()).isEqualTo(1);
      target.always(Behaviours.accept());

      assertThat(counts(fixture.process(Fixture.records("a", "b")), "t").accepted()).isEqualTo(1);

      assertThat(target.bodies("t")).containsExactly("0", "1");
    }
  }

  @Test
  void process_topicMadeAnew_itsRecordsAreOthers() {
    Source topic = Source.of("kafka://localhost:9092/orders");
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        fixture(
            TargetConfig.builder(topic, "t", "memory", "x").build(),
            TargetConfig.builder(topic, "f", "failing", "x").build())) {
      for (int made = 1; made <= 2; made++) {
        FanoutRecord record =
            FanoutRecord.builder("orders-0:0", "0")
                .key("a")
                .data(Bytes.utf8("topic " + made))
                .arrivedAt(Instant.ofEpochSecond(made))
                .build();
        fixture.engine.process(
            new SourceBatch(topic, "orders-0", List.of(record)), Deadline.after(Fixture.PATIENCE));
      }
      assertThat(target.bodies("t")).containsExactly("topic 1", "topic 2");
    }
  }

  @Test
  void process_sameRecordTwiceInABatchAndOneFails_isNotSettled() {
    target.next(Behaviours.failAt(NEVER, 1));
    try (Fixture fixture = fixture(Fixture.target("t").build())) {
      FanoutRecord record = Fixture.record(0, "a", "0");
      assertThat(counts(fixture.process(record, record), "t").held()).isEqualTo(1);

      assertThat(store.size()).isZero();
    }
  }

  // ---------------------------------------------------------------- rows that change

  @Test
  void process_rowWithAnotherDestination_getsEverything() {
    failing.always(Behaviours.fail(NEVER));
    TargetConfig row = Fixture.target("t").build();
    try (Fixture fixture = fixture(row, failing("f").build())) {
      for (TargetConfig other :
          List.of(
              TargetConfig.builder(Fixture.SOURCE, "t", "memory", "elsewhere").build(),
              row.toBuilder().appendNewlines(true).build(),
              row.toBuilder().filter("{\"partitionKey\":[\"a\",\"b\"]}").build(),
              row.toBuilder().ordering(Ordering.KEY).build())) {
        fixture.rows(row, failing("f").build());
        fixture.process(Fixture.records("a", "b"));
        fixture.rows(other, failing("f").build());

        FanoutResult again = fixture.process(Fixture.records("a", "b"));

        assertThat(counts(again, "t").accepted()).as("%s", other.toRow()).isEqualTo(2);
        assertThat(lastEvent().mismatched()).isEqualTo(2);
      }
    }
  }

  @Test
  void process_rowThatIsDeliveredOtherwise_keepsItsProgress() {
    failing.always(Behaviours.fail(NEVER));
    TargetConfig row = Fixture.target("t").build();
    try (Fixture fixture = fixture(row, failing("f").build())) {
      fixture.process(Fixture.records("a", "b"));
      fixture.rows(
          row.toBuilder().maxInFlight(7).maxMessages(1).onFailure(OnFailure.DROP).build(),
          failing("f").build());

      FanoutResult again = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(again, "t").alreadySettled()).isEqualTo(2);
      assertThat(lastEvent().mismatched()).isZero();
    }
  }

  // ---------------------------------------------------------------- what is not remembered

  @Test
  void process_orderedTargetInAStoreOfOneProcess_isSentAgainAndCounted() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        new Fixture(
            builder(InMemoryProgressStore.create()),
            Fixture.target("t").ordering(Ordering.KEY).build(),
            Fixture.target("u").build(),
            failing("f").build())) {
      fixture.process(Fixture.records("a", "b"));
      assertThat(lastEvent().unkept()).isEqualTo(2);
      assertThat(lastEvent().kept()).isEqualTo(2);

      FanoutResult again = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(again, "t").accepted()).isEqualTo(2);
      assertThat(counts(again, "u").alreadySettled()).isEqualTo(2);
    }
  }

  @Test
  void process_batchTransform_isMadeAgainOfTheWholeBatchAndCounted() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        new Fixture(
            builder(store)
                .batchTransform("all", records -> List.of(new Output(records.get(0), records))),
            Fixture.target("t").transform("all").build(),
            failing("f").build())) {
      fixture.process(Fixture.records("a", "b", "c"));
      assertThat(lastEvent().unkept()).isEqualTo(3);

      FanoutResult again = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(counts(again, "t").accepted()).isEqualTo(3);
      assertThat(target.bodies("t")).hasSize(2);
    }
  }

  @Test
  void process_storeThatIsFull_sendsTheRestAgainAndCountsIt() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        new Fixture(
            builder(InMemoryProgressStore.builder().maxRecords(2).build()),
            Fixture.target("t").build(),
            failing("f").build())) {
      fixture.process(Fixture.records("a", "b", "c"));
      assertThat(lastEvent().kept()).isEqualTo(2);
      assertThat(lastEvent().unkept()).isEqualTo(1);

      FanoutResult again = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(counts(again, "t").alreadySettled()).isEqualTo(2);
      assertThat(counts(again, "t").accepted()).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- attempts

  /** One attempt a call, as where a function's time is up soon. */
  private FanoutResult oneAttempt(Fixture fixture, Semaphore retried) throws Exception {
    return fixture.processUntil(retried::acquire, Fixture.records("a"));
  }

  private Fixture patient(Semaphore retried, TargetConfig... rows) {
    RetryPolicy patient =
        new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofHours(1));
    return new Fixture(
        builder(store)
            .retry(patient)
            .provider(InMemoryTarget.ofType("letters"))
            .listener(
                new FanoutListener() {
                  @Override
                  public void retrying(RetryEvent event) {
                    retried.release();
                  }
                }),
        rows);
  }

  @Test
  void process_attemptsAddUp_untilTheyAreUsedUp() throws Exception {
    target.always(Behaviours.fail(LATER));
    Semaphore retried = new Semaphore(0);
    try (Fixture fixture =
        patient(retried, Fixture.target("t").onFailure(OnFailure.DROP).build())) {
      for (int call = 0; call < 2; call++) {
        assertThat(counts(oneAttempt(fixture, retried), "t").held()).isEqualTo(1);
      }

      FanoutResult third = fixture.process(Fixture.records("a"));

      assertThat(counts(third, "t").dropped()).isEqualTo(1);
      assertThat(target.sends()).isEqualTo(3);
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void process_attemptsAddUp_deadLetterTellsThemAll() throws Exception {
    target.always(Behaviours.fail(LATER));
    Semaphore retried = new Semaphore(0);
    InMemoryTarget letters = InMemoryTarget.ofType("dead");
    RetryPolicy patient =
        new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofHours(1));
    try (Fixture fixture =
        new Fixture(
            builder(store)
                .retry(patient)
                .provider(letters)
                .listener(
                    new FanoutListener() {
                      @Override
                      public void retrying(RetryEvent event) {
                        retried.release();
                      }
                    }),
            Fixture.target("t").onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            TargetConfig.builder(Fixture.SOURCE, "dlq", "dead", "x")
                .deadLetterOnly(true)
                .build())) {
      oneAttempt(fixture, retried);
      oneAttempt(fixture, retried);

      assertThat(counts(fixture.process(Fixture.records("a")), "t").deadLettered()).isEqualTo(1);

      assertThat(letters.bodies("dlq").get(0)).contains("\"attempts\":3");
    }
  }

  @Test
  void process_underHold_attemptsStartAnew() throws Exception {
    target.always(Behaviours.fail(LATER));
    Semaphore retried = new Semaphore(0);
    try (Fixture fixture = patient(retried, Fixture.target("t").build())) {
      for (int call = 0; call < 5; call++) {
        assertThat(counts(oneAttempt(fixture, retried), "t").held()).isEqualTo(1);
      }
      assertThat(store.saves).hasValue(0);
    }
  }

  /** A record that is joined with one that failed often is not given up along with it. */
  @Test
  void process_joinedRecords_haveTheFewestAttemptsOfThem() throws Exception {
    target.always(Behaviours.fail(LATER));
    Semaphore retried = new Semaphore(0);
    InMemoryTarget joins =
        InMemoryTarget.builder()
            .type("joins")
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 1_000))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build())
            .build();
    joins.always(Behaviours.fail(LATER));
    RetryPolicy patient =
        new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofHours(1));
    try (Fixture fixture =
        new Fixture(
            builder(store)
                .provider(joins)
                .retry(patient)
                .listener(
                    new FanoutListener() {
                      @Override
                      public void retrying(RetryEvent event) {
                        retried.release();
                      }
                    }),
            TargetConfig.builder(Fixture.SOURCE, "t", "joins", "x")
                .collapse(Collapse.CONCAT)
                .onFailure(OnFailure.DROP)
                .build())) {
      fixture.processUntil(retried::acquire, Fixture.records("a"));
      fixture.processUntil(retried::acquire, Fixture.records("a"));

      FanoutResult both = fixture.processUntil(retried::acquire, Fixture.records("a", "b"));

      assertThat(counts(both, "t").held()).isEqualTo(2);
      FanoutResult first = fixture.process(Fixture.records("a"));
      assertThat(counts(first, "t").dropped()).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- a store in trouble

  @Test
  void process_storeThatCannotBeRead_sendsAgainAndCounts() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture = fixture(Fixture.target("t").build(), failing("f").build())) {
      fixture.process(Fixture.records("a", "b"));
      store.loadFails = () -> true;

      FanoutResult again = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(again, "t").accepted()).isEqualTo(2);
      assertThat(lastEvent().failures()).isEqualTo(1);
      assertThat(lastEvent().failure()).isEqualTo("java.io.IOException");
    }
  }

  @Test
  void process_storeThatCannotBeWritten_sendsAgainAndCounts() {
    failing.always(Behaviours.fail(NEVER));
    store.saveFails = () -> true;
    try (Fixture fixture = fixture(Fixture.target("t").build(), failing("f").build())) {
      FanoutResult held = fixture.process(Fixture.records("a"));
      assertThat(counts(held, "t").accepted()).isEqualTo(1);
      assertThat(lastEvent().failures()).isEqualTo(1);
      assertThat(lastEvent().kept()).isZero();

      assertThat(counts(fixture.process(Fixture.records("a")), "t").accepted()).isEqualTo(1);
      store.saveFails = () -> false;
      fixture.process(Fixture.records("a"));

      assertThat(counts(fixture.process(Fixture.records("a")), "t").alreadySettled()).isEqualTo(1);
    }
  }

  /**
   * What was sent again without knowing better, and did not get through to its end, must not be
   * left out the next time: the older record would stay on top.
   */
  @Test
  void process_notReadAndSentAgainInPart_theRestIsRememberedNoMore() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        fixture(Fixture.target("t").ordering(Ordering.KEY).build(), failing("f").build())) {
      FanoutRecord[] records = {Fixture.record(0, "k", "old"), Fixture.record(1, "k", "new")};
      fixture.process(records);
      failOneLoad();
      target.always(Behaviours.failIf(message -> message.body().utf8().equals("new"), NEVER));
      fixture.process(records);
      target.always(Behaviours.accept());

      fixture.process(records);

      assertThat(target.bodies("t")).containsExactly("old", "new", "old", "new");
    }
  }

  private void failOneLoad() {
    AtomicBoolean failed = new AtomicBoolean();
    store.loadFails = () -> failed.compareAndSet(false, true);
  }

  /** In halves, of which the first is sent again because the store could not be read. */
  @Test
  void process_notReadForTheFirstHalf_theSecondIsSentAgainToo() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        fixture(Fixture.target("t").ordering(Ordering.KEY).build(), failing("f").build())) {
      FanoutRecord[] records = {Fixture.record(0, "k", "old"), Fixture.record(1, "k", "new")};
      fixture.process(records);
      failing.always(Behaviours.accept());
      failOneLoad();
      assertThat(fixture.process(records[0]).isSettled()).isTrue();

      fixture.process(records[1]);

      assertThat(target.bodies("t")).containsExactly("old", "new", "old", "new");
    }
  }

  /** Nor can it be put right at once: this process knows better than the store. */
  @Test
  void process_neverReadForTheFirstHalf_theSecondIsSentAgainToo() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        fixture(Fixture.target("t").ordering(Ordering.KEY).build(), failing("f").build())) {
      FanoutRecord[] records = {Fixture.record(0, "k", "old"), Fixture.record(1, "k", "new")};
      fixture.process(records);
      failing.always(Behaviours.accept());
      store.loadFails = () -> true;
      assertThat(fixture.process(records[0]).isSettled()).isTrue();
      store.loadFails = () -> false;

      fixture.process(records[1]);

      assertThat(target.bodies("t")).containsExactly("old", "new", "old", "new");
      failing.always(Behaviours.fail(NEVER));
      FanoutRecord next = Fixture.record(2, "k", "next");
      fixture.process(next);
      assertThat(counts(fixture.process(next), "t").alreadySettled())
          .as("trusted again")
          .isEqualTo(1);
    }
  }

  /** The answer to the first half was lost: what it had settled is still left out. */
  @Test
  void process_firstHalfDoneAndGivenAgain_isKeptUntilTheSecondIsDone() {
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        fixture(Fixture.target("t").ordering(Ordering.KEY).build(), failing("f").build())) {
      FanoutRecord[] records = {Fixture.record(0, "k", "old"), Fixture.record(1, "k", "new")};
      fixture.process(records);
      failing.always(Behaviours.accept());
      for (int time = 0; time < 2; time++) {
        assertThat(counts(fixture.process(records[0]), "t").alreadySettled()).isEqualTo(1);
      }

      assertThat(counts(fixture.process(records[1]), "t").alreadySettled()).isEqualTo(1);

      assertThat(store.size()).as("all is done").isZero();
      assertThat(target.bodies("t")).containsExactly("old", "new");
    }
  }

  @Test
  void process_storeThatHangs_goesOnInTime() {
    Gate gate = new Gate();
    ProgressStore hanging =
        new ProgressStore() {
          @Override
          public List<TargetProgress> load(Source source, String shard, Deadline deadline)
              throws Exception {
            gate.passIgnoringInterrupts();
            return List.of();
          }

          @Override
          public int save(
              Source source, String shard, List<TargetProgress> changes, Deadline deadline)
              throws Exception {
            gate.passIgnoringInterrupts();
            return 0;
          }

          @Override
          public boolean isShared() {
            return true;
          }

          @Override
          public Duration timeout() {
            return Duration.ofMillis(1);
          }
        };
    failing.always(Behaviours.fail(NEVER));
    try (Fixture fixture =
        new Fixture(builder(hanging), Fixture.target("t").build(), failing("f").build())) {
      for (int call = 0; call < 20; call++) {
        assertThat(counts(fixture.process(Fixture.records("a")), "t").accepted()).isEqualTo(1);
      }
      assertThat(events()).hasSize(20).allMatch(event -> event.failures() == 2);
      assertThat(gate.waiting()).as("left alone after a few").isLessThanOrEqualTo(8);
      gate.open();
    }
  }

  /** Deliveries end early enough, and the store is never asked after the deadline. */
  @Test
  void process_targetThatTakesAllTheTime_leavesTimeToSave() {
    TestClock clock = new TestClock();
    FakeProgressStore slow = new FakeProgressStore(Duration.ofMillis(500), true);
    failing.always(Behaviours.failIf(message -> message.body().utf8().equals("1"), LATER));
    RetryPolicy patient =
        new RetryPolicy(9, Duration.ofSeconds(30), Duration.ofHours(1), Duration.ofHours(1));
    try (Fixture fixture =
        new Fixture(
            builder(slow)
                .retry(patient)
                .ticker(clock::nanoTime)
                .listener(
                    new FanoutListener() {
                      @Override
                      public void settled(TargetEvent event) {}

                      @Override
                      public void retrying(RetryEvent event) {
                        clock.advance(Duration.ofMillis(9_600));
                      }
                    }),
            failing("f").build())) {
      FanoutResult result =
          fixture.engine.process(
              Fixture.batch(Fixture.records("a", "b")),
              Deadline.after(Duration.ofSeconds(10), clock::nanoTime));

      assertThat(counts(result, "f").held()).isEqualTo(1);
      assertThat(slow.timesLeft).containsExactly(Duration.ofMillis(400));
      assertThat(slow.size()).isEqualTo(1);
    }
  }

  @Test
  void process_interrupted_stillRemembersAndKeepsTheFlag() throws Exception {
    FakeProgressStore slow = new FakeProgressStore(Duration.ofSeconds(20), true);
    Gate gate = new Gate();
    failing.always(Behaviours.hang(gate, Behaviours.accept()));
    try (Fixture fixture =
        new Fixture(builder(slow), Fixture.target("t").build(), failing("f").build())) {
      fixture.processUntil(
          () -> {
            gate.awaitArrived(1, Fixture.PATIENCE);
            target.awaitReceived(1, Fixture.PATIENCE);
            // Taken in, not only sent.
            while (listener.events(FanoutListener.SendEvent.class).isEmpty()) {
              TimeUnit.MILLISECONDS.sleep(1);
            }
          },
          Fixture.records("a"));

      assertThat(slow.size()).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- events of several batches

  @Test
  void rememberSettled_aBatchThatComesAgainAllTheSame_isLeftOut() {
    try (Fixture fixture = fixture(Fixture.target("t").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));
      assertThat(store.size()).isZero();

      fixture.engine.rememberSettled(result, Deadline.after(Fixture.PATIENCE));

      assertThat(store.size()).isEqualTo(2);
      FanoutResult again = fixture.process(Fixture.records("a", "b"));
      assertThat(counts(again, "t").alreadySettled()).isEqualTo(2);
      assertThat(store.size()).isZero();
    }
  }

  @Test
  void rememberSettled_ofAnotherEngine_isRefused() {
    try (Fixture one = fixture(Fixture.target("t").build());
        Fixture other = fixture(Fixture.target("t").build())) {
      FanoutResult result = one.process(Fixture.records("a"));

      assertThatThrownBy(
              () -> other.engine.rememberSettled(result, Deadline.after(Fixture.PATIENCE)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void process_targetSwitchedOff_isReleasedAndNotRemembered() {
    target.always(Behaviours.fail(NEVER));
    failing.always(Behaviours.fail(NEVER));
    TargetConfig row = Fixture.target("t").build();
    try (Fixture fixture = fixture(row, failing("f").build())) {
      FanoutResult held = fixture.process(Fixture.records("a"));
      fixture.targets(new Targets(List.of(failing("f").build()), List.of(), Set.of("t"), null));
      assertThat(counts(fixture.resume(held), "t").released()).isEqualTo(1);
      fixture.rows(row, failing("f").build());
      target.always(Behaviours.accept());

      assertThat(counts(fixture.process(Fixture.records("a")), "t").accepted()).isEqualTo(1);
      assertThat(Map.of("t", target.bodies("t"))).containsEntry("t", List.of("0"));
    }
  }
}
