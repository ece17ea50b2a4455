package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;

class BatchTransformTest {
  private static final Failure NEVER = Failure.rejected("Bad", "never");
  private static final Failure DENIED = Failure.fatal("AccessDenied", "no");

  private final InMemoryTarget target = new InMemoryTarget();
  private final InMemoryTarget letters = InMemoryTarget.ofType("letters");
  private final AtomicInteger computed = new AtomicInteger();

  private static final TargetConfig LETTERS =
      TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build();

  private static TargetConfig.Builder row() {
    return Fixture.target("t").transform("made");
  }

  private Fixture fixture(BatchTransform transform, TargetConfig... rows) {
    return new Fixture(
        Fixture.quick()
            .provider(target)
            .provider(letters)
            .batchTransform(
                "made",
                records -> {
                  computed.incrementAndGet();
                  return transform.apply(records);
                }),
        rows);
  }

  /** One output for each key, in the order of first records: the data of all of them. */
  private static List<Output> byKey(List<FanoutRecord> records) {
    Map<String, List<FanoutRecord>> groups = new LinkedHashMap<>();
    records.forEach(each -> groups.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each));
    return groups.values().stream().map(BatchTransformTest::join).toList();
  }

  private static Output join(List<FanoutRecord> from) {
    String text = from.stream().map(each -> text(each)).collect(Collectors.joining("+"));
    return new Output(from.get(from.size() - 1).withData(Bytes.utf8(text)), from);
  }

  private static String text(FanoutRecord record) {
    Bytes data = record.data();
    return data == null ? "none" : data.utf8();
  }

  private static Output output(FanoutRecord record, String data, FanoutRecord... from) {
    return new Output(record.withData(Bytes.utf8(data)), Arrays.asList(from));
  }

  private void reject(String... bodies) {
    target.always(
        Behaviours.failIf(message -> Set.of(bodies).contains(message.body().utf8()), NEVER));
  }

  private static TargetCounts counts(FanoutResult result) {
    return result.targets().get(0).counts();
  }

  @Test
  void process_manyToFewer_sendsTheOutputsAndCountsTheInputs() {
    try (Fixture fixture = fixture(BatchTransformTest::byKey, row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a", "b", "a"));

      assertThat(target.bodies("t")).containsExactlyInAnyOrder("0+2+4", "1+3");
      assertThat(counts(result).accepted()).isEqualTo(5);
      assertThat(result.isSettled()).isTrue();
    }
  }

  @Test
  void process_oneToMany_settlesTheInputWithItsLastOutput() {
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("second"), DENIED));
    try (Fixture fixture =
        fixture(
            records ->
                List.of(
                    output(records.get(0), "first", records.get(0)),
                    output(records.get(0), "second", records.get(0))),
            row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(target.bodies("t")).containsExactly("first");
      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(counts(result).accepted()).isZero();
      assertThat(result.checkpoint().settled()).isZero();
    }
  }

  @Test
  void process_outputOfEarlyAndLateInput_holdsTheCheckpointAtTheEarlyOne() {
    reject("0+3");
    try (Fixture fixture = fixture(BatchTransformTest::byKey, row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "b", "a"));

      assertThat(result.checkpoint().settled()).isZero();
      assertThat(result.unsettled()).containsExactly(Position.whole("0"), Position.whole("3"));
      assertThat(counts(result).accepted()).isEqualTo(2);
    }
  }

  @Test
  void process_inputThatNoOutputNames_isFiltered() {
    try (Fixture fixture = fixture(records -> byKey(records).subList(0, 1), row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(counts(result).accepted()).isEqualTo(2);
      assertThat(counts(result).filtered()).isEqualTo(1);
      assertThat(result.isSettled()).isTrue();
    }
  }

  @Test
  void process_noOutputs_filtersEverything() {
    try (Fixture fixture = fixture(records -> List.of(), row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).filtered()).isEqualTo(2);
      assertThat(target.sends()).isZero();
    }
  }

  @Test
  void process_filteredRecords_areNotGiven() {
    try (Fixture fixture =
        fixture(BatchTransformTest::byKey, row().filter("{\"partitionKey\": [\"a\"]}").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(target.bodies("t")).containsExactly("0+2");
      assertThat(counts(result).filtered()).isEqualTo(1);
    }
  }

  @Test
  void process_nothingIsLeftByTheFilter_transformIsNotAsked() {
    try (Fixture fixture =
        fixture(BatchTransformTest::byKey, row().filter("{\"partitionKey\": [\"z\"]}").build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(computed).hasValue(0);
      assertThat(counts(result).filtered()).isEqualTo(2);
    }
  }

  @Test
  void process_tombstone_isGiven() {
    try (Fixture fixture = fixture(BatchTransformTest::byKey, row().build())) {
      FanoutRecord tombstone = Fixture.record(1, "a", "x").withData(null);
      fixture.process(Fixture.record(0, "a", "0"), tombstone);

      assertThat(target.bodies("t")).containsExactly("0+none");
    }
  }

  @Test
  void process_userRecordsOfAnAggregate_areInputsOfTheirOwn() {
    Bytes aggregate =
        new KplAggregate()
            .add("a", null, Bytes.utf8("x"))
            .add("b", null, Bytes.utf8("y"))
            .add("a", null, Bytes.utf8("z"))
            .toBytes();
    FanoutRecord whole = Fixture.record(0, "k", "").withData(aggregate);
    reject("y");
    try (Fixture fixture = fixture(BatchTransformTest::byKey, row().deaggregate(true).build())) {
      FanoutResult result = fixture.process(whole);

      assertThat(target.bodies("t")).containsExactly("x+z");
      assertThat(counts(result).accepted()).isEqualTo(2);
      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(result.checkpoint().settled()).isZero();
    }
  }

  @Test
  void process_outputsUnderShardOrder_goInTheOrderOfTheList() {
    try (Fixture fixture =
        fixture(
            records ->
                List.of(
                    output(records.get(2), "x", records.get(2)),
                    output(records.get(0), "y", records.get(0), records.get(1)),
                    output(records.get(1), "z", records.get(1))),
            row().ordering(Ordering.SHARD).build())) {
      fixture.process(Fixture.records("a", "b", "c"));

      assertThat(target.bodies("t")).containsExactly("x", "y", "z");
    }
  }

  @Test
  void process_outputsUnderKeyOrder_areQueuedByTheirOwnKey() {
    reject("x");
    try (Fixture fixture =
        fixture(
            records ->
                List.of(
                    output(records.get(0).withKey("one"), "x", records.get(0)),
                    output(records.get(1).withKey("one"), "y", records.get(1)),
                    output(records.get(1).withKey("two"), "z", records.get(1))),
            row().ordering(Ordering.KEY).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(target.bodies("t")).containsExactly("z");
      assertThat(counts(result).held()).isEqualTo(2);
    }
  }

  @Test
  void process_outputsJoined_likeRecords() {
    InMemoryTarget joining =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 1_000))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build())
            .build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(joining).batchTransform("made", BatchTransformTest::byKey),
            row().collapse(Collapse.CONCAT).ordering(Ordering.SHARD).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(joining.bodies("t")).containsExactly("0+21");
      assertThat(counts(result).accepted()).isEqualTo(3);
    }
  }

  @Test
  void process_joinedOutputsTooLarge_areSplitByOutput() {
    InMemoryTarget joining =
        InMemoryTarget.builder()
            .capabilities(
                Capabilities.builder(Limits.of(10, 1_000, 1_000))
                    .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
                    .build())
            .build();
    joining.always(
        Behaviours.failIf(message -> message.bodyLength() > 3, Failure.tooLarge("Big", "no")));
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(joining).batchTransform("made", BatchTransformTest::byKey),
            row().collapse(Collapse.CONCAT).ordering(Ordering.SHARD).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(joining.bodies("t")).containsExactly("0+2", "1");
      assertThat(counts(result).accepted()).isEqualTo(3);
    }
  }

  @Test
  void process_outputThatCannotBeSent_isRejectedByItself() {
    InMemoryTarget small = InMemoryTarget.builder().limits(Limits.of(10, 100, 2)).build();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(small).batchTransform("made", BatchTransformTest::byKey),
            row().onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "a"));

      assertThat(small.bodies("t")).containsExactly("1");
      assertThat(counts(result).dropped()).isEqualTo(2);
      assertThat(counts(result).accepted()).isEqualTo(1);
    }
  }

  // ---------------------------------------------------------------- ids

  private List<String> ids(BatchTransform transform, FanoutRecord... records) {
    InMemoryTarget fresh = new InMemoryTarget();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(fresh).batchTransform("made", transform),
            row().ordering(Ordering.SHARD).build())) {
      fixture.process(records);
      return fresh.received("t").stream().map(Message::id).toList();
    }
  }

  @Test
  void messageId_twoOutputsOfTheSameInputs_differ() {
    BatchTransform twice =
        records ->
            List.of(
                output(records.get(0), "same", records.get(0)),
                output(records.get(0), "same", records.get(0)));

    assertThat(ids(twice, Fixture.records("a"))).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void messageId_sameFirstInputAndMoreOthers_differs() {
    List<String> few = ids(BatchTransformTest::byKey, Fixture.records("a", "a"));
    List<String> more = ids(BatchTransformTest::byKey, Fixture.records("a", "a", "a"));

    assertThat(few).doesNotContainAnyElementsOf(more);
  }

  @Test
  void messageId_sameBatchAgain_isTheSame() {
    assertThat(ids(BatchTransformTest::byKey, Fixture.records("a", "b", "a")))
        .isEqualTo(ids(BatchTransformTest::byKey, Fixture.records("a", "b", "a")));
  }

  @Test
  void messageId_sameInputsInAnotherBatch_isTheSame() {
    FanoutRecord[] records = Fixture.records("a", "b", "b");

    assertThat(ids(BatchTransformTest::byKey, records[1], records[2]))
        .isEqualTo(ids(BatchTransformTest::byKey, records).subList(1, 2));
  }

  @Test
  void messageId_inputsInAnotherOrderAndTwice_isTheSame() {
    BatchTransform plain =
        records -> List.of(output(records.get(0), "x", records.get(0), records.get(1)));
    BatchTransform odd =
        records ->
            List.of(output(records.get(0), "x", records.get(1), records.get(0), records.get(1)));

    assertThat(ids(odd, Fixture.records("a", "b")))
        .isEqualTo(ids(plain, Fixture.records("a", "b")));
  }

  @Test
  void recordId_ofOutputs_namesTheRecordAndIsUnique() {
    try (Fixture fixture =
        fixture(
            records ->
                List.of(
                    output(records.get(0), "x", records.get(0)),
                    output(records.get(0), "y", records.get(0))),
            row().build())) {
      fixture.process(Fixture.records("a"));

      assertThat(target.records("t"))
          .extracting(FanoutRecord::id)
          .doesNotHaveDuplicates()
          .allSatisfy(id -> assertThat(id).matches(Fixture.SHARD + ":0/[0-9a-f]{32}"));
    }
  }

  // ---------------------------------------------------------------- mistakes

  private void assertAllRejected(BatchTransform broken) {
    try (Fixture fixture = fixture(broken, row().build())) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).held()).isEqualTo(2);
      Failure failure = result.targets().get(0).firstFailure();
      assertThat(failure).isNotNull();
      assertThat(failure.code()).isEqualTo("TransformFailed");
      assertThat(failure.kind()).isEqualTo(Failure.Kind.REJECTED);
      assertThat(target.sends()).isZero();
    }
  }

  @Test
  void process_transformThrows_rejectsAllInputs() {
    assertAllRejected(
        records -> {
          throw new IllegalStateException("no");
        });
  }

  @Test
  void process_transformThrowsAnError_rejectsAllInputs() {
    assertAllRejected(
        records -> {
          throw new StackOverflowError();
        });
  }

  @Test
  @SuppressWarnings("NullAway")
  void process_transformAnswersNull_rejectsAllInputs() {
    assertAllRejected(records -> null);
  }

  @Test
  void process_outputNamesARecordThatWasNotGiven_rejectsAllInputs() {
    FanoutRecord other = Fixture.record(0, "a", "0");
    assertAllRejected(
        records ->
            List.of(output(records.get(0), "fine", records.get(0)), output(other, "stray", other)));
  }

  @Test
  void process_outputNamesNothing_rejectsAllInputs() {
    assertAllRejected(records -> List.of(new Output(records.get(0), List.of())));
  }

  @Test
  void process_transformFailsUnderDeadLetter_lettersCarryTheInputs() {
    BatchTransform broken =
        records -> {
          throw new IllegalStateException("no");
        };
    try (Fixture fixture =
        fixture(
            broken, row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(), LETTERS)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b"));

      assertThat(counts(result).deadLettered()).isEqualTo(2);
      assertThat(letters.bodies("dlq"))
          .hasSize(2)
          .allSatisfy(letter -> assertThat(letter).doesNotContain("madeOf"));
    }
  }

  /** An aggregate with a right checksum, and no protobuf inside. */
  private static Bytes undecodable() {
    return KplAggregate.around(new byte[] {(byte) 0x0F, (byte) 0xFF, 1});
  }

  @Test
  void process_inputThatCannotBeDecoded_isRejectedAndNotGiven() {
    FanoutRecord bad = Fixture.record(1, "a", "").withData(undecodable());
    try (Fixture fixture =
        fixture(
            BatchTransformTest::byKey, row().deaggregate(true).onFailure(OnFailure.DROP).build())) {
      FanoutResult result =
          fixture.process(Fixture.record(0, "a", "0"), bad, Fixture.record(2, "a", "2"));

      assertThat(target.bodies("t")).containsExactly("0+2");
      assertThat(counts(result).dropped()).isEqualTo(1);
      assertThat(counts(result).accepted()).isEqualTo(2);
    }
  }

  @Test
  void process_rejectedInputUnderShardOrder_blocksWhatIsMadeOfLaterOnes() {
    FanoutRecord bad = Fixture.record(1, "a", "").withData(undecodable());
    try (Fixture fixture =
        fixture(
            BatchTransformTest::byKey, row().deaggregate(true).ordering(Ordering.SHARD).build())) {
      FanoutResult result =
          fixture.process(Fixture.record(0, "a", "0"), bad, Fixture.record(2, "b", "2"));

      assertThat(target.bodies("t")).containsExactly("0");
      assertThat(counts(result).held()).isEqualTo(2);
    }
  }

  // ---------------------------------------------------------------- different ends

  /** Record 0 is part of both outputs, 1 of the first alone, 2 of the second alone. */
  private static List<Output> overlapping(List<FanoutRecord> records) {
    return List.of(
        output(records.get(0), "x", records.get(0), records.get(1)),
        output(records.get(0), "y", records.get(0), records.get(2)));
  }

  @Test
  void counts_oneOutputAcceptedOneDropped_sharedInputIsDropped() {
    reject("y");
    try (Fixture fixture =
        fixture(BatchTransformTest::overlapping, row().onFailure(OnFailure.DROP).build())) {
      TargetCounts counts = counts(fixture.process(Fixture.records("a", "b", "c")));

      assertThat(counts.dropped()).isEqualTo(2);
      assertThat(counts.accepted()).isEqualTo(1);
    }
  }

  @Test
  void counts_oneOutputAcceptedOneHeld_sharedInputIsHeld() {
    reject("y");
    try (Fixture fixture = fixture(BatchTransformTest::overlapping, row().build())) {
      TargetCounts counts = counts(fixture.process(Fixture.records("a", "b", "c")));

      assertThat(counts.held()).isEqualTo(2);
      assertThat(counts.accepted()).isEqualTo(1);
    }
  }

  @Test
  void deadLetter_ofAnOutput_carriesTheOutputAndNamesItsInputs() throws Exception {
    reject("y");
    try (Fixture fixture =
        fixture(
            BatchTransformTest::overlapping,
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            LETTERS)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(result.isSettled()).isTrue();
      assertThat(counts(result).deadLettered()).isEqualTo(2);
      assertThat(counts(result).accepted()).isEqualTo(1);
      assertThat(letters.bodies("dlq")).hasSize(1);
      JsonNode letter = new ObjectMapper().readTree(letters.bodies("dlq").get(0));
      assertThat(Base64.getDecoder().decode(letter.get("data").asText())).isEqualTo("y".getBytes());
      assertThat(letter.get("key").asText()).isEqualTo("a");
      assertThat(letter.get("recordId").asText()).startsWith(Fixture.SHARD + ":0/");
      assertThat(letter.get("madeOf").findValuesAsText("recordId"))
          .containsExactly(Fixture.SHARD + ":0", Fixture.SHARD + ":2");
      assertThat(letter.get("madeOf").findValuesAsText("sequenceNumber")).containsExactly("0", "2");
      assertThat(letter.get("madeOf").get(0).get("part").asInt()).isEqualTo(Position.WHOLE);
    }
  }

  @Test
  void deadLetters_ofTwoOutputsOfTheSameInputs_areTwoMessages() {
    reject("x", "y");
    try (Fixture fixture =
        fixture(
            BatchTransformTest::overlapping,
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            LETTERS)) {
      FanoutResult result = fixture.process(Fixture.records("a", "b", "c"));

      assertThat(counts(result).deadLettered()).isEqualTo(3);
      assertThat(letters.received("dlq")).extracting(Message::id).doesNotHaveDuplicates();
      assertThat(letters.received("dlq")).hasSize(2);
    }
  }

  @Test
  void deadLetter_itsTargetFails_inputsAreHeldUntilItTakesTheSameLetter() {
    reject("y");
    letters.next(Behaviours.fail(DENIED));
    try (Fixture fixture =
        fixture(
            BatchTransformTest::overlapping,
            row().onFailure(OnFailure.DEAD_LETTER).deadLetter("dlq").build(),
            LETTERS)) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      assertThat(counts(first).held()).isEqualTo(2);
      FanoutResult second = fixture.resume(first);

      assertThat(counts(second).deadLettered()).isEqualTo(2);
      assertThat(letters.bodies("dlq")).hasSize(1);
      assertThat(computed).hasValue(1);
      assertThat(second.isSettled()).isTrue();
    }
  }

  // ---------------------------------------------------------------- resume

  @Test
  void resume_afterFailure_sendsWhatIsLeftAndNeverComputesAgain() {
    reject("0+2");
    try (Fixture fixture = fixture(BatchTransformTest::byKey, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "a"));
      target.always(sending -> sending.acceptAll());
      FanoutResult second = fixture.resume(first);

      assertThat(target.bodies("t")).containsExactly("1", "0+2");
      assertThat(computed).hasValue(1);
      assertThat(counts(second).accepted()).isEqualTo(3);
      assertThat(second.isSettled()).isTrue();
    }
  }

  @Test
  void resume_inputSharedByAnAcceptedOutput_sendsOnlyTheOther() {
    reject("y");
    try (Fixture fixture = fixture(BatchTransformTest::overlapping, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      target.always(sending -> sending.acceptAll());
      fixture.resume(first);

      assertThat(target.bodies("t")).containsExactly("x", "y");
      assertThat(computed).hasValue(1);
    }
  }

  @Test
  void resume_afterTransformFailed_neverAsksItAgain() {
    try (Fixture fixture =
        fixture(
            records -> {
              throw new IllegalStateException("no");
            },
            row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a"));
      FanoutResult second = fixture.resume(first);

      assertThat(computed).hasValue(1);
      assertThat(counts(second).held()).isEqualTo(1);
    }
  }

  @Test
  void resume_targetWasChanged_computesOverTheWholeBatchAndSendsWhatNamesUnsettledRecords() {
    reject("0+2");
    try (Fixture fixture = fixture(BatchTransformTest::byKey, row().build(), LETTERS)) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "a"));
      assertThat(first.checkpoint().settled()).isZero();
      target.always(sending -> sending.acceptAll());
      fixture.rows(row().maxInFlight(1).build(), LETTERS);
      FanoutResult second = fixture.resume(first);

      assertThat(target.bodies("t")).containsExactly("1", "0+2");
      assertThat(computed).hasValue(2);
      assertThat(second.isSettled()).isTrue();
      assertThat(counts(second).records()).isEqualTo(2);
      assertThat(counts(second).accepted()).isEqualTo(2);
    }
  }

  @Test
  void resume_targetWasChangedAfterPartOfAGroupSettled_makesNoOutputOfTheRemainderAlone() {
    reject("y");
    List<Integer> sizes = new ArrayList<>();
    BatchTransform transform =
        records -> {
          sizes.add(records.size());
          return overlapping(records);
        };
    try (Fixture fixture = fixture(transform, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      assertThat(first.unsettled()).containsExactly(Position.whole("0"), Position.whole("2"));
      target.always(sending -> sending.acceptAll());
      fixture.rows(row().maxInFlight(1).build());
      FanoutResult second = fixture.resume(first);

      // "x" names record 0, which was not settled: it comes again, whole, by the same id.
      assertThat(target.bodies("t")).containsExactlyInAnyOrder("x", "x", "y");
      assertThat(target.received("t").stream().map(Message::id).distinct()).hasSize(2);
      assertThat(sizes).containsExactly(3, 3);
      assertThat(second.isSettled()).isTrue();
    }
  }

  @Test
  void resume_targetWasRemoved_releasesInputsWhateverTheirOutputsCameTo() {
    reject("y");
    try (Fixture fixture = fixture(BatchTransformTest::overlapping, row().build())) {
      FanoutResult first = fixture.process(Fixture.records("a", "b", "c"));
      fixture.rows(TargetConfig.builder(Fixture.SOURCE, "other", "letters", "x").build());
      FanoutResult second = fixture.resume(first);

      assertThat(counts(second).released()).isEqualTo(2);
      assertThat(counts(second).accepted()).isEqualTo(1);
      assertThat(second.isSettled()).isTrue();
    }
  }

  @Test
  void process_targetsWithoutTheTransform_getTheRecordsThemselves() {
    try (Fixture fixture =
        fixture(BatchTransformTest::byKey, row().build(), Fixture.target("plain").build())) {
      fixture.process(Fixture.records("a", "b", "a"));

      assertThat(target.bodies("plain")).containsExactlyInAnyOrder("0", "1", "2");
      assertThat(computed).hasValue(1);
    }
  }

  // ---------------------------------------------------------------- registration

  @Test
  void build_nameOfBothKinds_isAnError() {
    FanoutEngine.Builder builder =
        Fixture.quick()
            .registry(source -> org.streamfanout.spi.Targets.NONE)
            .transform("made", record -> record)
            .batchTransform("made", records -> List.of());

    assertThatThrownBy(builder::build)
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'made'");
  }

  @Test
  void process_unknownName_holdsAndListsTheRegisteredOnes() {
    try (Fixture fixture =
        fixture(BatchTransformTest::byKey, Fixture.target("t").transform("other").build())) {
      FanoutResult result = fixture.process(Fixture.records("a"));

      assertThat(counts(result).held()).isEqualTo(1);
      assertThat(result.targets().get(0).firstFailure())
          .isNotNull()
          .satisfies(failure -> assertThat(failure.detail()).contains("[made]"));
    }
  }
}
