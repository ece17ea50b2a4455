package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;

/**
 * {@code docs/providers.md} is what the providers say of themselves. With {@code
 * -Dfanout.docs.write=true} the page is written instead of compared.
 */
class ProvidersPageTest {
  private static final Path PAGE = Repository.file("docs/providers.md");

  @Test
  void providersPage_madeAgain_isTheSame() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append("# Types of target\n\n");
    page.append("Made from what each provider says of itself (see ");
    page.append("[Changing it](../CONTRIBUTING.md)); limits have their sources in the code.\n");
    page.append("Columns that every type has are on [their own page](targets.md).\n");
    Providers.discover(List.of()).byType().values().forEach(each -> append(page, each));
    if (Boolean.getBoolean("fanout.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
  }

  private static void append(StringBuilder page, TargetProvider provider) {
    Description description = provider.describe();
    TargetConfig any =
        TargetConfig.builder(Source.of("kafka://any:9092/any"), "any", provider.type(), "any")
            .build();
    Capabilities capabilities = provider.capabilities(any);
    page.append("\n## ").append(provider.type()).append("\n\n");
    page.append(description.summary()).append("\n\n| | |\n| --- | --- |\n");
    if (!provider.aliases().isEmpty()) {
      row(page, "also called", String.join(", ", provider.aliases()));
    }
    row(page, "destination", description.destination());
    row(page, "one call", limits(capabilities.limits()));
    row(page, "collapse", collapse(capabilities));
    row(page, "order", description.ordering());
    row(page, "duplicates", description.duplicates());
    if (!description.options().isEmpty()) {
      page.append("\n| Option | Values | Default | Meaning |\n| --- | --- | --- | --- |\n");
      for (Description.Option option : description.options()) {
        page.append("| `").append(option.name()).append("` | ");
        page.append(cell(option.values())).append(" | ");
        page.append(cell(option.standard())).append(" | ");
        page.append(cell(option.meaning())).append(" |\n");
      }
    }
  }

  private static void row(StringBuilder page, String name, String text) {
    page.append("| ").append(name).append(" | ").append(cell(text)).append(" |\n");
  }

  private static String limits(Limits limits) {
    return "%d messages, %d bytes; a message %d bytes"
        .formatted(limits.maxMessages(), limits.maxBatchBytes(), limits.maxMessageBytes());
  }

  private static String collapse(Capabilities capabilities) {
    List<String> modes = capabilities.collapses().stream().sorted().map(Collapse::column).toList();
    return modes.equals(List.of("none"))
        ? "the column is ignored"
        : String.join(", ", modes) + "; default " + capabilities.defaultCollapse().column();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;");
  }
}
