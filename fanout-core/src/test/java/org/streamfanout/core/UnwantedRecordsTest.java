package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.InMemoryTarget;

/** What becomes of records that a destination has no use for. */
@Timeout(300)
class UnwantedRecordsTest {
  private final InMemoryTarget memory = new InMemoryTarget();

  /** A destination that wants odd keys and breaks on those that are no numbers. */
  private final class Choosy implements TargetProvider {
    @Override
    public String type() {
      return memory.type();
    }

    @Override
    public Description describe() {
      return memory.describe();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return memory.capabilities(target);
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {
      memory.validate(target, context);
    }

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      TargetSender sender = memory.open(target, context);
      return new TargetSender() {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
          return sender.send(batch, deadline);
        }

        @Override
        public long sizeInBytes(Message message) {
          return sender.sizeInBytes(message);
        }

        @Override
        public boolean wants(FanoutRecord record) {
          return Integer.parseInt(record.key()) % 2 == 1;
        }

        @Override
        public void close() {
          sender.close();
        }
      };
    }
  }

  @Test
  void process_recordsThatTheDestinationDoesNotWant_areFilteredAndNeverSent() {
    try (Fixture fixture = Fixture.of(new Choosy(), Fixture.target("a").build())) {
      FanoutResult result = fixture.process(Fixture.records("1", "2", "3", "4"));

      assertThat(memory.bodies("a")).containsExactlyInAnyOrder("0", "2");
      TargetCounts counts = result.targets().get(0).counts();
      assertThat(counts.filtered()).isEqualTo(2);
      assertThat(counts.accepted()).isEqualTo(2);
      assertThat(result.isSettled()).isTrue();
    }
  }

  @Test
  void process_recordThatTheDestinationBreaksOn_isRejectedAlone() {
    try (Fixture fixture =
        Fixture.of(new Choosy(), Fixture.target("a").onFailure(OnFailure.DROP).build())) {
      FanoutResult result = fixture.process(Fixture.records("1", "not a number", "3"));

      assertThat(memory.bodies("a")).containsExactlyInAnyOrder("0", "2");
      TargetCounts counts = result.targets().get(0).counts();
      assertThat(counts.dropped()).isEqualTo(1);
      assertThat(result.isSettled()).isTrue();
    }
  }
}
