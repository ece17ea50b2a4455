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
import org.streamfanout.testkit.Gate;
import org.streamfanout.testkit.InMemoryTarget;

/** A replay over letters in memory, to a target in memory. */
class ReplayTest {
  private static final Failure NEVER = Failure.rejected("Bad", "never");
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofNanos(1), Duration.ofNanos(1));

  private final InMemoryTarget target = new InMemoryTarget();

  private TargetConfig.Builder row(Ordering ordering) {
    return TargetConfig.builder(SOURCE, "t", target.type(), "x").ordering(ordering);
  }

  private Replay replay(MemoryLetters letters, TargetConfig row, int atOnce)
      throws InterruptedException {
    return replay(letters, row, atOnce, new ReplayStop());
  }

  private Replay replay(MemoryLetters letters, TargetConfig row, int atOnce, ReplayStop stop)
      throws InterruptedException {
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
                  stop),
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
        replay(new MemoryLetters(left, dieAfter), row(Ordering.KEY).build(), atOnce);
      } catch (MemoryLetters.Died e) {
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

    Replay replay = replay(new MemoryLetters(left), row(ordering).build(), 3);

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

    Replay replay = replay(new MemoryLetters(left), row(Ordering.NONE).build(), 10);

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

    replay(new MemoryLetters(left), row(Ordering.NONE).build(), 10);

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

    replay(new MemoryLetters(left), row, 10);

    assertThat(left).isEmpty();
    assertThat(target.received())
        .extracting(Message::id)
        .hasSize(2)
        .containsExactlyInAnyOrderElementsOf(refused);
  }

  /** Whoever cannot be read has no key of his own, but the place in the queue that he is at. */
  @ParameterizedTest
  @EnumSource(Ordering.class)
  void run_letterOfAGroupCannotBeRead_keepsBackItsGroupIfTheTargetKeepsOrder(Ordering ordering)
      throws Exception {
    Set<Bytes> left = new LinkedHashSet<>();
    List<Bytes> inG = new ArrayList<>();
    for (Bytes each : letters(6, 2)) {
      left.add(each);
      if (left.size() == 2) {
        left.add(Bytes.utf8("nonsense"));
      }
    }
    for (Bytes each : left) {
      if (!each.utf8().contains("\"key\":\"k1\"")) {
        inG.add(each);
      }
    }
    MemoryLetters source = new MemoryLetters(left).inGroups(each -> inG.contains(each) ? "g" : "h");

    Replay replay = replay(source, row(ordering).build(), 10);

    List<String> expected =
        switch (ordering) {
          case NONE -> List.of("0", "1", "2", "3", "4", "5");
          case KEY -> List.of("0", "1", "3", "5");
          case BATCH, SHARD -> List.of("0", "1");
        };
    assertThat(target.bodies("t")).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(replay.isComplete()).isFalse();
    assertThat(replay.counts().left()).isEqualTo(1 + 6 - expected.size());
  }

  /** The call under way is given up, and what was accepted before counts. */
  @Test
  void run_cutOffWhileTheTargetHangs_endsAndTheNextRunGoesOn() throws Exception {
    Set<Bytes> left = letters(20, 1);
    ReplayStop stop = new ReplayStop();
    Gate gate = new Gate();
    target.always(
        sending -> {
          if (sending.batch().messages().get(0).body().utf8().equals("10")) {
            stop.cutOff();
            gate.pass();
          }
          return sending.accept(message -> null);
        });

    Replay replay = replay(new MemoryLetters(left), row(Ordering.SHARD).build(), 5, stop);

    assertThat(replay.end()).isEqualTo(Replay.STOPPED);
    assertThat(left).hasSize(10);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    target.always(sending -> sending.accept(message -> null));
    assertThat(replay(new MemoryLetters(left), row(Ordering.SHARD).build(), 5).isComplete())
        .isTrue();
    assertThat(left).isEmpty();
  }
}
