package org.streamfanout.core.internal.pipeline;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/**
 * What one filter pattern may ask of the machine that all patterns of a source share. Whoever
 * writes a row decides on the pattern, and a few hundred characters can ask for gigabytes.
 */
final class PatternBounds {
  /** The most characters of a pattern; EventBridge takes 4,096 at most (as known 2026-11). */
  static final int MAX_LENGTH = 16_384;

  /**
   * The most rules that the pattern's {@code $or} come to when they are multiplied out, as Event
   * Ruler does: fourteen of them with two alternatives each take half a minute and 700,000 objects.
   */
  static final int MAX_ALTERNATIVES = 256;

  /**
   * The most {@code *} of all the pattern's wildcards together: a value's time to match grows with
   * its length times this.
   */
  static final int MAX_WILDCARDS = 16;

  /** Stands for every number of rules above the bound, so that products stay small. */
  private static final long TOO_MANY = MAX_ALTERNATIVES + 1;

  private static final String OR = "$or";
  private static final String WILDCARD = "wildcard";

  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .readerFor(JsonNode.class);

  private PatternBounds() {}

  /**
   * Returns which bound a pattern exceeds; empty if none.
   *
   * @throws IOException if the pattern is no JSON, or names a member of an object twice
   */
  static Optional<String> exceeded(String pattern) throws IOException {
    if (pattern.length() > MAX_LENGTH) {
      return Optional.of("has " + pattern.length() + " characters; use " + MAX_LENGTH + " at most");
    }
    JsonNode root = READER.readTree(pattern);
    if (alternatives(root) > MAX_ALTERNATIVES) {
      return Optional.of(
          "has $or that multiply out to more than "
              + MAX_ALTERNATIVES
              + " rules; use fewer, or list values in one array");
    }
    int wildcards = wildcards(root, false);
    if (wildcards > MAX_WILDCARDS) {
      return Optional.of(
          "has " + wildcards + " '*' in its wildcards; use " + MAX_WILDCARDS + " at most");
    }
    return Optional.empty();
  }

  private static long alternatives(JsonNode object) {
    long product = 1;
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      product *= alternatives(member.getKey(), member.getValue());
      if (product > MAX_ALTERNATIVES) {
        return TOO_MANY;
      }
    }
    return product;
  }

  private static long alternatives(String name, JsonNode value) {
    if (!name.equals(OR) || !value.isArray()) {
      return value.isObject() ? alternatives(value) : 1;
    }
    long sum = 0;
    for (JsonNode alternative : value) {
      sum += alternatives(alternative);
      if (sum > MAX_ALTERNATIVES) {
        return TOO_MANY;
      }
    }
    return Math.max(1, sum);
  }

  private static int wildcards(JsonNode node, boolean inWildcard) {
    if (node.isTextual()) {
      return inWildcard ? (int) node.textValue().chars().filter(each -> each == '*').count() : 0;
    }
    int count = 0;
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      count += wildcards(member.getValue(), inWildcard || member.getKey().equals(WILDCARD));
    }
    if (node.isArray()) {
      for (JsonNode element : node) {
        count += wildcards(element, inWildcard);
      }
    }
    return count;
  }
}
