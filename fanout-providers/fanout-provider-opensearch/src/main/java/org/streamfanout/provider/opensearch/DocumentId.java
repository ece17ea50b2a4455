package org.streamfanout.provider.opensearch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.JsonPointerBasedFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.JsonLine;
import org.streamfanout.aws.KeyDigest;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Position;

/**
 * Where a document's {@code _id} comes from. Immutable.
 *
 * @param origin from where
 * @param field the field, for {@link Origin#FIELD}; null for the others
 */
record DocumentId(Origin origin, @Nullable JsonPointer field) {
  /**
   * The longest id in bytes, as <a
   * href="https://docs.opensearch.org/latest/api-reference/document-apis/bulk">the bulk API</a>
   * says (checked 2026-11). A longer one is replaced by its SHA-256, so that equal ids stay equal.
   */
  static final int LONGEST = 512;

  private static final String FIELD_PREFIX = "field:";

  /** The kinds of id. */
  enum Origin {
    /** The record's id and part: each record is a document of its own. */
    RECORD,
    /** The record's key: a later record of the key replaces the document. */
    KEY,
    /** A value in the document. */
    FIELD,
    /** None: OpenSearch makes one up. */
    NONE
  }

  /** Reads the option {@code id}; nothing if it is none of its values. */
  static Optional<DocumentId> parse(String option) {
    return switch (option) {
      case "record" -> Optional.of(new DocumentId(Origin.RECORD, null));
      case "key" -> Optional.of(new DocumentId(Origin.KEY, null));
      case "none" -> Optional.of(new DocumentId(Origin.NONE, null));
      default -> ofField(option);
    };
  }

  private static Optional<DocumentId> ofField(String option) {
    String name = option.startsWith(FIELD_PREFIX) ? option.substring(FIELD_PREFIX.length()) : "";
    if (name.isEmpty() || name.equals("/")) {
      return Optional.empty();
    }
    JsonPointer pointer =
        name.startsWith("/") ? JsonPointer.compile(name) : JsonPointer.empty().appendProperty(name);
    return Optional.of(new DocumentId(Origin.FIELD, pointer));
  }

  /** Returns whether two records may have one id, so that their order matters. */
  boolean isShared() {
    return origin == Origin.KEY || origin == Origin.FIELD;
  }

  /**
   * Returns a message's id; null if it has none, which is a mistake in the record unless there are
   * to be none.
   *
   * @param document the record's data; empty for a tombstone
   */
  @Nullable String of(Message message, Bytes document) {
    FanoutRecord record = message.records().get(0);
    return switch (origin) {
      case RECORD -> legal(recordId(record));
      case KEY -> record.key().isEmpty() ? null : legal(record.key());
      case FIELD -> field == null ? null : inDocument(document, field);
      case NONE -> null;
    };
  }

  private static String recordId(FanoutRecord record) {
    return record.part() == Position.WHOLE ? record.id() : record.id() + "#" + record.part();
  }

  private static @Nullable String inDocument(Bytes document, JsonPointer field) {
    try (JsonParser parser =
        new FilteringParserDelegate(
            JsonLine.parser(document),
            new JsonPointerBasedFilter(field),
            Inclusion.ONLY_INCLUDE_ALL,
            false)) {
      JsonToken value = parser.nextToken();
      if (value == null || !value.isScalarValue() || value == JsonToken.VALUE_NULL) {
        return null;
      }
      String text = parser.getText();
      return text.isEmpty() ? null : legal(text);
    } catch (IOException notJson) {
      return null;
    }
  }

  /** What UTF-8 cannot say is replaced, so that the answer's id can be compared with this one. */
  private static String legal(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    return bytes.length > LONGEST ? KeyDigest.of(id) : new String(bytes, StandardCharsets.UTF_8);
  }
}
