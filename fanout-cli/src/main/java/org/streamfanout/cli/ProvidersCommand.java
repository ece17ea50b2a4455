package org.streamfanout.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import picocli.CommandLine.Command;

/** {@code fanout providers}: says which types of target there are. */
@Command(
    name = "providers",
    description = "Lists the types of target found, with their limits, syntax and options.",
    mixinStandardHelpOptions = true)
final class ProvidersCommand implements Callable<Integer> {
  private static final Source ANY = Source.of("kafka://any:9092/any");

  private final PrintWriter out;

  ProvidersCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    Map<String, TargetProvider> providers = Providers.discover(List.of()).byType();
    providers.values().forEach(this::print);
    return Main.SETTLED;
  }

  private void print(TargetProvider provider) {
    Description description = provider.describe();
    // Of a destination without features of its own; a FIFO queue, say, has the same limits.
    Capabilities capabilities =
        provider.capabilities(TargetConfig.builder(ANY, "any", provider.type(), "any").build());
    String aliases =
        provider.aliases().isEmpty() ? "" : " (or " + String.join(", ", provider.aliases()) + ")";
    out.println(provider.type() + aliases + ": " + description.summary());
    line("destination", description.destination());
    line("for example", description.example().destination());
    line("limits", capabilities.limits().toString());
    line("collapse", collapse(capabilities));
    line("claim checks", capabilities.claimChecks() ? "yes" : "no");
    line("order", description.ordering());
    line("duplicates", description.duplicates());
    line("limits from", description.limits());
    line("retried", description.retried());
    line("rejected", description.rejected());
    for (Description.Option option : description.options()) {
      line(
          "option " + option.name(),
          option.meaning() + " (" + option.values() + "; default " + option.standard() + ")");
    }
    out.println();
  }

  private static String collapse(Capabilities capabilities) {
    return String.join(
            ", ", capabilities.collapses().stream().sorted().map(Collapse::column).toList())
        + "; default "
        + capabilities.defaultCollapse().column();
  }

  private void line(String name, String text) {
    if (!text.isEmpty()) {
      out.printf("  %-14s %s%n", name, text);
    }
  }
}
