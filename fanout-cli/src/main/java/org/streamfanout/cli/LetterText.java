package org.streamfanout.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;

/** Takes letters out of what destinations put around them. */
final class LetterText {
  /** A letter in base64, and a line of small ones that nothing separates. */
  static final int MAX_LINE = 2 * DeadLetter.MAX_BYTES;

  private static final String VERSION = "deadLetterVersion";
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_LINE).build())
          .build();

  private LetterText() {}

  /**
   * Returns the letters of a line: one, or several that follow each other without a separator; each
   * as it is, or as the data of a line of the target {@code file}. What is none of these is
   * returned as it came, so that it is named and left.
   */
  static List<Bytes> lettersIn(Bytes line) {
    List<Bytes> letters = new ArrayList<>();
    int from = 0;
    try (JsonParser parser = JSON.createParser(line.array(), line.offset(), line.length())) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          return List.of(line);
        }
        Bytes wrapped = wrapped(parser);
        // What a parser is at counts from the array's start.
        int to = Math.toIntExact(parser.currentLocation().getByteOffset());
        letters.add(wrapped == null ? line.slice(from, to - from) : wrapped);
        from = to;
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return List.of(line);
    }
    return letters;
  }

  /**
   * Reads an object to its end.
   *
   * @return the letter in its data; null if the object is no line of the target {@code file}
   */
  private static @Nullable Bytes wrapped(JsonParser parser) throws IOException {
    Bytes data = null;
    boolean isLetter = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      isLetter |= name.equals(VERSION);
      parser.nextToken();
      if (name.equals("data") && parser.currentToken() == JsonToken.VALUE_STRING && !isLetter) {
        data = Bytes.fromBase64(parser.getText());
      } else {
        parser.skipChildren();
      }
    }
    return isLetter ? null : data;
  }
}
