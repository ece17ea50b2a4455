package org.streamfanout.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

/**
 * The average temperature of each device in a batch of readings {@code {"device_id": 7,
 * "timestamp": "2022-07-01T12:00:00", "temperature": 21.5}}: one output per device, {@code
 * {"device_id", "window_start", "window_stop", "avg_temp"}}, with the first and last timestamp and
 * the average rounded as Python's {@code round} does, halves to the even neighbour.
 *
 * <p>What is no reading goes on as it is, so that the destination rejects it alone and the other
 * readings are not held for its sake. Thread-safe.
 */
public final class MovingAverage implements BatchTransform {
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Reading(FanoutRecord record, JsonNode device, String time, double temperature) {}

  @Override
  public List<Output> apply(List<FanoutRecord> records) {
    List<Output> outputs = new ArrayList<>();
    Map<JsonNode, List<Reading>> byDevice = new LinkedHashMap<>();
    for (FanoutRecord record : records) {
      Reading reading = reading(record);
      if (reading == null) {
        outputs.add(new Output(record, List.of(record)));
      } else {
        byDevice.computeIfAbsent(reading.device(), device -> new ArrayList<>()).add(reading);
      }
    }
    byDevice.forEach((device, readings) -> outputs.add(average(device, readings)));
    return outputs;
  }

  private static @Nullable Reading reading(FanoutRecord record) {
    try {
      JsonNode json = record.data() == null ? null : JSON.readTree(record.data().toByteArray());
      if (json == null
          || !json.path("device_id").isNumber()
          || !json.path("timestamp").isTextual()
          || !json.path("temperature").isNumber()
          || !Double.isFinite(json.path("temperature").doubleValue())) {
        return null;
      }
      return new Reading(
          record,
          json.get("device_id"),
          json.get("timestamp").textValue(),
          json.get("temperature").doubleValue());
    } catch (IOException notJson) {
      return null;
    }
  }

  private static Output average(JsonNode device, List<Reading> readings) {
    String start = readings.get(0).time();
    String stop = start;
    double sum = 0;
    for (Reading reading : readings) {
      start = reading.time().compareTo(start) < 0 ? reading.time() : start;
      stop = reading.time().compareTo(stop) > 0 ? reading.time() : stop;
      sum += reading.temperature();
    }
    ObjectNode item = JSON.createObjectNode();
    item.set("device_id", device);
    item.put("window_start", start);
    item.put("window_stop", stop);
    double average = Math.rint(sum / readings.size());
    item.put("avg_temp", new BigDecimal(average).toBigInteger());
    FanoutRecord newest = readings.get(readings.size() - 1).record();
    FanoutRecord made = newest.withKey(device.asText()).withData(Bytes.utf8(item.toString()));
    return new Output(made, readings.stream().map(Reading::record).toList());
  }
}
