package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/**
 * How a function's setting and those of its mappings come together. A mapping that does not ask for
 * a report takes every answer for a success, so that what a function names in it is lost; a
 * function that names nothing throws, which any mapping understands. So a function may name what is
 * unsettled only while all of its mappings ask for it: they come first when it is switched on, and
 * last when it is switched off.
 */
final class PartialResponses {
  /** Whether the mapping in question is to ask for a report. */
  final boolean report;

  /** Whether it does now. */
  final boolean reportsNow;

  /** Whether the function has to stop naming what is unsettled before anything else is done. */
  final boolean offFirst;

  /** Whether the function is to name it once everything else is done. */
  final boolean onLast;

  /** Other mappings that are to ask for a report, too. */
  final List<EventSourceMappingConfiguration> others;

  final List<String> problems = new ArrayList<>();
  final List<String> warnings = new ArrayList<>();

  PartialResponses(
      HookedFunction function,
      HookSource source,
      HookSettings settings,
      @Nullable EventSourceMappingConfiguration there,
      List<EventSourceMappingConfiguration> besides) {
    Boolean wanted = settings.partialResponses();
    boolean possible = isPossible(source, settings, there);
    reportsNow = there != null && MappingValues.reports(there);
    report = wanted != null ? wanted : there == null ? possible : reportsNow;
    if (report && !possible) {
      problems.add(
          "partial responses of Kafka need pollers of its own (provisioned mode): give"
              + " --min-pollers, or --partial-responses false");
    }
    boolean on = function.answersInParts();
    if (function.qualifier() != null) {
      offFirst = false;
      onLast = false;
      others = List.of();
      ofAVersion(function, on);
      return;
    }
    List<EventSourceMappingConfiguration> silent =
        besides.stream().filter(each -> !MappingValues.reports(each)).toList();
    others =
        Boolean.TRUE.equals(wanted)
            ? silent.stream().filter(PartialResponses::isPossible).toList()
            : List.of();
    List<EventSourceMappingConfiguration> stayingSilent =
        silent.stream().filter(each -> !others.contains(each)).toList();
    boolean wantOn = report && stayingSilent.isEmpty();
    boolean maybeOn = on || function.isChanging();
    offFirst = maybeOn && (!wantOn || !silent.isEmpty() || (there != null && !reportsNow));
    onLast = wantOn && (offFirst || !on || function.isChanging());
    tell(on, possible, wanted, there, silent, stayingSilent);
  }

  private void ofAVersion(HookedFunction function, boolean on) {
    if (on && !report) {
      problems.add(
          "the version behind '"
              + function.qualifier()
              + "' answers in parts, which a mapping without partial responses takes for success:"
              + " records would be lost; publish one with FANOUT_PARTIAL_RESPONSES=false first");
    } else if (!on && report) {
      warnings.add(
          "the version behind '"
              + function.qualifier()
              + "' answers whole, and cannot be changed: for partial responses, publish one with"
              + " FANOUT_PARTIAL_RESPONSES=true");
    }
  }

  private void tell(
      boolean on,
      boolean possible,
      @Nullable Boolean wanted,
      @Nullable EventSourceMappingConfiguration there,
      List<EventSourceMappingConfiguration> silent,
      List<EventSourceMappingConfiguration> stayingSilent) {
    List<String> unheard = new ArrayList<>(silent.stream().map(HookSource::text).toList());
    if (there != null && !reportsNow) {
      unheard.add(HookSource.text(there));
    }
    if (on && !unheard.isEmpty()) {
      warnings.add(
          "the function answers in parts, and these mappings take every answer for success: "
              + String.join("; ", unheard)
              + "; what it named in such an answer was lost");
    }
    if (report && !stayingSilent.isEmpty()) {
      warnings.add(
          "the function answers whole, since these mappings do not ask for partial responses: "
              + String.join("; ", stayingSilent.stream().map(HookSource::text).toList())
              + (wanted == null ? "; --partial-responses true switches those on that can be" : ""));
    }
    if (!report && wanted == null && there == null && !possible) {
      warnings.add(
          "without pollers of its own (--min-pollers) Kafka has no partial responses, so the"
              + " function answers whole, to all of its mappings");
    }
  }

  private static boolean isPossible(
      HookSource source, HookSettings settings, @Nullable EventSourceMappingConfiguration there) {
    return !source.isKafka() || hasPollers(settings, there);
  }

  /**
   * Returns whether retries, ages and reports can be set: of Kafka, in provisioned mode only (<a
   * href="https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html">Kafka</a>,
   * checked 2026-11 in a copy).
   */
  static boolean hasPollers(
      HookSettings settings, @Nullable EventSourceMappingConfiguration there) {
    return settings.minPollers() != null
        || settings.maxPollers() != null
        || (there != null && there.provisionedPollerConfig() != null);
  }

  private static boolean isPossible(EventSourceMappingConfiguration mapping) {
    boolean canReport =
        mapping.provisionedPollerConfig() != null
            || Arn.parse(mapping.eventSourceArn())
                .map(Arn::service)
                .filter(List.of("kinesis", "dynamodb", "sqs")::contains)
                .isPresent();
    return canReport && !Mappings.DELETING.equals(mapping.state());
  }
}
