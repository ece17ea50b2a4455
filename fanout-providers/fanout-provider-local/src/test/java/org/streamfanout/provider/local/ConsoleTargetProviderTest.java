package org.streamfanout.provider.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.provider.local.LocalTargets.Context;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Outcome;
import org.streamfanout.testkit.Records;

class ConsoleTargetProviderTest {
  private static final Batch BATCH =
      LocalTargets.batch(
          List.of(
              LocalTargets.message(Records.kinesis(0, "a", "x")),
              LocalTargets.message(Records.kinesis(1, "b", "y"))));

  private final ConsoleTargetProvider provider = new ConsoleTargetProvider();

  @Test
  void send_aBatch_writesALineForEachMessage() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
    ConsoleSender sender = new ConsoleSender(new ConsoleStream(() -> out), MessageFormat.JSON);

    List<Outcome> outcomes = sender.send(BATCH, LocalTargets.soon());

    assertThat(outcomes).containsExactly(Outcome.accepted(), Outcome.accepted());
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).hasSize(2);
    assertThat(bytes.size())
        .isEqualTo(BATCH.messages().stream().mapToLong(sender::sizeInBytes).sum());
  }

  @Test
  void send_nobodyReads_isFatal() throws Exception {
    PrintStream closed =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int next) throws IOException {
                throw new IOException("Broken pipe");
              }
            },
            false,
            StandardCharsets.UTF_8);
    ConsoleSender sender = new ConsoleSender(new ConsoleStream(() -> closed), MessageFormat.JSON);

    assertThat(sender.send(BATCH, LocalTargets.soon()))
        .hasSize(2)
        .allSatisfy(
            outcome ->
                assertThat(((Outcome.Failed) outcome).failure().kind())
                    .isEqualTo(Failure.Kind.FATAL));
  }

  @Test
  void validate_otherStreams_areRefused() {
    provider.validate(LocalTargets.target("console", "stderr").build(), new Context(true));

    assertThatThrownBy(
            () ->
                provider.validate(
                    LocalTargets.target("console", "stdlog").build(), new Context(false)))
        .isInstanceOfSatisfying(
            InvalidTargetException.class, e -> assertThat(e.problems()).hasSize(2));
  }
}
