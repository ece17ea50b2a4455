package org.streamfanout.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One set of metrics in CloudWatch's embedded metric format, as one line or, where a metric has
 * more values than a line may hold, several. One thread, one use.
 */
final class EmfLine {
  /**
   * Values of one metric in one line
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html,
   * as known 2026-11). The same page allows 100 metrics in a line and 1 MB; a line here has 16
   * metrics at most, two of them with many values, so some kilobytes.
   */
  static final int MAX_VALUES = 100;

  /**
   * Characters of a dimension's value
   * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html, as known
   * 2026-11).
   */
  static final int MAX_DIMENSION = 1024;

  private static final JsonFactory JSON = new JsonFactory();

  private final String namespace;
  private final long timestamp;
  private final Map<String, String> dimensions = new LinkedHashMap<>();
  private final Map<String, Metric> metrics = new LinkedHashMap<>();

  private record Metric(String unit, Values values) {}

  EmfLine(String namespace, long timestamp) {
    this.namespace = namespace;
    this.timestamp = timestamp;
  }

  /** CloudWatch takes ASCII only, and at least one character that is not white space. */
  EmfLine dimension(String name, String value) {
    String ascii = value.replaceAll("[^\\x20-\\x7e]", "?").strip();
    String shown = ascii.length() > MAX_DIMENSION ? ascii.substring(0, MAX_DIMENSION) : ascii;
    dimensions.put(name, shown.isEmpty() ? "?" : shown);
    return this;
  }

  EmfLine count(String name, long value) {
    return metric(name, "Count", value);
  }

  EmfLine metric(String name, String unit, double value) {
    Values single = new Values();
    single.add(value);
    return values(name, unit, single);
  }

  /** Adds a metric of any number of values; without values it is left out. */
  EmfLine values(String name, String unit, Values values) {
    if (values.size() > 0) {
      metrics.put(name, new Metric(unit, values));
    }
    return this;
  }

  /** Writes all values, each line in one write, as Lambda makes a log entry of each. */
  void writeTo(PrintStream out) {
    int most = metrics.values().stream().mapToInt(metric -> metric.values.size()).max().orElse(0);
    for (int from = 0; from < most; from += MAX_VALUES) {
      byte[] line = json(from);
      out.write(line, 0, line.length);
    }
    out.flush();
  }

  private byte[] json(int from) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart("_aws");
      json.writeNumberField("Timestamp", timestamp);
      json.writeArrayFieldStart("CloudWatchMetrics");
      json.writeStartObject();
      json.writeStringField("Namespace", namespace);
      json.writeArrayFieldStart("Dimensions");
      json.writeStartArray();
      for (String dimension : dimensions.keySet()) {
        json.writeString(dimension);
      }
      json.writeEndArray();
      json.writeEndArray();
      json.writeArrayFieldStart("Metrics");
      for (Map.Entry<String, Metric> metric : metrics.entrySet()) {
        if (metric.getValue().values.size() > from) {
          json.writeStartObject();
          json.writeStringField("Name", metric.getKey());
          json.writeStringField("Unit", metric.getValue().unit);
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
      for (Map.Entry<String, String> dimension : dimensions.entrySet()) {
        json.writeStringField(dimension.getKey(), dimension.getValue());
      }
      for (Map.Entry<String, Metric> metric : metrics.entrySet()) {
        writeValues(json, metric.getKey(), metric.getValue().values, from);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException("a line in memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static void writeValues(JsonGenerator json, String name, Values values, int from)
      throws IOException {
    int to = Math.min(values.size(), from + MAX_VALUES);
    if (to <= from) {
      return;
    }
    json.writeFieldName(name);
    if (to - from == 1) {
      writeNumber(json, values.at(from));
      return;
    }
    json.writeStartArray();
    for (int index = from; index < to; index++) {
      writeNumber(json, values.at(index));
    }
    json.writeEndArray();
  }

  private static void writeNumber(JsonGenerator json, double value) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      json.writeNumber((long) value);
    } else {
      json.writeNumber(value);
    }
  }
}
