package org.streamfanout.core.internal.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;

/**
 * The EventBridge patterns of all targets of one source that decode alike, as one machine.
 * Immutable and thread-safe.
 *
 * <p>Patterns see the document of {@link FilterDocument}. A record whose data is not JSON matches
 * no pattern that names {@code data}, not even by {@code exists: false}. Event Ruler's own rules
 * hold for the rest: {@code exists} looks at leaves only, an array matches by any of its elements,
 * a dot in a name reads as a level. A number that is not the shortest text of a double (an integer
 * above 2^53 may be one, as may a fraction of more than 17 digits) equals its own text but lies in
 * no numeric range; match such numbers as text.
 */
public final class RecordFilter {
  /** The code of a record that no pattern could be tried on. */
  static final String FILTER_FAILED = "FilterFailed";

  private static final Verdict NO_MATCH = new Verdict(Set.of(), null);

  private final Machine machine;
  private final FilterDocument document;
  private final FilterCost cost;
  private final Set<String> namingData;
  private final boolean allNameData;

  /**
   * What the filter says of a record.
   *
   * @param ids the targets whose patterns match
   * @param failure why no pattern could be tried, in which case the record must be rejected for
   *     every target with a filter, not filtered; null if all were
   */
  public record Verdict(Set<String> ids, @Nullable Failure failure) {
    /** Copies the set. */
    public Verdict {
      ids = Set.copyOf(ids);
    }

    /** Returns whether a target's pattern matches. */
    public boolean matches(String targetId) {
      return ids.contains(targetId);
    }
  }

  private RecordFilter(
      Machine machine,
      FilterDocument document,
      FilterCost cost,
      Set<String> namingData,
      boolean allNameData) {
    this.machine = machine;
    this.document = document;
    this.cost = cost;
    this.namingData = namingData;
    this.allNameData = allNameData;
  }

  /**
   * Returns what is wrong with a pattern for records of such a source; empty if nothing is. A name
   * that the document does not have is wrong: it would keep every record out in silence. So is a
   * pattern beyond {@link PatternBounds}.
   */
  public static Optional<String> problem(Source.Type type, String pattern) {
    int syntax = JsonDocument.firstProblem(Bytes.utf8(pattern), false);
    if (syntax >= 0) {
      return Optional.of("is not one complete JSON document (see byte " + syntax + ")");
    }
    try {
      Optional<String> exceeded = PatternBounds.exceeded(pattern);
      return exceeded.isPresent()
          ? exceeded
          : FilterDocument.unknownName(type, union(rules(pattern)));
    } catch (IOException | RuntimeException e) {
      return Optional.of("is no EventBridge pattern: " + firstLine(e.getMessage()));
    }
  }

  /**
   * Returns the filter of several targets.
   *
   * @param patterns the targets' patterns by target id
   * @throws IllegalArgumentException if {@link #problem} finds something in one of them
   */
  public static RecordFilter of(
      Source.Type type, DecodeOptions options, Map<String, String> patterns) {
    Machine machine = Machine.builder().build();
    Set<String> names = new HashSet<>();
    Set<String> namingData = new HashSet<>();
    List<Set<String>> allRules = new ArrayList<>();
    patterns.forEach(
        (targetId, pattern) -> {
          problem(type, pattern)
              .ifPresent(
                  problem -> {
                    throw new IllegalArgumentException(
                        "the filter of target '" + targetId + "' " + problem);
                  });
          try {
            List<Set<String>> rules = rules(pattern);
            allRules.addAll(rules);
            Set<String> used =
                union(rules).stream().map(RecordFilter::topLevel).collect(Collectors.toSet());
            names.addAll(used);
            if (used.contains(FilterDocument.DATA)) {
              namingData.add(targetId);
            }
            machine.addRule(targetId, pattern);
          } catch (IOException e) {
            throw new IllegalArgumentException("the filter of target '" + targetId + "'", e);
          }
        });
    return new RecordFilter(
        machine,
        new FilterDocument(type, options, names),
        new FilterCost(allRules),
        Set.copyOf(namingData),
        namingData.size() == patterns.size());
  }

  /**
   * Tries the patterns on a record as it was decoded. Never throws because of what a record holds:
   * one that cannot be tried gives a failure.
   */
  public Verdict judge(FanoutRecord record) {
    try {
      String data = namingData.isEmpty() ? null : document.data(record);
      if (data == null && allNameData) {
        return NO_MATCH;
      }
      String json = document.of(record, data);
      String exceeded = cost.exceeded(json);
      if (exceeded != null) {
        return failed(exceeded);
      }
      List<String> matching = machine.rulesForJSONEvent(json);
      if (matching.isEmpty()) {
        return NO_MATCH;
      }
      Set<String> ids = new HashSet<>(matching);
      if (data == null) {
        ids.removeAll(namingData);
      }
      return new Verdict(ids, null);
    } catch (DynamoDbFormatException e) {
      return failed(String.valueOf(e.getMessage()));
    } catch (Exception e) {
      // its text may quote the record
      return failed(e.getClass().getSimpleName());
    }
  }

  private static Verdict failed(String reason) {
    return new Verdict(
        Set.of(),
        Failure.rejected(FILTER_FAILED, "no filter could be tried on the record: " + reason));
  }

  /**
   * Returns the paths of all fields that a pattern names.
   *
   * @throws IllegalArgumentException if it is no pattern
   */
  public static Set<String> paths(String pattern) {
    try {
      return union(rules(pattern));
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "is no EventBridge pattern: " + firstLine(e.getMessage()), e);
    }
  }

  /** Returns the paths of each rule that a pattern comes to when its {@code $or} are resolved. */
  private static List<Set<String>> rules(String pattern) throws IOException {
    return JsonRuleCompiler.compile(pattern, false).stream()
        .map(rule -> Set.copyOf(rule.keySet()))
        .toList();
  }

  private static Set<String> union(List<Set<String>> rules) {
    return rules.stream().flatMap(Set::stream).collect(Collectors.toSet());
  }

  private static String topLevel(String path) {
    int dot = path.indexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "it cannot be compiled" : message.lines().findFirst().orElse("");
  }
}
