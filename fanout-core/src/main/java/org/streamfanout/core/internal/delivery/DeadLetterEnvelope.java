package org.streamfanout.core.internal.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/**
 * The JSON in which a record goes to a dead-letter target: everything needed to send it again to
 * the target that failed, and why it did. ASCII only, so that any text destination takes it.
 */
final class DeadLetterEnvelope {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private DeadLetterEnvelope() {}

  /**
   * Returns the letter.
   *
   * @param madeOf the records that a batch transform made the record of; empty if none did
   */
  static Bytes of(
      FanoutRecord record,
      List<FanoutRecord> madeOf,
      Source source,
      @Nullable String shard,
      String targetId,
      Failure failure,
      int attempts,
      @Nullable Instant firstTriedAt,
      Instant lastAt) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("deadLetterVersion", 1);
      json.writeStringField("source", source.id());
      json.writeStringField("shard", shard);
      json.writeStringField("target", targetId);
      json.writeStringField("recordId", record.id());
      json.writeStringField("sequenceNumber", record.sequenceNumber());
      json.writeNumberField("part", record.part());
      json.writeStringField("key", record.key());
      write(json, "keyBytes", record.keyBytes());
      json.writeStringField("explicitHashKey", record.explicitHashKey());
      json.writeStringField("arrivedAt", text(record.arrivedAt()));
      write(json, "data", record.data());
      TableChange change = record.change();
      if (record.data() == null && change != null) {
        // What could not be converted goes as it came.
        json.writeFieldName("change");
        json.writeRawValue(
            DynamoDbConverter.wholeChange(change, record.sequenceNumber(), false).utf8());
      }
      if (!madeOf.isEmpty()) {
        writeMadeOf(json, madeOf);
      }
      json.writeStringField("failureKind", failure.kind().name());
      json.writeStringField("failureCode", failure.code());
      json.writeStringField("failureDetail", failure.detail());
      json.writeNumberField("attempts", attempts);
      json.writeStringField("firstAttemptAt", text(firstTriedAt));
      json.writeStringField("lastAttemptAt", text(lastAt));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return Bytes.wrap(bytes.toByteArray());
  }

  private static void writeMadeOf(JsonGenerator json, List<FanoutRecord> madeOf)
      throws IOException {
    json.writeArrayFieldStart("madeOf");
    for (FanoutRecord each : madeOf) {
      json.writeStartObject();
      json.writeStringField("recordId", each.id());
      json.writeStringField("sequenceNumber", each.sequenceNumber());
      json.writeNumberField("part", each.part());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  private static void write(JsonGenerator json, String name, @Nullable Bytes bytes)
      throws IOException {
    json.writeFieldName(name);
    if (bytes == null) {
      json.writeNull();
    } else {
      json.writeBinary(bytes.array(), bytes.offset(), bytes.length());
    }
  }
}
