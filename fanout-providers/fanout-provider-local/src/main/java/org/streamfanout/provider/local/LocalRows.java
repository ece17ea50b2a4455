package org.streamfanout.provider.local;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/** What the rows of both local types have in common. */
final class LocalRows {
  static final String FORMAT = "format";

  /**
   * Ours, not a vendor's: a call is put together in memory, and the largest record of any source
   * (10 MiB in Kinesis, docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html, as
   * known 2026-11) has 13.4 MiB as base64, and its dead letter, in base64 again, 17.8 MiB. Lines
   * stay below the 20,000,000 characters that Jackson reads by default.
   */
  static final Limits LIMITS = Limits.of(500, 19L << 20, 19L << 20);

  private LocalRows() {}

  static Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS)
        .collapses(EnumSet.allOf(Collapse.class), Collapse.NONE)
        .callOrder(CallOrder.PREFIX)
        .tombstones(!MessageFormat.RAW.column().equals(target.option(FORMAT, "")))
        .build();
  }

  static Description.Builder describe(Description.Builder description) {
    return description
        .ordering("Every order, at no cost: a call's messages are written in its order.")
        .duplicates("A message that is sent twice is written twice.")
        .limits(
            "500 messages and 19 MiB a call and a message. These are ours: a call is put together in"
                + " memory, and the dead letter of the largest record of any source has some 17.8"
                + " MiB as base64.")
        .option(
            FORMAT,
            "json, raw",
            "json",
            "json: one JSON object a line, {\"key\",\"sequenceNumber\",\"subSequenceNumber\","
                + "\"explicitHashKey\",\"data\"}, with data in base64 and null for a tombstone; where"
                + " collapse is not none, {\"key\",\"positions\":[{\"sequenceNumber\","
                + "\"subSequenceNumber\"}],\"data\"}. raw: the body's bytes and nothing else, so"
                + " that tombstones are rejected.");
  }

  /** Returns what is wrong with the columns that both types read. */
  static List<String> problems(TargetConfig target, ProviderContext context) {
    List<String> problems = new ArrayList<>();
    if (!"true".equals(context.setting(ProviderContext.ALLOW_LOCAL))) {
      problems.add(
          "type '"
              + target.type()
              + "' writes to the machine that runs the engine; allow it with --allow-local or the"
              + " setting "
              + ProviderContext.ALLOW_LOCAL
              + "=true");
    }
    String format = target.options().get(FORMAT);
    if (format != null && MessageFormat.ofColumn(format).isEmpty()) {
      problems.add("option '" + FORMAT + "' is '" + format + "', not json or raw");
    }
    return problems;
  }
}
