package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.InMemoryTarget;

class LedgerProperties {
  private static final List<Failure> FAILURES =
      List.of(
          Failure.rejected("Bad", "never this one"),
          Failure.fatal("Denied", "nothing for now"),
          Failure.tooLarge("Large", "never this size"));

  /** What a listener books is what the engine answers, whatever targets and hosts do. */
  @Property(tries = 200)
  void books_randomOutcomesResumesAndGivingUp_areTheSumsOfTheAnswers(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    InMemoryTarget memory = new InMemoryTarget();
    Ledger ledger = new Ledger();
    memory.always(
        sending ->
            sending.target().deadLetterOnly()
                ? sending.acceptAll()
                : sending.acceptByPlace(place -> any(seed + 31L * sending.number() + place)));
    Map<String, TargetCounts> ends = new HashMap<>();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(memory).listener(ledger),
            Fixture.target("hold").build(),
            Fixture.target("drop").onFailure(OnFailure.DROP).ordering(Ordering.KEY).build(),
            Fixture.target("letters").onFailure(OnFailure.DEAD_LETTER).deadLetter("dead").build(),
            Fixture.target("dead").deadLetterOnly(true).build())) {
      for (int batch = 0; batch < 4; batch++) {
        FanoutResult result = fixture.process(Fixture.records("a", "b", "a", "c", "b"));
        for (int again = random.nextInt(4); again > 0 && !result.isSettled(); again--) {
          result = fixture.resume(result);
        }
        for (TargetResult each : result.targets()) {
          ends.merge(each.targetId(), each.counts(), TargetCounts::plus);
        }
      }
    }

    assertThat(ledger.difference()).isZero();
    assertThat(ledger.snapshot()).hasSize(3);
    for (Ledger.Entry entry : ledger.snapshot()) {
      TargetCounts all = ends.get(entry.targetId());
      assertThat(entry.counts().withHeld(0)).isEqualTo(all.withHeld(0));
      assertThat(entry.counts().areConserved()).isTrue();
    }
  }

  private static @Nullable Failure any(long seed) {
    int chosen = new SplittableRandom(seed).nextInt(2 * FAILURES.size());
    return chosen < FAILURES.size() ? FAILURES.get(chosen) : null;
  }
}
