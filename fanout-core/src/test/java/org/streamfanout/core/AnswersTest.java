package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Answers of providers, in whatever kind of list they come. */
class AnswersTest {
  private final AtomicInteger sends = new AtomicInteger();

  private FanoutResult processOneRecord(Supplier<List<Outcome>> answer) {
    TargetConfig row = TargetConfig.builder(Fixture.SOURCE, "t", "answering", "anywhere").build();
    try (Fixture fixture = new Fixture(Fixture.quick().provider(new Answering(answer)))) {
      fixture.rows(row);
      return fixture.process(Fixture.records("a"));
    }
  }

  @Test
  void process_answerInAnImmutableList_isAccepted() {
    FanoutResult result = processOneRecord(() -> List.of(Outcome.accepted()));

    assertThat(result.isSettled()).isTrue();
    assertThat(result.targets().get(0).firstFailure()).isNull();
    assertThat(sends).hasValue(1);
  }

  @Test
  void process_answerWithNullOrOfTheWrongLength_holdsAsBroken() {
    List<Outcome> tooMany = List.of(Outcome.accepted(), Outcome.accepted());
    List<Supplier<List<Outcome>>> answers =
        List.of(
            () -> null,
            List::of,
            () -> tooMany,
            () -> new ArrayList<>(Collections.singletonList((Outcome) null)));
    for (Supplier<List<Outcome>> answer : answers) {
      FanoutResult result = processOneRecord(answer);

      assertThat(result.isSettled()).isFalse();
      assertThat(result.targets().get(0).firstFailure())
          .extracting(Failure::kind)
          .isEqualTo(Failure.Kind.FATAL);
    }
  }

  private final class Answering implements TargetProvider {
    private final Supplier<List<Outcome>> answer;

    Answering(Supplier<List<Outcome>> answer) {
      this.answer = answer;
    }

    @Override
    public String type() {
      return "answering";
    }

    @Override
    public Description describe() {
      return Description.builder("Answers as it is told.").build();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return Capabilities.builder(Limits.of(10, 1000, 1000)).build();
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {}

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      return new TargetSender() {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) {
          sends.incrementAndGet();
          return answer.get();
        }

        @Override
        public long sizeInBytes(Message message) {
          return message.bodyLength();
        }
      };
    }
  }
}
