package org.streamfanout.it;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;

/** Writes {@code docs/providers.md} out of what providers say of themselves. */
final class ProvidersPage {
  /** Where the first clause of a summary ends. */
  private static final Pattern BRIEF = Pattern.compile("[,:;.](?: |$)");

  private final StringBuilder page = new StringBuilder();

  private ProvidersPage() {}

  static String of(Collection<TargetProvider> providers) {
    ProvidersPage all = new ProvidersPage();
    all.page.append(
        """
        # Types of target

        Made from what each provider says of itself (see [Changing it](../CONTRIBUTING.md)). Columns that every type has are on
        [their own page](targets.md).

        A call carries at most so many messages and bytes; a target's row may lower each number, and a size that the destination
        refuses is learned. Sizes count what the service counts, keys and attributes included. "Order in a call" tells what
        ordered delivery costs: where a call keeps it, a call carries a whole run of records in order; elsewhere, `KEY` sends
        one record of a key a call, and `SHARD` one record a call. At least once is the promise everywhere; "sent twice" tells
        what a destination does with the second copy. "Claim checks" tells where a body that is too large can be stored in S3
        and pointed to ([oversize](targets.md#bodies-that-are-too-large)).

        | Type | Also | What it is | Messages a call | Bytes a call | Bytes each | Order in a call | Bodies | Tombstones | Claim checks |
        | --- | --- | --- | --: | --: | --: | --- | --- | --- | --- |
        """);
    providers.forEach(all::summarize);
    providers.forEach(all::describe);
    return all.page.toString();
  }

  /** Returns a target such as the provider's example. */
  static TargetConfig example(TargetProvider provider) {
    Description.Example example = provider.describe().example();
    return TargetConfig.builder(
            Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"),
            "example",
            provider.type(),
            example.destination())
        .options(example.options())
        .build();
  }

  private void summarize(TargetProvider provider) {
    Capabilities capabilities = provider.capabilities(example(provider));
    Limits limits = capabilities.limits();
    cells(
        "[" + provider.type() + "](#" + provider.type() + ")",
        String.join(", ", provider.aliases()),
        BRIEF.split(provider.describe().summary(), 2)[0],
        number(limits.maxMessages()),
        number(limits.maxBatchBytes()),
        number(limits.maxMessageBytes()),
        capabilities.callOrder() == CallOrder.PREFIX ? "kept" : "none",
        capabilities.bodyFormat() == BodyFormat.TEXT ? "text" : "any bytes",
        capabilities.tombstones() ? "yes" : "rejected",
        capabilities.claimChecks() ? "yes" : "no");
  }

  private void describe(TargetProvider provider) {
    Description description = provider.describe();
    TargetConfig example = example(provider);
    Capabilities capabilities = provider.capabilities(example);
    page.append("\n## ").append(provider.type()).append("\n\n");
    page.append(text(description.summary())).append("\n\n| | |\n| --- | --- |\n");
    if (!provider.aliases().isEmpty()) {
      row("also called", code(provider.aliases()));
    }
    row("destination", description.destination());
    row("for example", "`" + description.example().destination() + "`");
    row("one call", limits(capabilities.limits()));
    row("limits are from", description.limits());
    row("bodies", bodies(capabilities));
    row("collapse", collapse(capabilities));
    row(
        "tombstones",
        capabilities.tombstones()
            ? "a record without data is passed on as one"
            : "a record without data is rejected");
    row("order", description.ordering());
    row("sent twice", description.duplicates());
    row("tried again", description.retried());
    row("rejected", description.rejected());
    row("IAM actions", permissions(provider.permissions(example)));
    if (!description.options().isEmpty()) {
      page.append("\n| Option | Values | Default | Meaning |\n| --- | --- | --- | --- |\n");
      for (Description.Option option : description.options()) {
        cells("`" + option.name() + "`", option.values(), option.standard(), option.meaning());
      }
    }
  }

  private static String limits(Limits limits) {
    return "%s messages, %s bytes; a message %s bytes"
        .formatted(
            number(limits.maxMessages()),
            number(limits.maxBatchBytes()),
            number(limits.maxMessageBytes()));
  }

  private static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String bodies(Capabilities capabilities) {
    return capabilities.bodyFormat() == BodyFormat.TEXT
        ? "text in UTF-8; what is none is rejected, unless collapse is `concat-b64`"
        : "any bytes";
  }

  private static String collapse(Capabilities capabilities) {
    List<String> modes = capabilities.collapses().stream().sorted().map(Collapse::column).toList();
    return modes.equals(List.of("none"))
        ? "the column is ignored: a record is a message"
        : code(modes) + "; default `" + capabilities.defaultCollapse().column() + "`";
  }

  /** One line for each resource. */
  private static String permissions(List<Permission> permissions) {
    Map<String, Collection<String>> actions = new LinkedHashMap<>();
    for (Permission each : permissions) {
      actions.computeIfAbsent(each.resource(), unseen -> new TreeSet<>()).add(each.action());
    }
    return permissions.isEmpty()
        ? "none"
        : actions.entrySet().stream()
            .map(entry -> code(entry.getValue()) + " on `" + entry.getKey() + "`")
            .collect(Collectors.joining("; "));
  }

  private static String code(Collection<String> names) {
    return names.stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
  }

  private void row(String name, String value) {
    cells(name, value);
  }

  private void cells(String... cells) {
    for (String cell : cells) {
      page.append("| ").append(text(cell)).append(' ');
    }
    page.append("|\n");
  }

  private static String text(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;");
  }
}
