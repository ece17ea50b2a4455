package org.streamfanout.kcl;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/**
 * A change as it stands in <a
 * href="https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html">Lambda's event</a> (as known
 * 2026-11), which is what a {@code lambda} target passes on. Members that the stream does not tell
 * are left out. Stateless.
 */
final class TableEnvelope {
  private static final JsonFactory JSON = new JsonFactory();

  private TableEnvelope() {}

  /**
   * Returns the record's JSON.
   *
   * @param change what the record says
   */
  static Bytes of(Source stream, Record record, TableChange change) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      text(json, "eventID", record.eventID());
      text(json, "eventName", record.eventNameAsString());
      text(json, "eventVersion", record.eventVersion());
      text(json, "eventSource", record.eventSource());
      text(json, "awsRegion", record.awsRegion());
      json.writeObjectFieldStart("dynamodb");
      change(json, record.dynamodb(), change);
      json.writeEndObject();
      userIdentity(json, record.userIdentity());
      text(json, "eventSourceARN", stream.id());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return Bytes.wrap(bytes.toByteArray());
  }

  private static void change(JsonGenerator json, StreamRecord data, TableChange change)
      throws IOException {
    if (data.approximateCreationDateTime() != null) {
      json.writeFieldName("ApproximateCreationDateTime");
      json.writeNumber(seconds(data.approximateCreationDateTime()));
    }
    attributes(json, "Keys", change.keys());
    attributes(json, "NewImage", change.newImage());
    attributes(json, "OldImage", change.oldImage());
    text(json, "SequenceNumber", data.sequenceNumber());
    if (data.sizeBytes() != null) {
      json.writeNumberField("SizeBytes", data.sizeBytes());
    }
    text(json, "StreamViewType", data.streamViewTypeAsString());
  }

  private static void userIdentity(JsonGenerator json, @Nullable Identity identity)
      throws IOException {
    if (identity != null) {
      json.writeObjectFieldStart("userIdentity");
      text(json, "type", identity.type());
      text(json, "principalId", identity.principalId());
      json.writeEndObject();
    }
  }

  private static void attributes(
      JsonGenerator json, String name, @Nullable Map<String, AttributeValue> attributes)
      throws IOException {
    if (attributes != null) {
      json.writeFieldName(name);
      json.writeRawValue(DynamoDbConverter.json(attributes, false).utf8());
    }
  }

  private static void text(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static String seconds(Instant instant) {
    return BigDecimal.valueOf(instant.getEpochSecond())
        .add(BigDecimal.valueOf(instant.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }
}
