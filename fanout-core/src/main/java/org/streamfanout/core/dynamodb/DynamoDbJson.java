package org.streamfanout.core.dynamodb;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

/**
 * DynamoDB's own JSON of attribute values, such as <code>{"Id":{"N":"101"}}</code>: what Lambda
 * events and stream records carry. Stateless and thread-safe.
 */
public final class DynamoDbJson {
  /**
   * How deep values may nest, the attribute itself being level 1. DynamoDB stores 32 levels (<a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html">quotas</a>,
   * as known 2026-11); a hundred leaves room and keeps the stack small.
   */
  public static final int MAX_DEPTH = 100;

  private DynamoDbJson() {}

  /**
   * Reads an item or image: an object of attributes.
   *
   * @param parser at the object's start; afterwards at its end
   * @throws DynamoDbFormatException if what it holds are no attribute values
   * @throws IOException if it is no JSON, or cannot be read
   */
  public static Map<String, AttributeValue> readItem(JsonParser parser) throws IOException {
    return readMap(parser, 1);
  }

  /**
   * Reads one attribute value, such as <code>{"S":"text"}</code>.
   *
   * @param parser at the object's start; afterwards at its end
   * @throws DynamoDbFormatException if it is no attribute value
   * @throws IOException if it is no JSON, or cannot be read
   */
  public static AttributeValue readValue(JsonParser parser) throws IOException {
    return readValue(parser, 1);
  }

  /**
   * Returns an item or image in DynamoDB's own JSON, without spaces, in the map's order.
   *
   * @throws DynamoDbFormatException if values nest more than {@link #MAX_DEPTH} deep
   */
  public static Bytes write(Map<String, AttributeValue> item) {
    JsonBytes json = new JsonBytes(512);
    writeMap(json, item, 1);
    return json.toBytes();
  }

  private static Map<String, AttributeValue> readMap(JsonParser parser, int depth)
      throws IOException {
    expect(parser, JsonToken.START_OBJECT, "an object of attributes");
    Map<String, AttributeValue> attributes = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      attributes.put(name, readValue(parser, depth));
    }
    return attributes;
  }

  private static AttributeValue readValue(JsonParser parser, int depth) throws IOException {
    checkDepth(depth);
    expect(parser, JsonToken.START_OBJECT, "an attribute value such as {\"S\":\"text\"}");
    if (parser.nextToken() != JsonToken.FIELD_NAME) {
      throw new DynamoDbFormatException("an attribute value has no type: use S, N, B, ...");
    }
    String type = parser.currentName();
    parser.nextToken();
    AttributeValue value =
        switch (type) {
          case "S" -> new AttributeValue.S(text(parser, type));
          case "N" -> new AttributeValue.N(text(parser, type));
          case "B" -> new AttributeValue.B(binary(parser, type));
          case "BOOL" -> new AttributeValue.Bool(flag(parser));
          case "NULL" -> readNull(parser);
          case "SS" -> new AttributeValue.Ss(texts(parser, type));
          case "NS" -> new AttributeValue.Ns(texts(parser, type));
          case "BS" -> readBinaries(parser, type);
          case "L" -> readList(parser, depth);
          case "M" -> new AttributeValue.M(readMap(parser, depth + 1));
          default ->
              throw new DynamoDbFormatException(
                  "an attribute value has an unknown type: use S, N, B, BOOL, NULL, SS, NS, BS, L"
                      + " or M");
        };
    if (parser.nextToken() != JsonToken.END_OBJECT) {
      throw new DynamoDbFormatException("an attribute value has more than one type");
    }
    return value;
  }

  private static AttributeValue readNull(JsonParser parser) throws IOException {
    if (!flag(parser)) {
      throw new DynamoDbFormatException("a NULL attribute must be true");
    }
    return new AttributeValue.Null();
  }

  private static AttributeValue readBinaries(JsonParser parser, String type) throws IOException {
    expect(parser, JsonToken.START_ARRAY, "an array for " + type);
    List<Bytes> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(binary(parser, type));
    }
    return new AttributeValue.Bs(values);
  }

  private static AttributeValue readList(JsonParser parser, int depth) throws IOException {
    expect(parser, JsonToken.START_ARRAY, "an array for L");
    List<AttributeValue> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(readValue(parser, depth + 1));
    }
    return new AttributeValue.L(values);
  }

  private static List<String> texts(JsonParser parser, String type) throws IOException {
    expect(parser, JsonToken.START_ARRAY, "an array for " + type);
    List<String> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(text(parser, type));
    }
    return values;
  }

  private static String text(JsonParser parser, String type) throws IOException {
    expect(parser, JsonToken.VALUE_STRING, "a string for " + type);
    return parser.getText();
  }

  private static Bytes binary(JsonParser parser, String type) throws IOException {
    String text = text(parser, type);
    try {
      return Bytes.fromBase64(text);
    } catch (IllegalArgumentException e) {
      throw new DynamoDbFormatException("a " + type + " attribute is not base64", e);
    }
  }

  private static boolean flag(JsonParser parser) {
    if (parser.currentToken() == JsonToken.VALUE_TRUE) {
      return true;
    }
    expect(parser, JsonToken.VALUE_FALSE, "true or false");
    return false;
  }

  private static void expect(JsonParser parser, JsonToken token, String what) {
    if (parser.currentToken() != token) {
      throw new DynamoDbFormatException(
          "DynamoDB JSON has " + parser.currentToken() + " where it needs " + what);
    }
  }

  static void checkDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw new DynamoDbFormatException(
          "attribute values nest more than " + MAX_DEPTH + " levels deep");
    }
  }

  static void writeMap(JsonBytes json, Map<String, AttributeValue> attributes, int depth) {
    json.raw('{');
    attributes.forEach(
        (name, value) -> {
          json.name(name);
          writeValue(json, value, depth);
          json.raw(',');
        });
    json.close('}');
  }

  private static void writeValue(JsonBytes json, AttributeValue value, int depth) {
    checkDepth(depth);
    if (value instanceof AttributeValue.S text) {
      json.raw("{\"S\":");
      json.string(text.value());
    } else if (value instanceof AttributeValue.N number) {
      json.raw("{\"N\":");
      json.string(number.value());
    } else if (value instanceof AttributeValue.B binary) {
      json.raw("{\"B\":");
      json.base64(binary.value());
    } else if (value instanceof AttributeValue.Bool bool) {
      json.raw(bool.value() ? "{\"BOOL\":true" : "{\"BOOL\":false");
    } else if (value instanceof AttributeValue.Null) {
      json.raw("{\"NULL\":true");
    } else if (value instanceof AttributeValue.Ss texts) {
      json.raw("{\"SS\":");
      json.strings(texts.values());
    } else if (value instanceof AttributeValue.Ns numbers) {
      json.raw("{\"NS\":");
      json.strings(numbers.values());
    } else if (value instanceof AttributeValue.Bs binaries) {
      json.raw("{\"BS\":");
      json.base64(binaries.values());
    } else if (value instanceof AttributeValue.L list) {
      json.raw("{\"L\":");
      json.raw('[');
      for (AttributeValue element : list.values()) {
        writeValue(json, element, depth + 1);
        json.raw(',');
      }
      json.close(']');
    } else if (value instanceof AttributeValue.M map) {
      json.raw("{\"M\":");
      writeMap(json, map.values(), depth + 1);
    }
    json.raw('}');
  }
}
