package org.streamfanout.core.internal.pipeline;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a document may ask of the machine. Event Ruler tries every combination of the values that
 * arrays offer to a rule's fields: two hundred bytes with ten values for each of six fields take
 * seconds, with forty for each hours; and whoever writes a record decides on its arrays. Immutable
 * and thread-safe.
 */
final class FilterCost {
  /** The most combinations of one document for all rules together: some tenths of a second. */
  static final int MAX_COMBINATIONS = 100_000;

  /** The most values of one document, each counted once and once more for each array around it. */
  static final int MAX_VALUES = 2_000_000;

  /**
   * Documents with no more commas are not looked at: sixteen values, shared out among fields as
   * badly as can be, make 324 combinations for a rule.
   */
  private static final int HARMLESS_COMMAS = 15;

  private final List<FilterFields> rules;

  /** Measures documents for rules, each given by the paths of its fields. */
  FilterCost(List<Set<String>> rules) {
    this.rules = rules.stream().map(FilterFields::of).toList();
  }

  /**
   * Returns which bound a document exceeds; null if none.
   *
   * @throws IOException if it cannot be read
   */
  @Nullable String exceeded(String document) throws IOException {
    if (isHarmless(document)) {
      return null;
    }
    DocumentShape shape = DocumentShape.of(document);
    if (shape.values(MAX_VALUES) > MAX_VALUES) {
      return "its arrays hold too many values, or nest too deep";
    }
    // every rule has one at least
    long most = (long) MAX_COMBINATIONS + rules.size();
    long combinations = 0;
    for (FilterFields rule : rules) {
      combinations += shape.combinations(rule, most);
      if (combinations > most) {
        return "its arrays offer more than "
            + MAX_COMBINATIONS
            + " combinations of values to the patterns";
      }
    }
    return null;
  }

  private static boolean isHarmless(String document) {
    int commas = 0;
    for (int at = document.indexOf(','); at >= 0; at = document.indexOf(',', at + 1)) {
      if (++commas > HARMLESS_COMMAS) {
        return false;
      }
    }
    return true;
  }
}
