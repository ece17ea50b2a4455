package org.streamfanout.provider.firehose;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;

/**
 * Makes one line of JSON of a table's change: the top-level attributes of some types by their
 * names, each as a string. Immutable and thread-safe.
 *
 * @param types the types of attributes that are kept
 * @param keepsRemoves whether a removed item makes a line, too
 */
record Flattening(Set<Type> types, boolean keepsRemoves) {
  static final String FLATTEN = "flatten";
  static final String REMOVES = "removes";

  private static final String DROP = "drop";
  private static final String KEEP = "keep";

  /** The types of attributes that are one string; named as in the option. */
  enum Type {
    S,
    N,
    B
  }

  /** Returns what a valid target asks for; null for nothing. */
  static @Nullable Flattening of(TargetConfig target) {
    String types = target.options().get(FLATTEN);
    return types == null ? null : new Flattening(types(types), removes(target).equals(KEEP));
  }

  private static String removes(TargetConfig target) {
    return target.option(REMOVES, DROP);
  }

  private static Set<Type> types(String option) {
    Set<Type> types = EnumSet.noneOf(Type.class);
    for (String name : option.split(",", -1)) {
      types.add(Type.valueOf(name.strip()));
    }
    return types;
  }

  /** Returns what is wrong with the options. */
  static List<String> problems(TargetConfig target) {
    List<String> problems = new ArrayList<>();
    String types = target.options().get(FLATTEN);
    if (types == null) {
      if (target.options().containsKey(REMOVES)) {
        problems.add("option '" + REMOVES + "' needs the option '" + FLATTEN + "'");
      }
      return problems;
    }
    try {
      types(types);
    } catch (IllegalArgumentException unknown) {
      problems.add("option '" + FLATTEN + "' is '" + types + "'; write some of S,N,B");
    }
    if (target.source().type() != Source.Type.DYNAMODB) {
      problems.add(
          "option '" + FLATTEN + "' needs a DynamoDB stream, not '" + target.source().id() + "'");
    }
    String removes = removes(target);
    if (!removes.equals(DROP) && !removes.equals(KEEP)) {
      problems.add("option '" + REMOVES + "' is '" + removes + "'; write " + DROP + " or " + KEEP);
    }
    return problems;
  }

  /** Returns whether a record makes a line. */
  boolean wants(FanoutRecord record) {
    TableChange change = record.change();
    return keepsRemoves || change == null || change.type() != TableChange.Type.REMOVE;
  }

  /**
   * Returns the attributes that a change tells: the new image; of a removal the old one, else the
   * keys. Null if the stream leaves the new image out.
   */
  static @Nullable Map<String, AttributeValue> image(TableChange change) {
    if (change.type() != TableChange.Type.REMOVE) {
      return change.newImage();
    }
    Map<String, AttributeValue> old = change.oldImage();
    return old == null ? change.keys() : old;
  }

  /** Returns the line, with its end. */
  Bytes line(Map<String, AttributeValue> image) {
    StringBuilder json = new StringBuilder("{");
    image.forEach(
        (name, value) -> {
          String text = text(value);
          if (text != null) {
            append(json.append(json.length() == 1 ? "" : ","), name);
            append(json.append(':'), text);
          }
        });
    return Bytes.wrap(json.append("}\n").toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Returns how long {@link #line} is, without making it. */
  long length(Map<String, AttributeValue> image) {
    long length = "{}\n".length();
    boolean first = true;
    for (Map.Entry<String, AttributeValue> attribute : image.entrySet()) {
      AttributeValue value = attribute.getValue();
      if (isKept(value)) {
        length += (first ? 0 : 1) + length(attribute.getKey()) + 1 + valueLength(value);
        first = false;
      }
    }
    return length;
  }

  private boolean isKept(AttributeValue value) {
    return (value instanceof AttributeValue.S && types.contains(Type.S))
        || (value instanceof AttributeValue.N && types.contains(Type.N))
        || (value instanceof AttributeValue.B && types.contains(Type.B));
  }

  private @Nullable String text(AttributeValue value) {
    if (!isKept(value)) {
      return null;
    }
    if (value instanceof AttributeValue.S text) {
      return text.value();
    }
    if (value instanceof AttributeValue.N number) {
      return number.value();
    }
    return value instanceof AttributeValue.B binary ? binary.value().toBase64() : null;
  }

  private static long valueLength(AttributeValue value) {
    if (value instanceof AttributeValue.B binary) {
      return 2 + (binary.value().length() + 2L) / 3 * 4;
    }
    return value instanceof AttributeValue.N number
        ? length(number.value())
        : value instanceof AttributeValue.S text ? length(text.value()) : 0;
  }

  private static void append(StringBuilder json, String text) {
    json.append('"');
    for (int index = 0; index < text.length(); index++) {
      char next = text.charAt(index);
      if (next == '"' || next == '\\') {
        json.append('\\').append(next);
      } else if (next < ' ' || isLoneSurrogate(text, index)) {
        json.append("\\u").append(HexFormat.of().toHexDigits(next));
      } else {
        json.append(next);
      }
    }
    json.append('"');
  }

  private static long length(String text) {
    long length = 2;
    for (int index = 0; index < text.length(); index++) {
      char next = text.charAt(index);
      if (next == '"' || next == '\\') {
        length += 2;
      } else if (next < ' ' || isLoneSurrogate(text, index)) {
        length += 6;
      } else if (next < 0x80) {
        length++;
      } else {
        // Each half of a pair makes up for two of the four bytes.
        length += next < 0x800 || Character.isSurrogate(next) ? 2 : 3;
      }
    }
    return length;
  }

  private static boolean isLoneSurrogate(String text, int index) {
    char here = text.charAt(index);
    if (Character.isHighSurrogate(here)) {
      return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
    }
    return Character.isLowSurrogate(here)
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }
}
