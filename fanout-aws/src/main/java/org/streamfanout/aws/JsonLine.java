package org.streamfanout.aws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Optional;
import org.streamfanout.spi.Bytes;

/**
 * Records that go out as lines of JSON. Needs jackson-core, which the providers that use it bring.
 * Stateless.
 */
public final class JsonLine {
  /** Whatever a record's size allows; documents are walked through and never held as values. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private JsonLine() {}

  /** Returns one complete JSON object in UTF-8 as one line; nothing if the bytes are not one. */
  public static Optional<Bytes> ofObject(Bytes body) {
    return isOne(body, true) ? Optional.of(oneLine(body)) : Optional.empty();
  }

  /** Returns one complete JSON value in UTF-8 as one line; nothing if the bytes are not one. */
  public static Optional<Bytes> ofValue(Bytes body) {
    return isOne(body, false) ? Optional.of(oneLine(body)) : Optional.empty();
  }

  /** Returns a reader of JSON that {@link #ofObject} or {@link #ofValue} took. */
  public static JsonParser parser(Bytes json) throws IOException {
    return JSON.createParser(json.array(), json.offset(), json.length());
  }

  private static boolean isOne(Bytes body, boolean mustBeObject) {
    if (!startsAsUtf8(body)) {
      return false;
    }
    try (JsonParser parser = parser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null || (mustBeObject && first != JsonToken.START_OBJECT)) {
        return false;
      }
      parser.skipChildren();
      parser.finishToken();
      return parser.nextToken() == null;
    } catch (IOException notJson) {
      return false;
    }
  }

  /** The parser would take UTF-16 and byte order marks, too, which no line of JSON may have. */
  private static boolean startsAsUtf8(Bytes body) {
    for (int index = 0; index < Math.min(4, body.length()); index++) {
      if (body.at(index) == 0 || (index == 0 && body.at(index) < 0)) {
        return false;
      }
    }
    return true;
  }

  /** Line breaks of sound JSON stand between its tokens only, where a blank means the same. */
  private static Bytes oneLine(Bytes json) {
    byte[] line = null;
    for (int index = 0; index < json.length(); index++) {
      byte each = json.at(index);
      if (each == '\n' || each == '\r') {
        if (line == null) {
          line = json.toByteArray();
        }
        line[index] = ' ';
      }
    }
    return line == null ? json : Bytes.wrap(line);
  }
}
