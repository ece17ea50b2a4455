package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/** How long a source keeps a record, against how long others count on it. */
final class RetentionChecks {
  /** The function's FANOUT_RETENTION_HOURS for streams by default. */
  private static final long ASSUMED_HOURS = 24;

  /** A week: a long weekend and the work after it. */
  private static final String SUGGESTED_HOURS = "168";

  private static final String HALF_A_DAY = "43200";

  private static final Pattern HOURS = Pattern.compile("\\d{1,6}");

  private RetentionChecks() {}

  static List<Check> of(Facts facts) {
    List<Check> checks = new ArrayList<>();
    for (Source source : facts.sources()) {
      StreamFacts stream = facts.stream(source);
      if (stream != null && stream.retention() != null) {
        Duration kept = stream.retention();
        checks.add(new Check("retention", source.id(), notes -> look(facts, source, kept, notes)));
      }
    }
    return checks;
  }

  private static void look(Facts facts, Source source, Duration kept, Notes notes) {
    String keeps = "the source keeps a record for " + Gathering.hours(kept);
    for (TargetConfig target : facts.targetsOf(source)) {
      Duration age = target.delivery().maxRecordAge();
      if (age != null && age.compareTo(kept) >= 0) {
        notes.warning(
            Facts.subject(target),
            "gives a record up after "
                + age.toSeconds()
                + " s, and "
                + keeps
                + ": what a restart finds that old is gone, and never dead-lettered",
            more(facts, source, target));
      }
    }
    for (EventSourceMappingConfiguration mapping : facts.mappingsOf(source)) {
      Integer age = mapping.maximumRecordAgeInSeconds();
      if (age != null && age >= kept.toSeconds()) {
        notes.warning(
            Mapped.subject(mapping),
            "gives a record up after "
                + age
                + " s, and "
                + keeps
                + ": its destination on failure"
                + " comes too late to read it");
      }
    }
    FunctionFacts function = facts.function();
    boolean isStream =
        source.type() == Source.Type.KINESIS || source.type() == Source.Type.DYNAMODB;
    if (function != null && isStream && !facts.mappingsOf(source).isEmpty()) {
      alarms(function, source, kept, notes);
    }
    if (notes.isWell()) {
      notes.ok(source.id(), keeps + ", and nobody counts on more");
    }
  }

  private static void alarms(FunctionFacts function, Source source, Duration kept, Notes notes) {
    String set = function.variable("FANOUT_RETENTION_HOURS");
    long hours = set != null && HOURS.matcher(set).matches() ? Long.parseLong(set) : ASSUMED_HOURS;
    if (hours != kept.toHours()) {
      notes.warning(
          source.id(),
          "keeps a record for "
              + Gathering.hours(kept)
              + ", and the function warns as if it were "
              + hours
              + " h; set its variable FANOUT_RETENTION_HOURS="
              + kept.toHours());
    }
  }

  private static String more(Facts facts, Source source, TargetConfig target) {
    return source.type() == Source.Type.KINESIS
        ? Shell.line(
            "aws",
            "kinesis",
            "increase-stream-retention-period",
            "--stream-arn",
            source.id(),
            "--retention-period-hours",
            SUGGESTED_HOURS)
        : facts.command("update", source, "--id", target.id(), "--max-record-age", HALF_A_DAY);
  }
}
