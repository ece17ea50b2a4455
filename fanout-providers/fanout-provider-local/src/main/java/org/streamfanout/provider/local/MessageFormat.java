package org.streamfanout.provider.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;

/** How a message is written. */
enum MessageFormat {
  /** One JSON object a line, for one record. */
  JSON,
  /** One JSON object a line, for all the records that were joined. */
  JSON_POSITIONS,
  /** The body's bytes. */
  RAW;

  private static final String DATA = "\"data\":";
  private static final String END = "}\n";

  /** Returns the format of a valid target. */
  static MessageFormat of(TargetConfig target) {
    if (ofColumn(target.option(LocalRows.FORMAT, "json")).orElse(JSON) == RAW) {
      return RAW;
    }
    String collapse = target.collapse();
    return collapse == null || Collapse.ofColumn(collapse).orElse(Collapse.NONE) == Collapse.NONE
        ? JSON
        : JSON_POSITIONS;
  }

  /** Returns the format of the option's value, or nothing if there is none such. */
  static Optional<MessageFormat> ofColumn(String value) {
    return Arrays.stream(values())
        .filter(format -> format != JSON_POSITIONS && format.column().equals(value))
        .findFirst();
  }

  String column() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns how many bytes {@link #write} writes. */
  long length(Message message) {
    if (this == RAW) {
      return message.bodyLength();
    }
    long data = message.isTombstone() ? "null".length() : 2 + base64Length(message.bodyLength());
    return head(message).getBytes(StandardCharsets.UTF_8).length + data + END.length();
  }

  private static long base64Length(int bytes) {
    return (bytes + 2L) / 3 * 4;
  }

  /** Writes a message at the end of a buffer. */
  void write(Message message, ByteArrayOutputStream out) {
    try {
      if (this == RAW) {
        message.body().writeTo(out);
        return;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory cannot fail", e);
    }
    String data = message.isTombstone() ? "null" : "\"" + message.body().toBase64() + "\"";
    out.writeBytes((head(message) + data + END).getBytes(StandardCharsets.UTF_8));
  }

  /** Returns what comes before the data. */
  private String head(Message message) {
    StringBuilder json = new StringBuilder("{\"key\":");
    JsonText.append(json, message.key());
    json.append(',');
    FanoutRecord first = message.records().get(0);
    if (this == JSON_POSITIONS) {
      json.append("\"positions\":[");
      String comma = "";
      for (FanoutRecord record : message.records()) {
        appendPosition(json.append(comma).append('{'), record);
        json.append('}');
        comma = ",";
      }
      json.append("],");
    } else {
      appendPosition(json, first);
      json.append(",\"explicitHashKey\":");
      String hashKey = first.explicitHashKey();
      if (hashKey == null) {
        json.append("null");
      } else {
        JsonText.append(json, hashKey);
      }
      json.append(',');
    }
    return json.append(DATA).toString();
  }

  private static void appendPosition(StringBuilder json, FanoutRecord record) {
    json.append("\"sequenceNumber\":");
    JsonText.append(json, record.sequenceNumber());
    json.append(",\"subSequenceNumber\":").append(record.position().subSequenceNumber());
  }
}
