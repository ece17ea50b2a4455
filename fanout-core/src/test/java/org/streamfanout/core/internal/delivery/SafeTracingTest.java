package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.spi.Tracing;
import org.streamfanout.testkit.Messages;

/** A tracing watches, and cannot do harm. */
class SafeTracingTest {
  private static final Source SOURCE = Source.of("kafka://h:9092/t");
  private static final TargetConfig TARGET =
      TargetConfig.builder(SOURCE, "t", "memory", "anywhere").build();
  private static final Batch BATCH = Messages.batchOf("k", "data");
  private static final List<Outcome> ANSWER = List.of(Outcome.accepted());
  private static final List<FanoutRecord> RECORDS =
      List.of(FanoutRecord.builder("id", "1").build());

  private final List<String> seen = new ArrayList<>();

  /** Notes what it sees, and throws where it is told to. */
  private final class Watch implements Tracing {
    private final @Nullable String throwsAt;

    Watch(@Nullable String throwsAt) {
      this.throwsAt = throwsAt;
    }

    private void see(String what) {
      seen.add(what);
      if (what.equals(throwsAt)) {
        throw new IllegalStateException("as planned");
      }
    }

    @Override
    public Map<String, String> attributes(List<FanoutRecord> records) {
      see("attributes");
      return Map.of("traceparent", records.get(0).id());
    }

    @Override
    public Sending sending(TargetConfig target, Batch batch) {
      see("sending");
      return new Sending() {
        @Override
        public void answered(List<Outcome> outcomes) {
          see("answered");
          assertThat(outcomes).isSameAs(ANSWER);
        }

        @Override
        public void failed(Throwable error) {
          see("failed");
          assertThat(error).hasMessage("the network");
        }
      };
    }
  }

  /** Answers, or fails. */
  private record Sender(boolean fails) implements TargetSender {
    @Override
    public List<Outcome> send(Batch batch, Deadline deadline) throws IOException {
      if (fails) {
        throw new IOException("the network");
      }
      return ANSWER;
    }

    @Override
    public long sizeInBytes(Message message) {
      return 1;
    }
  }

  private List<Outcome> send(SafeTracing tracing, boolean fails) throws Exception {
    return tracing.send(new Sender(fails), TARGET, BATCH, Deadline.after(Duration.ofMinutes(1)));
  }

  @Test
  void none_sendsAndAddsNothing() throws Exception {
    SafeTracing none = new SafeTracing(null);

    assertThat(none.attributes(RECORDS)).isEmpty();
    assertThat(send(none, false)).isSameAs(ANSWER);
  }

  @Test
  void tracing_seesBeginningAndEnd() throws Exception {
    SafeTracing tracing = new SafeTracing(new Watch(null));

    assertThat(tracing.attributes(RECORDS)).containsExactly(Map.entry("traceparent", "id"));
    assertThat(send(tracing, false)).isSameAs(ANSWER);
    assertThat(seen).containsExactly("attributes", "sending", "answered");
  }

  @Test
  void sendFails_tracingIsTold_failureGoesOn() {
    assertThatThrownBy(() -> send(new SafeTracing(new Watch(null)), true))
        .isInstanceOf(IOException.class);
    assertThat(seen).containsExactly("sending", "failed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"attributes", "sending", "answered"})
  void tracingThrows_sendGoesOn(String where) throws Exception {
    SafeTracing tracing = new SafeTracing(new Watch(where));

    assertThat(tracing.attributes(RECORDS).isEmpty()).isEqualTo(where.equals("attributes"));
    assertThat(send(tracing, false)).isSameAs(ANSWER);
    assertThat(seen).contains(where);
  }

  @Test
  void tracingThrowsToo_failureOfTheSendIsTheOneThatCounts() {
    assertThatThrownBy(() -> send(new SafeTracing(new Watch("failed")), true))
        .hasMessage("the network");
  }
}
