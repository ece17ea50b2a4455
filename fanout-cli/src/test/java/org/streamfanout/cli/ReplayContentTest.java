package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.cli.Letters.SOURCE;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryPayloads;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.Records;

/**
 * A target that was down gets by a replay what it would have got without: the same messages, byte
 * for byte, by the same keys and ids, and the same claim checks; whatever its row makes of records.
 */
class ReplayContentTest {
  private static final Failure DOWN = Failure.rejected("Down", "refused");

  /** Numbers 0 to 8, in an aggregate and alone; every third is for nobody with the filter. */
  private static List<FanoutRecord> records() {
    KplAggregate aggregate = new KplAggregate();
    IntStream.range(0, 6).forEach(number -> aggregate.add("k" + number % 2, json(number)));
    return List.of(
        Records.kinesis(1, aggregate),
        Records.kinesis(2, "k0", json(6)),
        Records.kinesis(3, "k1", json(7)),
        Records.kinesis(4, "k0", json(8)));
  }

  private static String json(int number) {
    return "{\"n\":"
        + number
        + ",\"third\":"
        + (number % 3 == 0)
        + ",\"fill\":\""
        + "x".repeat(number == 7 ? 2_000 : 20)
        + "\"}";
  }

  static Stream<Arguments> rows() {
    String filter = "{\"data\":{\"third\":[false]}}";
    return Stream.of(
        row("as it is", row -> row),
        row("deaggregated", row -> row.deaggregate(true)),
        row("newlines", row -> row.deaggregate(true).appendNewlines(true)),
        row("filter", row -> row.deaggregate(true).filter(filter)),
        row("joined", row -> row.deaggregate(true).collapse("JSON")),
        row("joined in lines", row -> row.deaggregate(true).collapse("concat")),
        row("transform", row -> row.deaggregate(true).transform("wrap")),
        row("batch transform", row -> row.deaggregate(true).transform("pairs")),
        row("claim check", row -> claimCheck(row.deaggregate(true))),
        row(
            "all of it",
            row ->
                claimCheck(row.deaggregate(true).appendNewlines(true))
                    .filter(filter)
                    .transform("wrap")));
  }

  private static Arguments row(String name, UnaryOperator<TargetConfig.Builder> more) {
    return Arguments.of(name, more);
  }

  private static TargetConfig.Builder claimCheck(TargetConfig.Builder row) {
    return row.collapse("none")
        .maxMessageBytes(1_000L)
        .oversize(Oversize.CLAIM_CHECK)
        .claimCheck("memory:here");
  }

  private static InMemoryTarget target() {
    return InMemoryTarget.builder()
        .type("mem")
        .capabilities(
            Capabilities.builder(Limits.of(10, 1_000_000, 1_000_000)).claimChecks(true).build())
        .build();
  }

  private static FanoutRecord wrap(FanoutRecord record) {
    return record.withData(Bytes.utf8("<" + record.data().utf8() + ">"));
  }

  /** Joins two and two, so that a letter's record is none of the source's. */
  private static List<BatchTransform.Output> pairs(List<FanoutRecord> records) {
    return IntStream.range(0, (records.size() + 1) / 2)
        .mapToObj(
            pair -> {
              List<FanoutRecord> two =
                  records.subList(2 * pair, Math.min(records.size(), 2 * pair + 2));
              return new BatchTransform.Output(
                  two.get(0).withData(Bytes.utf8("pair " + two.size() + two.get(0).data().utf8())),
                  two);
            })
        .toList();
  }

  private static FanoutEngine.Builder engine(InMemoryTarget target, InMemoryPayloads payloads) {
    return FanoutEngine.builder()
        .provider(target)
        .payloadStore(payloads)
        .retry(
            new RetryPolicy(1, Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1)));
  }

  /** Returns what a target and its dead-letter target have got of the records. */
  private static void deliver(
      InMemoryTarget target, InMemoryPayloads payloads, InMemoryTarget box, TargetConfig row) {
    TargetConfig letters =
        TargetConfig.builder(SOURCE, "box", "box", "x").deadLetterOnly(true).build();
    try (FanoutEngine engine =
        engine(target, payloads)
            .provider(box)
            .transform("wrap", ReplayContentTest::wrap)
            .batchTransform("pairs", ReplayContentTest::pairs)
            .registry(new InMemoryTargetRegistry(row, letters))
            .build()) {
      SourceBatch batch = new SourceBatch(SOURCE, Records.SHARD, records());
      assertThat(engine.process(batch, Deadline.after(Duration.ofMinutes(1))).isSettled()).isTrue();
    }
  }

  private static void replay(
      InMemoryTarget target, InMemoryPayloads payloads, Set<Bytes> left, TargetConfig row)
      throws Exception {
    ReplayRows rows = new ReplayRows("t");
    // Like the command's, this engine knows no transform.
    try (FanoutEngine engine =
        engine(target, payloads).registry(rows.over(new InMemoryTargetRegistry(row))).build()) {
      Replay replay =
          new Replay(
              engine,
              rows,
              new MemoryLetters(left),
              new Replay.Settings(
                  "t", null, RateLimit.of(null), Duration.ofMinutes(1), new ReplayStop()),
              new Totals(),
              new ReplayLine(new PrintWriter(Writer.nullWriter()), false, System::nanoTime));
      replay.run();
      assertThat(replay.isComplete()).as(replay.end()).isTrue();
    }
  }

  private record Got(String id, String key, String body) {
    static List<Got> by(InMemoryTarget target) {
      return target.received("t").stream()
          .map(message -> new Got(message.id(), message.key(), message.body().utf8()))
          .toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void replay_aRowThatMakesSomethingOfRecords_theTargetGetsWhatItWouldHaveGot(
      String name, UnaryOperator<TargetConfig.Builder> more) throws Exception {
    TargetConfig row =
        more.apply(
                TargetConfig.builder(SOURCE, "t", "mem", "x")
                    .ordering(Ordering.SHARD)
                    .onFailure(OnFailure.DEAD_LETTER)
                    .deadLetter("box"))
            .build();
    InMemoryTarget up = target();
    InMemoryPayloads stored = new InMemoryPayloads();
    deliver(up, stored, InMemoryTarget.ofType("box"), row);
    InMemoryTarget box = InMemoryTarget.ofType("box");
    InMemoryTarget down = target().always(Behaviours.fail(DOWN));
    deliver(down, new InMemoryPayloads(), box, row);
    Set<Bytes> left = new LinkedHashSet<>(box.received().stream().map(Message::body).toList());
    InMemoryTarget repaired = target();
    InMemoryPayloads storedLater = new InMemoryPayloads();

    replay(repaired, storedLater, left, row);

    assertThat(left).isEmpty();
    assertThat(Got.by(up)).isNotEmpty();
    assertThat(Got.by(repaired)).isEqualTo(Got.by(up));
    assertThat(storedLater.stored()).isEqualTo(stored.stored());
  }
}
