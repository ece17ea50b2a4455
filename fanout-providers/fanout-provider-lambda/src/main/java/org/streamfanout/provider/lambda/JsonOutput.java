package org.streamfanout.provider.lambda;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

/**
 * JSON that is written, or only counted: the same code does both, so that a size is always that of
 * what will be written. One thread, one use.
 */
final class JsonOutput {
  private static final Base64.Encoder BASE64 = Base64.getEncoder();

  private final byte @Nullable [] bytes;
  private long length;

  private JsonOutput(byte @Nullable [] bytes) {
    this.bytes = bytes;
  }

  /** Returns how many bytes a writer puts out; bodies are not asked for. */
  static long lengthOf(Consumer<JsonOutput> writer) {
    JsonOutput count = new JsonOutput(null);
    writer.accept(count);
    return count.length;
  }

  /** Returns what a writer puts out; it is called twice. */
  static byte[] write(Consumer<JsonOutput> writer) {
    byte[] bytes = new byte[Math.toIntExact(lengthOf(writer))];
    writer.accept(new JsonOutput(bytes));
    return bytes;
  }

  /** Puts out JSON as it is. */
  JsonOutput raw(String json) {
    byte[] encoded = json.getBytes(StandardCharsets.UTF_8);
    return put(encoded, 0, encoded.length);
  }

  /** Puts out bytes that are JSON already. */
  JsonOutput verbatim(Bytes json) {
    return put(json.array(), json.offset(), json.length());
  }

  /** Puts out a string. */
  JsonOutput text(String value) {
    return raw(quoted(value));
  }

  /** Puts out bytes as a base64 string; they are asked for only if they are written. */
  JsonOutput base64(int bodyLength, Supplier<Bytes> body) {
    if (bytes == null) {
      length += 4L * ((bodyLength + 2L) / 3) + 2;
      return this;
    }
    return raw("\"").verbatim(Bytes.wrap(BASE64.encode(body.get().toByteArray()))).raw("\"");
  }

  JsonOutput base64(Bytes value) {
    return base64(value.length(), () -> value);
  }

  private JsonOutput put(byte[] source, int offset, int count) {
    byte[] all = bytes;
    if (all != null) {
      System.arraycopy(source, offset, all, (int) length, count);
    }
    length += count;
    return this;
  }

  /** Puts out the attributes of an item as DynamoDB writes them. */
  JsonOutput attributes(Map<String, AttributeValue> attributes) {
    raw("{");
    String separator = "";
    for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
      raw(separator).text(attribute.getKey()).raw(":").attribute(attribute.getValue());
      separator = ",";
    }
    return raw("}");
  }

  private void attribute(AttributeValue value) {
    if (value instanceof AttributeValue.S text) {
      raw("{\"S\":").text(text.value());
    } else if (value instanceof AttributeValue.N number) {
      raw("{\"N\":").text(number.value());
    } else if (value instanceof AttributeValue.B binary) {
      raw("{\"B\":").base64(binary.value());
    } else if (value instanceof AttributeValue.Bool bool) {
      raw(bool.value() ? "{\"BOOL\":true" : "{\"BOOL\":false");
    } else if (value instanceof AttributeValue.Null) {
      raw("{\"NULL\":true");
    } else if (value instanceof AttributeValue.Ss texts) {
      raw("{\"SS\":").array(texts.values(), this::text);
    } else if (value instanceof AttributeValue.Ns numbers) {
      raw("{\"NS\":").array(numbers.values(), this::text);
    } else if (value instanceof AttributeValue.Bs binaries) {
      raw("{\"BS\":").array(binaries.values(), this::base64);
    } else if (value instanceof AttributeValue.L list) {
      raw("{\"L\":").array(list.values(), this::attribute);
    } else if (value instanceof AttributeValue.M map) {
      raw("{\"M\":").attributes(map.values());
    }
    raw("}");
  }

  /** Puts out an array of what a writer puts out for each element. */
  <T> JsonOutput array(Iterable<T> elements, Consumer<? super T> writer) {
    raw("[");
    String separator = "";
    for (T element : elements) {
      raw(separator);
      writer.accept(element);
      separator = ",";
    }
    return raw("]");
  }

  /** A lone surrogate has no bytes in UTF-8, but JSON can name it. */
  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
    for (int index = 0; index < value.length(); index++) {
      char character = value.charAt(index);
      if (character == '"' || character == '\\') {
        quoted.append('\\').append(character);
      } else if (character < 0x20 || isLoneSurrogate(value, index)) {
        quoted.append("\\u").append(HexFormat.of().toHexDigits(character));
      } else {
        quoted.append(character);
      }
    }
    return quoted.append('"').toString();
  }

  private static boolean isLoneSurrogate(String value, int index) {
    char character = value.charAt(index);
    if (Character.isHighSurrogate(character)) {
      return index + 1 == value.length() || !Character.isLowSurrogate(value.charAt(index + 1));
    }
    return Character.isLowSurrogate(character)
        && (index == 0 || !Character.isHighSurrogate(value.charAt(index - 1)));
  }
}
