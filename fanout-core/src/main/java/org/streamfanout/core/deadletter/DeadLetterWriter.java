package org.streamfanout.core.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.TableChange;

/** Writes letters. ASCII only, so that any text destination takes them. */
final class DeadLetterWriter {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final int FIRST_NON_ASCII = 0x80;

  private DeadLetterWriter() {}

  static Bytes write(DeadLetter letter) {
    return write(letter, true);
  }

  static Bytes writeWithoutPayload(DeadLetter letter) {
    return write(letter, false);
  }

  private static Bytes write(DeadLetter letter, boolean payload) {
    FanoutRecord record = letter.record();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField(Fields.VERSION, DeadLetter.VERSION);
      json.writeStringField(Fields.SOURCE, letter.source().id());
      json.writeStringField(Fields.SHARD, letter.shard());
      json.writeStringField(Fields.TARGET, letter.target());
      json.writeStringField(Fields.RECORD_ID, record.id());
      json.writeStringField(Fields.SEQUENCE_NUMBER, record.sequenceNumber());
      json.writeNumberField(Fields.PART, record.part());
      json.writeStringField(Fields.KEY, record.key());
      if (payload) {
        writeBinary(json, Fields.KEY_BYTES, record.keyBytes());
      }
      json.writeStringField(Fields.EXPLICIT_HASH_KEY, record.explicitHashKey());
      json.writeStringField(Fields.ARRIVED_AT, text(record.arrivedAt()));
      if (!Objects.equals(record.shard(), letter.shard())) {
        json.writeStringField(Fields.RECORD_SHARD, record.shard());
      }
      if (payload) {
        writePayload(json, record);
      }
      if (!letter.madeOf().isEmpty()) {
        writeMadeOf(json, letter.madeOf());
      }
      json.writeStringField(Fields.STAGE, letter.stage().name());
      json.writeStringField(Fields.FAILURE_KIND, letter.failure().kind().name());
      json.writeStringField(Fields.FAILURE_CODE, letter.failure().code());
      json.writeStringField(Fields.FAILURE_DETAIL, letter.failure().detail());
      json.writeNumberField(Fields.ATTEMPTS, letter.attempts());
      json.writeStringField(Fields.FIRST_ATTEMPT_AT, text(letter.firstAttemptAt()));
      json.writeStringField(Fields.LAST_ATTEMPT_AT, text(letter.lastAttemptAt()));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return Bytes.wrap(bytes.toByteArray());
  }

  private static void writePayload(JsonGenerator json, FanoutRecord record) throws IOException {
    writeBinary(json, Fields.DATA, record.data());
    TableChange change = record.change();
    if (change != null) {
      json.writeFieldName(Fields.CHANGE);
      json.writeRawValue(
          ascii(DynamoDbConverter.wholeChange(change, record.sequenceNumber(), false).utf8()));
    }
    if (!record.headers().isEmpty()) {
      json.writeArrayFieldStart(Fields.HEADERS);
      for (Header header : record.headers()) {
        json.writeStartObject();
        json.writeStringField(Fields.HEADER_NAME, header.name());
        writeBinary(json, Fields.HEADER_VALUE, header.value());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    if (record.envelope() != null) {
      writeBinary(json, Fields.ENVELOPE, record.envelope());
    }
  }

  /** Escapes what is not ASCII; JSON has it within texts only. */
  private static String ascii(String json) {
    if (json.chars().allMatch(each -> each < FIRST_NON_ASCII)) {
      return json;
    }
    StringBuilder escaped = new StringBuilder(json.length() + 64);
    for (int index = 0; index < json.length(); index++) {
      char each = json.charAt(index);
      if (each < FIRST_NON_ASCII) {
        escaped.append(each);
      } else {
        escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) each));
      }
    }
    return escaped.toString();
  }

  private static void writeMadeOf(JsonGenerator json, List<DeadLetter.Origin> madeOf)
      throws IOException {
    json.writeArrayFieldStart(Fields.MADE_OF);
    for (DeadLetter.Origin each : madeOf) {
      json.writeStartObject();
      json.writeStringField(Fields.RECORD_ID, each.recordId());
      json.writeStringField(Fields.SEQUENCE_NUMBER, each.position().sequenceNumber());
      json.writeNumberField(Fields.PART, each.position().part());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  private static void writeBinary(JsonGenerator json, String name, @Nullable Bytes bytes)
      throws IOException {
    json.writeFieldName(name);
    if (bytes == null) {
      json.writeNull();
    } else {
      json.writeBinary(bytes.array(), bytes.offset(), bytes.length());
    }
  }
}
