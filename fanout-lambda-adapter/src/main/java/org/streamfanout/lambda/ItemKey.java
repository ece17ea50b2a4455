package org.streamfanout.lambda;

import java.util.Map;
import java.util.stream.Collectors;
import org.streamfanout.spi.AttributeValue;

/**
 * The key of a table's item as text: the values of its key attributes, joined by {@code |} in the
 * event's order. A {@code |} or {@code \} inside one of several values is escaped by {@code \}, so
 * that different keys never give the same text.
 */
final class ItemKey {
  private ItemKey() {}

  static String of(Map<String, AttributeValue> keys) {
    if (keys.size() == 1) {
      return text(keys.values().iterator().next());
    }
    return keys.values().stream()
        .map(value -> text(value).replace("\\", "\\\\").replace("|", "\\|"))
        .collect(Collectors.joining("|"));
  }

  /** DynamoDB's keys are strings, numbers and binaries. */
  private static String text(AttributeValue value) {
    if (value instanceof AttributeValue.S string) {
      return string.value();
    }
    if (value instanceof AttributeValue.N number) {
      return number.value();
    }
    if (value instanceof AttributeValue.B binary) {
      return binary.value().toBase64();
    }
    throw new EventSyntaxException("dynamodb.Keys has an attribute that is neither S nor N nor B");
  }
}
