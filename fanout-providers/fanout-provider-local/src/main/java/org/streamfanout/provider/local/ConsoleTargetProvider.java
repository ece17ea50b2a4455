package org.streamfanout.provider.local;

import java.util.List;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Type {@code console}: writes messages to the process's standard streams. Thread-safe. */
public final class ConsoleTargetProvider implements TargetProvider {
  private static final String STDOUT = "stdout";
  private static final String STDERR = "stderr";

  /** Makes the provider; {@link java.util.ServiceLoader} does. */
  public ConsoleTargetProvider() {}

  @Override
  public String type() {
    return "console";
  }

  @Override
  public Description describe() {
    return LocalRows.describe(
            Description.builder("Writes to the standard streams of the process with the engine.")
                .destination(STDOUT + " or " + STDERR)
                .example(STDOUT))
        .retried("Nothing: a standard stream that has failed once never works again.")
        .rejected(
            "A tombstone where the format is raw. A stream that nobody reads any more stops the"
                + " target.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return LocalRows.capabilities(target);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems = LocalRows.problems(target, context);
    if (!target.destination().equals(STDOUT) && !target.destination().equals(STDERR)) {
      problems.add(
          "destination '" + target.destination() + "' is neither " + STDOUT + " nor " + STDERR);
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    boolean toErr = target.destination().equals(STDERR);
    ConsoleStream stream =
        context.shared(
            ConsoleStream.class,
            target.destination(),
            () -> new ConsoleStream(() -> toErr ? System.err : System.out));
    return new ConsoleSender(stream, MessageFormat.of(target));
  }
}
