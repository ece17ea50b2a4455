package org.streamfanout.provider.opensearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/** Reads what OpenSearch answers, as far as it can be read. Stateless. */
final class BulkAnswer {
  private static final JsonFactory JSON = new JsonFactory();

  private BulkAnswer() {}

  /**
   * What is wrong, in OpenSearch's words.
   *
   * @param type such as {@code mapper_parsing_exception}; empty if it is not said
   * @param reason the text, which may quote the document; empty if it is not said
   */
  record Problem(String type, String reason) {
    static final Problem NONE = new Problem("", "");
  }

  /**
   * The answer for one action.
   *
   * @param id the document's; null if it is not said
   * @param status as HTTP's; 0 if it is not said
   * @param error what is wrong; {@link Problem#NONE} if nothing is
   */
  record Item(@Nullable String id, int status, Problem error) {}

  /** Returns the answers that can be read, in order; fewer if the text breaks off or is no JSON. */
  static List<Item> items(Bytes body) {
    List<Item> items = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(body.array(), body.offset(), body.length())) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("items")) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
              items.add(item(parser));
            }
          } else {
            parser.skipChildren();
          }
        }
      }
    } catch (IOException broken) {
      return items;
    }
    return items;
  }

  /** Reads <code>{"index":{"_id":"1","status":201}}</code>, from its start to its end. */
  private static Item item(JsonParser parser) throws IOException {
    String id = null;
    int status = 0;
    Problem error = Problem.NONE;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        continue;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (name) {
          case "_id" -> id = parser.getValueAsString();
          case "status" -> status = parser.getValueAsInt();
          case "error" -> error = error(parser, value);
          default -> parser.skipChildren();
        }
      }
    }
    if (parser.currentToken() != JsonToken.END_OBJECT) {
      throw new IOException("an item breaks off");
    }
    return new Item(id, status, error);
  }

  /**
   * Returns the error of a call that failed as a whole; {@link Problem#NONE} if none can be read.
   */
  static Problem error(Bytes body) {
    try (JsonParser parser = JSON.createParser(body.array(), body.offset(), body.length())) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          JsonToken value = parser.nextToken();
          if (name.equals("error")) {
            return error(parser, value);
          }
          parser.skipChildren();
        }
      }
    } catch (IOException notJson) {
      return Problem.NONE;
    }
    return Problem.NONE;
  }

  private static Problem error(JsonParser parser, JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return new Problem("error", "");
    }
    String type = "error";
    String reason = "";
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken inner = parser.nextToken();
      if (inner == JsonToken.VALUE_STRING && name.equals("type")) {
        type = parser.getText();
      } else if (inner == JsonToken.VALUE_STRING && name.equals("reason")) {
        reason = parser.getText();
      } else {
        parser.skipChildren();
      }
    }
    return new Problem(type, reason);
  }
}
