package org.streamfanout.provider.dynamodb;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.streamfanout.aws.TextBody;
import org.streamfanout.spi.Bytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads a JSON object as the attributes of an item: strings as S, numbers as N with their digits as
 * they are, true and false as BOOL, null as NULL, arrays as L, objects as M. Stateless.
 */
final class JsonItem {
  /**
   * How deep attributes nest, as <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html">the
   * constraints</a> say (as known 2026-11).
   */
  private static final int MAX_DEPTH = 32;

  private static final JsonFactory JSON = new JsonFactory();

  private JsonItem() {}

  /**
   * Returns the attributes of one JSON object, in its order; of a name that comes twice, the last.
   *
   * @param wanted which fields to read; the others are only skipped
   * @throws UnfitRecordException if the body is no JSON object, or none that an item can be made of
   */
  static Map<String, AttributeValue> read(Bytes body, Predicate<String> wanted)
      throws UnfitRecordException {
    // Jackson would guess other encodings, and let some malformed UTF-8 pass.
    String text = TextBody.utf8(body).orElseThrow(JsonItem::notAnObject);
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw notAnObject();
      }
      Map<String, AttributeValue> item = object(parser, wanted, 1);
      if (parser.nextToken() != null) {
        throw notAnObject();
      }
      return item;
    } catch (JsonProcessingException notJson) {
      throw notAnObject();
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory cannot fail", impossible);
    }
  }

  private static UnfitRecordException notAnObject() {
    return new UnfitRecordException("NotAnObject", "the body is not one JSON object");
  }

  private static Map<String, AttributeValue> object(
      JsonParser parser, Predicate<String> wanted, int depth)
      throws IOException, UnfitRecordException {
    Map<String, AttributeValue> attributes = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (!wanted.test(name)) {
        parser.skipChildren();
        continue;
      }
      if (name.isEmpty()) {
        throw new UnfitRecordException("EmptyName", "a field of the body has an empty name");
      }
      attributes.put(requireText(name), value(parser, depth));
    }
    return attributes;
  }

  private static AttributeValue value(JsonParser parser, int depth)
      throws IOException, UnfitRecordException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case VALUE_STRING -> AttributeValue.fromS(requireText(parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          AttributeValue.fromN(DynamoDbNumber.require(parser.getText()));
      case VALUE_TRUE -> AttributeValue.fromBool(true);
      case VALUE_FALSE -> AttributeValue.fromBool(false);
      case VALUE_NULL -> AttributeValue.fromNul(true);
      case START_ARRAY -> AttributeValue.fromL(array(parser, requireDepth(depth)));
      case START_OBJECT -> AttributeValue.fromM(object(parser, name -> true, requireDepth(depth)));
      default -> throw notAnObject();
    };
  }

  private static List<AttributeValue> array(JsonParser parser, int depth)
      throws IOException, UnfitRecordException {
    List<AttributeValue> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(value(parser, depth));
    }
    return values;
  }

  private static int requireDepth(int depth) throws UnfitRecordException {
    if (depth >= MAX_DEPTH) {
      throw new UnfitRecordException(
          "TooDeep",
          "the body nests deeper than the " + MAX_DEPTH + " levels that an item may have");
    }
    return depth + 1;
  }

  /** An escape such as \\ud800 may stand alone in JSON, but has no bytes in UTF-8. */
  static String requireText(String text) throws UnfitRecordException {
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      boolean isPair =
          Character.isHighSurrogate(character)
              && index + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(index + 1));
      if (isPair) {
        index++;
      } else if (Character.isSurrogate(character)) {
        throw new UnfitRecordException("NotText", "a text of the record holds half a character");
      }
    }
    return text;
  }
}
