package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.cli.Letters.SOURCE;
import static org.streamfanout.cli.Letters.letter;
import static org.streamfanout.cli.Letters.record;

import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** A replay over letters in memory, to a target in memory. */
class ReplayTest {
  private static final Failure NEVER = Failure.rejected("Bad", "never");
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1));

  private final InMemoryTarget target = new InMemoryTarget();

  /** Letters that are gone once they were settled. */
  private static final class Memory implements LetterSource {
    final Set<Bytes> left;
    private final Iterator<Bytes> reading;
    private final int dieAfter;
    private int settled;

    Memory(Set<Bytes> left, int dieAfter) {
      this.left = left;
      this.reading = List.copyOf(left).iterator();
      this.dieAfter = dieAfter;
    }

    @Override
    public List<Found> next(boolean mayWait, int atMost) {
      List<Found> found = new ArrayList<>();
      while (reading.hasNext() && found.size() < Math.min(atMost, 7)) {
        Bytes next = reading.next();
        found.add(new Found("letter " + next.length(), next, next));
      }
      return found;
    }

    @Override
    public void settle(List<Found> accepted) {
      for (Found each : accepted) {
        if (settled++ == dieAfter) {
          throw new Died();
        }
        assertThat(left.remove(each.handle())).isTrue();
      }
    }

    @Override
    public void leave(Found letter) {
      assertThat(left).contains(letter.json());
    }

    @Override
    public long passedOver() {
      return 0;
    }

    @Override
    public double progress() {
      return Double.NaN;
    }

    @Override
    public void close() {}
  }

  private static final class Died extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private TargetConfig.Builder row(Ordering ordering) {
    return TargetConfig.builder(SOURCE, "t", target.type(), "x").ordering(ordering);
  }

  private Replay replay(Memory letters, TargetConfig row, int atOnce) throws InterruptedException {
    ReplayRows rows = new ReplayRows("t");
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(rows.over(new InMemoryTargetRegistry(row)))
            .provider(target)
            .retry(QUICK)
            .build()) {
      Replay replay =
          new Replay(
              engine,
              rows,
              letters,
              new Replay.Settings(
                  "t",
                  null,
                  new RateLimit(atOnce, () -> 0, nanos -> {}),
                  Duration.ofMinutes(1),
                  () -> false),
              new Totals(),
              new ReplayLine(new PrintWriter(Writer.nullWriter()), false, System::nanoTime));
      replay.run();
      return replay;
    }
  }

  private static Set<Bytes> letters(int count, int keys) {
    Set<Bytes> letters = new LinkedHashSet<>();
    for (int number = 0; number < count; number++) {
      String data = Integer.toString(number);
      letters.add(letter("t", record(number, "k" + number % keys, data)).build().toJson());
    }
    return letters;
  }

  /** Dies somewhere, again and again: all arrive, in order, and little twice. */
  @RepeatedTest(30)
  void run_diesAnywhere_theNextRunsGoOn(RepetitionInfo repetition) throws Exception {
    Random random = new Random(repetition.getCurrentRepetition());
    int count = 1 + random.nextInt(60);
    int keys = 1 + random.nextInt(5);
    int atOnce = 1 + random.nextInt(10);
    Set<Bytes> left = letters(count, keys);
    target.always(
        sending ->
            sending.acceptByPlace(
                place -> random.nextInt(4) == 0 ? Failure.retryable("Busy", "later") : null));

    int deaths = 0;
    while (!left.isEmpty()) {
      int dieAfter = deaths < 5 ? random.nextInt(count) : Integer.MAX_VALUE;
      try {
        replay(new Memory(left, dieAfter), row(Ordering.KEY).build(), atOnce);
      } catch (Died e) {
        deaths++;
      }
    }

    Map<String, List<Integer>> byKey = new HashMap<>();
    Set<String> ids = new HashSet<>();
    for (Message message : target.received()) {
      if (ids.add(message.id())) {
        byKey
            .computeIfAbsent(message.key(), key -> new ArrayList<>())
            .add(Integer.parseInt(message.body().utf8()));
      }
    }
    assertThat(ids).hasSize(count);
    assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
    assertThat(target.received()).hasSizeLessThanOrEqualTo(count + deaths * atOnce);
  }

  @ParameterizedTest
  @EnumSource(Ordering.class)
  void run_letterIsRefusedAgain_itAndTheLaterOnesOfItsOrderStay(Ordering ordering)
      throws Exception {
    Set<Bytes> left = letters(20, 4);
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("5"), NEVER));

    Replay replay = replay(new Memory(left, Integer.MAX_VALUE), row(ordering).build(), 3);

    int stay =
        switch (ordering) {
          case NONE -> 1; // 5 itself
          case KEY -> 4; // 5, 9, 13, 17
          case BATCH, SHARD -> 15; // 5 to 19
        };
    assertThat(left).hasSize(stay);
    assertThat(replay.isComplete()).isFalse();
    assertThat(replay.counts().left()).isEqualTo(stay);
    assertThat(replay.counts().accepted).isEqualTo(20 - stay);
  }

  @Test
  void run_targetDeniesEverything_endsAndKeepsAll() throws Exception {
    Set<Bytes> left = letters(50, 4);
    target.always(Behaviours.fail(Failure.fatal("AccessDenied", "no")));

    Replay replay = replay(new Memory(left, Integer.MAX_VALUE), row(Ordering.NONE).build(), 10);

    assertThat(left).hasSize(50);
    assertThat(replay.end()).contains("AccessDenied");
    assertThat(replay.counts().read).isLessThan(50);
  }

  /** Two letters about one place in the stream are told apart, whatever becomes of one. */
  @Test
  void run_lettersOfOnePosition_eachHasItsOwnEnd() throws Exception {
    Set<Bytes> left = new LinkedHashSet<>();
    for (String output : List.of("a", "b", "c")) {
      FanoutRecord record =
          FanoutRecord.builder("s0:1/" + output, "1").data(Bytes.utf8(output)).build();
      left.add(letter("t", record).build().toJson());
    }
    target.always(Behaviours.failIf(message -> message.body().utf8().equals("b"), NEVER));

    replay(new Memory(left, Integer.MAX_VALUE), row(Ordering.NONE).build(), 10);

    assertThat(left).singleElement().satisfies(it -> assertThat(it.utf8()).contains("s0:1/b"));
    assertThat(target.bodies("t")).containsExactlyInAnyOrder("a", "c");
  }

  /** So a FIFO queue, a document or an item takes it for the same. */
  @Test
  void run_messageIds_areThoseOfTheFirstTry() throws Exception {
    List<String> refused = new ArrayList<>();
    InMemoryTarget first =
        new InMemoryTarget()
            .always(
                sending -> {
                  sending.batch().messages().forEach(message -> refused.add(message.id()));
                  return sending.accept(message -> NEVER);
                });
    InMemoryTarget box = InMemoryTarget.ofType("box");
    TargetConfig row =
        row(Ordering.NONE).onFailure(OnFailure.DEAD_LETTER).deadLetter("box").build();
    TargetConfig boxRow =
        TargetConfig.builder(SOURCE, "box", "box", "x").deadLetterOnly(true).build();
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(row, boxRow))
            .provider(first)
            .provider(box)
            .build()) {
      List<FanoutRecord> records =
          List.of(
              record(1, "k", "a"),
              FanoutRecord.builder("s0:2", "2").shard("s0").part(3).data(Bytes.utf8("b")).build());
      engine.process(new SourceBatch(SOURCE, "s0", records), Deadline.after(Duration.ofMinutes(1)));
    }
    Set<Bytes> left = new LinkedHashSet<>(box.received().stream().map(Message::body).toList());

    replay(new Memory(left, Integer.MAX_VALUE), row, 10);

    assertThat(left).isEmpty();
    assertThat(target.received())
        .extracting(Message::id)
        .hasSize(2)
        .containsExactlyInAnyOrderElementsOf(refused);
  }

  @Test
  void line_showsHowFar() {
    ReplayCounts counts = new ReplayCounts();
    counts.read = 1_234;
    counts.leave("x", DeadLetter.Stage.READY.name());

    assertThat(ReplayLine.text(counts, 0.5))
        .isEqualTo("[############............]  50% 1,234 read, 0 accepted, 1 left");
    assertThat(ReplayLine.text(counts, Double.NaN)).isEqualTo("1,234 read, 0 accepted, 1 left");
  }
}
