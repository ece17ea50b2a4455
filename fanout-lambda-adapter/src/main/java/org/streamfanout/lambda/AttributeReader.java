package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

/**
 * Reads DynamoDB attribute values where they stand in an event, such as {@code {"N":"101"}}. One
 * thread at a time. What an attribute says is payload: problems name its kind and place only.
 */
final class AttributeReader {
  private static final byte[][] KINDS =
      EventScanner.names("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M");

  private final EventScanner scanner;

  AttributeReader(EventScanner scanner) {
    this.scanner = scanner;
  }

  /** Takes an object of attributes, in order, or null where the value is JSON's null. */
  @Nullable Map<String, AttributeValue> attributesOrNull(String what) {
    if (scanner.peek() == 'n') {
      scanner.skipValue(0);
      return null;
    }
    return attributes(what, 0);
  }

  private Map<String, AttributeValue> attributes(String what, int depth) {
    if (!scanner.accept('{')) {
      throw scanner.problem(what + " is not an object");
    }
    Map<String, AttributeValue> attributes = new LinkedHashMap<>();
    for (boolean first = true; scanner.nextMember(first); first = false) {
      String name = text("an attribute's name");
      scanner.expect(':');
      if (attributes.put(name, attribute(what, depth + 1)) != null) {
        throw scanner.problem(what + " has an attribute twice");
      }
    }
    return attributes;
  }

  private AttributeValue attribute(String what, int depth) {
    if (depth * 2 > EventScanner.MAX_NESTING) {
      throw scanner.problem(what + " nests deeper than " + EventScanner.MAX_NESTING + " levels");
    }
    if (!scanner.accept('{')) {
      throw scanner.problem("an attribute of " + what + " is not an object");
    }
    if (!scanner.nextMember(true)) {
      throw scanner.problem("an attribute of " + what + " has no value");
    }
    AttributeValue value =
        switch (scanner.name(KINDS, 0)) {
          case 0 -> new AttributeValue.S(text("S of an attribute"));
          case 1 -> new AttributeValue.N(text("N of an attribute"));
          case 2 -> new AttributeValue.B(binary());
          case 3 -> new AttributeValue.Bool(scanner.bool("BOOL of an attribute"));
          case 4 -> {
            scanner.bool("NULL of an attribute");
            yield new AttributeValue.Null();
          }
          case 5 -> new AttributeValue.Ss(list("SS", () -> text("an element of SS")));
          case 6 -> new AttributeValue.Ns(list("NS", () -> text("an element of NS")));
          case 7 -> new AttributeValue.Bs(list("BS", this::binary));
          case 8 -> new AttributeValue.L(list("L", () -> attribute(what, depth + 1)));
          case 9 -> new AttributeValue.M(attributes(what, depth));
          default ->
              throw scanner.problem(
                  "an attribute of "
                      + what
                      + " is of a kind other than S, N, B, BOOL, NULL, SS, NS, BS, L and M");
        };
    if (scanner.nextMember(false)) {
      throw scanner.problem("an attribute of " + what + " has more than one value");
    }
    return value;
  }

  private <T> List<T> list(String kind, Supplier<T> element) {
    if (!scanner.accept('[')) {
      throw scanner.problem(kind + " of an attribute is not an array");
    }
    List<T> elements = new ArrayList<>();
    for (boolean first = true; scanner.nextElement(first); first = false) {
      elements.add(element.get());
    }
    return elements;
  }

  private String text(String what) {
    String text = scanner.stringOrNull(what);
    if (text == null) {
      throw scanner.problem(what + " is null");
    }
    return text;
  }

  private Bytes binary() {
    byte[] bytes = scanner.base64OrNull("binary of an attribute");
    if (bytes == null) {
      throw scanner.problem("binary of an attribute is null");
    }
    return Bytes.wrap(bytes);
  }
}
