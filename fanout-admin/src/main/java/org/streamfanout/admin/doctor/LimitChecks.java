package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminException;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import software.amazon.awssdk.core.exception.SdkException;

/** What destinations and Lambda take, against what rows expect and sources can bring. */
final class LimitChecks {
  private static final String NAME = "limits";

  /**
   * What a record may have so that its event, in base64, fits into the 6 MB of an <a
   * href="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html">invocation</a>
   * (as known 2026-11).
   */
  private static final long LAMBDA_RECORD = 6L * 1024 * 1024 * 3 / 4;

  private LimitChecks() {}

  static List<Check> of(Facts facts) {
    List<Check> checks = new ArrayList<>();
    for (TargetConfig target : facts.targets()) {
      checks.add(new Check(NAME, Facts.subject(target), notes -> look(facts, target, notes)));
    }
    for (Source source : facts.sources()) {
      StreamFacts stream = facts.stream(source);
      if (stream != null
          && stream.maxRecordBytes() != null
          && stream.maxRecordBytes() > LAMBDA_RECORD
          && !facts.mappingsOf(source).isEmpty()) {
        long largest = stream.maxRecordBytes();
        checks.add(new Check(NAME, source.id(), notes -> payload(source, largest, notes)));
      }
    }
    return checks;
  }

  private static void payload(Source source, long largest, Notes notes) {
    notes.warning(
        source.id(),
        "takes records of "
            + largest
            + " B, and an event of Lambda holds some "
            + LAMBDA_RECORD
            + " B: a larger one never reaches the function, and stops its shard or is given up by"
            + " the mapping. Let a worker read this stream (./fanout kinesis), or give the mapping"
            + " a destination on failure");
  }

  private static void look(Facts facts, TargetConfig target, Notes notes) {
    String subject = Facts.subject(target);
    Limits counts = facts.provider(target).capabilities(target).limits();
    String whose = ", as its type does by default";
    try {
      Limits live = live(facts, target);
      if (live != null) {
        counts = live;
        whose = ", as far as it tells";
      }
    } catch (SdkException e) {
      // That it cannot be asked is what reaching it says, by the same call.
      return;
    }
    expectation("maxMessages", target.maxMessages(), counts.maxMessages(), target, notes);
    expectation("maxBatchBytes", target.maxBatchBytes(), counts.maxBatchBytes(), target, notes);
    expectation(
        "maxMessageBytes", target.maxMessageBytes(), counts.maxMessageBytes(), target, notes);
    sizes(facts, target, target.lower(counts).maxMessageBytes(), notes);
    if (notes.isWell()) {
      notes.ok(subject, "takes " + counts + whose);
    }
  }

  private static void expectation(
      String column, @Nullable Number wanted, long live, TargetConfig target, Notes notes) {
    if (wanted != null && wanted.longValue() > live) {
      notes.warning(
          Facts.subject(target),
          "column '"
              + column
              + "' is "
              + wanted
              + ", and the destination takes "
              + live
              + ", which counts");
    }
  }

  private static void sizes(Facts facts, TargetConfig target, long most, Notes notes) {
    StreamFacts stream = facts.stream(target.source());
    if (stream == null
        || stream.maxRecordBytes() == null
        || stream.maxRecordBytes() <= most
        || target.deadLetterOnly()
        || target.onFailure() != OnFailure.HOLD
        || target.oversize() != Oversize.REJECT) {
      return;
    }
    notes.warning(
        Facts.subject(target),
        "the source takes records of "
            + stream.maxRecordBytes()
            + " B and the target messages of "
            + most
            + " B: a larger one is rejected, and HOLD stops its shard there. Give the target a dead"
            + " letter, or oversize=CLAIM_CHECK");
  }

  /** Returns the limits that a destination tells of itself; null if it tells none. */
  private static @Nullable Limits live(Facts facts, TargetConfig target) {
    TargetProvider provider = facts.provider(target);
    try (TargetSender sender = provider.open(target, facts.context())) {
      return sender.limits(Deadline.after(facts.limit()));
    } catch (SdkException e) {
      throw e;
    } catch (Exception e) {
      throw new AdminException("the destination does not tell its limits: " + e);
    }
  }
}
