package org.streamfanout.core;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.core.internal.pipeline.DecodeOptions;
import org.streamfanout.core.internal.pipeline.RecordFilter;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

/**
 * An EventBridge pattern over the fields of dead letters, such as {@code
 * {"failureCode":["TooLarge"]}}. Data, table change, headers and the other bytes of the record are
 * not among them. Immutable and thread-safe.
 */
public final class LetterFilter {
  private static final Set<String> FIELDS =
      Set.of(
          "deadLetterVersion",
          "source",
          "shard",
          "target",
          "recordId",
          "sequenceNumber",
          "part",
          "key",
          "explicitHashKey",
          "arrivedAt",
          "stage",
          "failureKind",
          "failureCode",
          "failureDetail",
          "attempts",
          "firstAttemptAt",
          "lastAttemptAt");

  private static final String ID = "letters";

  private final RecordFilter filter;

  private LetterFilter(RecordFilter filter) {
    this.filter = filter;
  }

  /** Returns what is wrong with a pattern, to follow its name; empty if nothing is. */
  public static Optional<String> problem(String pattern) {
    Set<String> paths;
    try {
      paths = RecordFilter.paths(pattern);
    } catch (IllegalArgumentException e) {
      return Optional.ofNullable(e.getMessage());
    }
    // A record of a topic has nothing but its data: the letter.
    Optional<String> problem = RecordFilter.problem(Source.Type.SNS, wrap(pattern));
    if (problem.isPresent()) {
      return problem;
    }
    return new TreeSet<>(paths)
        .stream()
            .map(path -> path.split("\\.", 2)[0])
            .filter(name -> !FIELDS.contains(name))
            .findFirst()
            .map(
                name ->
                    "names '"
                        + name
                        + "', which is no field to choose letters by; use "
                        + String.join(", ", new TreeSet<>(FIELDS)));
  }

  /**
   * Makes a filter.
   *
   * @throws IllegalArgumentException if {@link #problem} finds something
   */
  public static LetterFilter of(String pattern) {
    problem(pattern)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException("the pattern " + problem);
            });
    return new LetterFilter(
        RecordFilter.of(
            Source.Type.SNS,
            new DecodeOptions(false, false, false, false),
            Map.of(ID, wrap(pattern))));
  }

  private static String wrap(String pattern) {
    return "{\"data\":" + pattern + "}";
  }

  /** Returns whether a letter matches; one that the pattern cannot be tried on does not. */
  public boolean matches(DeadLetter letter) {
    return filter
        .judge(FanoutRecord.builder("letter", "").data(letter.toJsonWithoutPayload()).build())
        .matches(ID);
  }
}
