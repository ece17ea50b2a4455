package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;

/**
 * The event source mappings: whether there is one for each source, whether both sides agree on
 * partial responses, and whether it gives records up.
 */
final class MappingChecks {
  private static final String NAME = "mapping";

  /** Lambda's word for no bound. */
  private static final int UNBOUNDED = -1;

  private MappingChecks() {}

  static List<Check> of(Facts facts) {
    FunctionFacts function = facts.function();
    List<EventSourceMappingConfiguration> mappings = facts.mappings();
    if (function == null || mappings == null) {
      return List.of();
    }
    List<Check> checks = new ArrayList<>();
    for (Source source : facts.sources()) {
      if (source.type() != Source.Type.SNS) {
        checks.add(new Check(NAME, source.id(), notes -> isThere(facts, function, source, notes)));
      }
    }
    for (EventSourceMappingConfiguration mapping : mappings) {
      List<Source> sources =
          facts.sources().stream()
              .filter(source -> Mapped.sources(mapping).contains(source.id()))
              .toList();
      if (!sources.isEmpty()) {
        checks.add(
            new Check(
                NAME,
                Mapped.subject(mapping),
                notes -> look(facts, function, mapping, sources, notes)));
      }
    }
    return checks;
  }

  private static void isThere(Facts facts, FunctionFacts function, Source source, Notes notes) {
    if (source.region() != null && !source.region().equals(function.region())) {
      notes.problem(
          source.id(),
          "is in "
              + source.region()
              + " and the function in "
              + function.region()
              + "; a mapping needs both in one region. Deploy a function there, with this table's"
              + " rows",
          "./fanout deploy --region " + source.region());
    } else if (facts.mappingsOf(source).isEmpty()) {
      notes.problem(
          source.id(),
          "no mapping brings its records to the function",
          facts.command("hook", source));
    }
  }

  private static void look(
      Facts facts,
      FunctionFacts function,
      EventSourceMappingConfiguration mapping,
      List<Source> sources,
      Notes notes) {
    String subject = Mapped.subject(mapping);
    state(facts, mapping, sources, notes);
    partialResponses(facts, function, mapping, sources, notes);
    List<TargetConfig> targets =
        sources.stream().flatMap(source -> facts.targetsOf(source).stream()).toList();
    bounds(function, mapping, targets, notes);
    if (Boolean.TRUE.equals(mapping.bisectBatchOnFunctionError())) {
      notes.warning(
          subject,
          "halves a batch that fails; bad records are told apart here, target by target, and halves"
              + " only make more invocations",
          update(function, mapping, "--no-bisect-batch-on-function-error"));
    }
    if (notes.isWell()) {
      notes.ok(
          subject,
          "is "
              + mapping.state()
              + ", both sides agree on partial responses, and it gives up no record unseen");
    }
  }

  private static void state(
      Facts facts, EventSourceMappingConfiguration mapping, List<Source> sources, Notes notes) {
    String subject = Mapped.subject(mapping);
    String state = String.valueOf(mapping.state());
    if (state.equals("Disabled") || state.equals("Disabling")) {
      notes.problem(
          subject,
          "is " + state + "; records wait, and are lost once the source has kept them for its time",
          facts.command("resume", sources.get(0)));
    } else if (!state.equals("Enabled")) {
      notes.warning(subject, "is " + state);
    }
    String last = mapping.lastProcessingResult();
    if (last != null && last.startsWith("PROBLEM")) {
      notes.problem(
          subject, "its last invocation failed (" + last + "); the function's log says why");
    }
  }

  private static void partialResponses(
      Facts facts,
      FunctionFacts function,
      EventSourceMappingConfiguration mapping,
      List<Source> sources,
      Notes notes) {
    String subject = Mapped.subject(mapping);
    boolean expects =
        mapping.functionResponseTypes().contains(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES);
    if (function.answersPartialFailures() && !expects) {
      notes.problem(
          subject,
          "the function answers which records failed (FANOUT_PARTIAL_RESPONSES=true) and the mapping"
              + " takes every answer for a success: THE RECORDS THAT IT NAMES ARE LOST. Switch it"
              + " on here at once",
          update(function, mapping, "--function-response-types", "ReportBatchItemFailures"));
    } else if (!function.answersPartialFailures() && expects) {
      notes.warning(
          subject,
          "expects partial responses, which the function does not give: nothing is lost, and what"
              + " fails is sent again with all that is around it. Set FANOUT_PARTIAL_RESPONSES=true",
          facts.command("hook", sources.get(0)));
    }
  }

  private static void bounds(
      FunctionFacts function,
      EventSourceMappingConfiguration mapping,
      List<TargetConfig> targets,
      Notes notes) {
    List<String> bounds = new ArrayList<>();
    if (isBound(mapping.maximumRetryAttempts())) {
      bounds.add(mapping.maximumRetryAttempts() + " retries");
    }
    if (isBound(mapping.maximumRecordAgeInSeconds())) {
      bounds.add(mapping.maximumRecordAgeInSeconds() + " s of age");
    }
    if (bounds.isEmpty()) {
      return;
    }
    String subject = Mapped.subject(mapping);
    String gives = "gives a batch up after " + String.join(" or ", bounds);
    String unbound =
        update(
            function,
            mapping,
            "--maximum-retry-attempts",
            "-1",
            "--maximum-record-age-in-seconds",
            "-1");
    List<String> holding =
        targets.stream()
            .filter(target -> target.onFailure() == OnFailure.HOLD)
            .map(TargetConfig::id)
            .toList();
    boolean isKept =
        mapping.destinationConfig() != null
            && mapping.destinationConfig().onFailure() != null
            && mapping.destinationConfig().onFailure().destination() != null;
    if (isKept) {
      notes.warning(
          subject,
          gives
              + ": all targets then miss it. Its place goes to "
              + mapping.destinationConfig().onFailure().destination()
              + ", without the records, which have to be read from the source in time",
          unbound);
    } else if (holding.isEmpty()) {
      notes.warning(
          subject,
          gives
              + ", without a word: a target that denies everything holds whatever its onFailure"
              + " says, and then loses records",
          unbound);
    } else {
      notes.problem(
          subject,
          gives
              + ", and HOLD of "
              + String.join(", ", holding)
              + " ends there: THE RECORDS ARE LOST, for the other targets, too. Take the bounds"
              + " away, or give it a destination on failure",
          unbound);
    }
  }

  private static boolean isBound(@Nullable Integer number) {
    return number != null && number != UNBOUNDED;
  }

  private static String update(
      FunctionFacts function, EventSourceMappingConfiguration mapping, String... more) {
    return Shell.line(
            "aws",
            "lambda",
            "update-event-source-mapping",
            "--region",
            Arn.parse(mapping.functionArn()).map(Arn::region).orElse(function.region()),
            "--uuid",
            String.valueOf(mapping.uuid()))
        + " "
        + Shell.line(more);
  }
}
