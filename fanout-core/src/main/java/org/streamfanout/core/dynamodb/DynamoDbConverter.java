package org.streamfanout.core.dynamodb;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.TableChange;

/**
 * Makes keys and JSON of table changes. Stateless and thread-safe.
 *
 * <p>JSON comes in two forms. The raw one is DynamoDB's own (<code>{"Id":{"N":"101"}}</code>). The
 * plain one is what people would write: S and BOOL as they are, N as a number with every digit, B
 * and the members of BS as base64, NULL as null, SS, NS, BS and L as arrays, M as an object.
 */
public final class DynamoDbConverter {
  private DynamoDbConverter() {}

  /**
   * Returns a record's key: the key attributes' values in order, joined by {@code |}, numbers as
   * they are written and binary as base64. Where there are several, {@code |} and <code>\</code>
   * inside a value are escaped by <code>\</code>, so that different keys never look alike; a single
   * one is never escaped.
   *
   * @throws DynamoDbFormatException if an attribute is neither S, N nor B
   */
  public static String key(Map<String, AttributeValue> keys) {
    if (keys.size() == 1) {
      return keyPart(keys.values().iterator().next());
    }
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (AttributeValue value : keys.values()) {
      if (!first) {
        joined.append('|');
      }
      first = false;
      escape(keyPart(value), joined);
    }
    return joined.toString();
  }

  private static String keyPart(AttributeValue value) {
    if (value instanceof AttributeValue.S text) {
      return text.value();
    }
    if (value instanceof AttributeValue.N number) {
      return number.value();
    }
    if (value instanceof AttributeValue.B binary) {
      return binary.value().toBase64();
    }
    throw new DynamoDbFormatException(
        "a key attribute is of type "
            + value.getClass().getSimpleName()
            + "; DynamoDB's keys are S, N or B");
  }

  private static void escape(String part, StringBuilder joined) {
    for (int index = 0; index < part.length(); index++) {
      char character = part.charAt(index);
      if (character == '|' || character == '\\') {
        joined.append('\\');
      }
      joined.append(character);
    }
  }

  /**
   * Returns the new image as JSON; <code>{}</code> where there is none, as after a removal.
   *
   * @param plain whether in plain form
   * @throws DynamoDbFormatException if a number is none, in plain form, or values nest too deep
   */
  public static Bytes image(TableChange change, boolean plain) {
    Map<String, AttributeValue> image = change.newImage();
    return json(image == null ? Map.of() : image, plain);
  }

  /**
   * Returns attributes as JSON.
   *
   * @param plain whether in plain form
   * @throws DynamoDbFormatException if a number is none, in plain form, or values nest too deep
   */
  public static Bytes json(Map<String, AttributeValue> attributes, boolean plain) {
    JsonBytes json = new JsonBytes(512);
    write(json, attributes, plain);
    return json.toBytes();
  }

  /**
   * Returns the whole change as JSON: {@code eventName}, {@code Keys}, {@code NewImage}, {@code
   * OldImage} and {@code SequenceNumber}; an image that the change does not have is left out, as
   * DynamoDB does.
   *
   * @param plain whether keys and images are in plain form
   * @throws DynamoDbFormatException if a number is none, in plain form, or values nest too deep
   */
  public static Bytes wholeChange(TableChange change, String sequenceNumber, boolean plain) {
    JsonBytes json = new JsonBytes(512);
    json.raw("{\"eventName\":\"");
    json.raw(change.type().name());
    json.raw("\",\"Keys\":");
    write(json, change.keys(), plain);
    writeImage(json, ",\"NewImage\":", change.newImage(), plain);
    writeImage(json, ",\"OldImage\":", change.oldImage(), plain);
    json.raw(",\"SequenceNumber\":");
    json.string(sequenceNumber);
    json.raw('}');
    return json.toBytes();
  }

  private static void writeImage(
      JsonBytes json, String name, @Nullable Map<String, AttributeValue> image, boolean plain) {
    if (image != null) {
      json.raw(name);
      write(json, image, plain);
    }
  }

  private static void write(JsonBytes json, Map<String, AttributeValue> attributes, boolean plain) {
    if (plain) {
      writePlain(json, attributes, 1);
    } else {
      DynamoDbJson.writeMap(json, attributes, 1);
    }
  }

  private static void writePlain(
      JsonBytes json, Map<String, AttributeValue> attributes, int depth) {
    json.raw('{');
    attributes.forEach(
        (name, value) -> {
          json.name(name);
          writePlain(json, value, depth);
          json.raw(',');
        });
    json.close('}');
  }

  private static void writePlain(JsonBytes json, AttributeValue value, int depth) {
    DynamoDbJson.checkDepth(depth);
    if (value instanceof AttributeValue.S text) {
      json.string(text.value());
    } else if (value instanceof AttributeValue.N number) {
      json.raw(JsonNumber.of(number.value()));
    } else if (value instanceof AttributeValue.B binary) {
      json.base64(binary.value());
    } else if (value instanceof AttributeValue.Bool bool) {
      json.raw(bool.value() ? "true" : "false");
    } else if (value instanceof AttributeValue.Null) {
      json.raw("null");
    } else if (value instanceof AttributeValue.Ss texts) {
      json.strings(texts.values());
    } else if (value instanceof AttributeValue.Ns numbers) {
      json.raw('[');
      for (String element : numbers.values()) {
        json.raw(JsonNumber.of(element));
        json.raw(',');
      }
      json.close(']');
    } else if (value instanceof AttributeValue.Bs binaries) {
      json.base64(binaries.values());
    } else if (value instanceof AttributeValue.L list) {
      json.raw('[');
      for (AttributeValue element : list.values()) {
        writePlain(json, element, depth + 1);
        json.raw(',');
      }
      json.close(']');
    } else if (value instanceof AttributeValue.M map) {
      writePlain(json, map.values(), depth + 1);
    }
  }
}
