package org.streamfanout.kcl;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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
 * are left out. For one record, by one thread.
 */
final class TableEnvelope {
  private final ByteArrayOutputStream json = new ByteArrayOutputStream(1024);
  private String separator = "";

  private TableEnvelope() {}

  /**
   * Returns the record's JSON.
   *
   * @param change what the record says
   */
  static Bytes of(Source stream, Record record, TableChange change) {
    TableEnvelope envelope = new TableEnvelope();
    envelope.write(stream, record, change);
    return Bytes.wrap(envelope.json.toByteArray());
  }

  private void write(Source stream, Record record, TableChange change) {
    raw("{");
    text("eventID", record.eventID());
    text("eventName", record.eventNameAsString());
    text("eventVersion", record.eventVersion());
    text("eventSource", record.eventSource());
    text("awsRegion", record.awsRegion());
    begin("dynamodb");
    write(record.dynamodb(), change);
    end();
    Identity identity = record.userIdentity();
    if (identity != null) {
      begin("userIdentity");
      text("type", identity.type());
      text("principalId", identity.principalId());
      end();
    }
    text("eventSourceARN", stream.id());
    raw("}");
  }

  private void write(StreamRecord data, TableChange change) {
    Instant created = data.approximateCreationDateTime();
    if (created != null) {
      name("ApproximateCreationDateTime");
      raw(seconds(created));
    }
    attributes("Keys", change.keys());
    attributes("NewImage", change.newImage());
    attributes("OldImage", change.oldImage());
    text("SequenceNumber", data.sequenceNumber());
    if (data.sizeBytes() != null) {
      name("SizeBytes");
      raw(data.sizeBytes().toString());
    }
    text("StreamViewType", data.streamViewTypeAsString());
  }

  private void begin(String name) {
    name(name);
    raw("{");
    separator = "";
  }

  private void end() {
    raw("}");
    separator = ",";
  }

  private void attributes(String name, @Nullable Map<String, AttributeValue> attributes) {
    if (attributes != null) {
      name(name);
      json.writeBytes(DynamoDbConverter.json(attributes, false).toByteArray());
    }
  }

  private void text(String name, @Nullable String value) {
    if (value != null) {
      name(name);
      raw("\"");
      json.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(value));
      raw("\"");
    }
  }

  private void name(String name) {
    raw(separator);
    raw("\"" + name + "\":");
    separator = ",";
  }

  private void raw(String text) {
    json.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String seconds(Instant instant) {
    return BigDecimal.valueOf(instant.getEpochSecond())
        .add(BigDecimal.valueOf(instant.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }
}
