package org.streamfanout.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a real producer wrote to a real stream, with the user records that went in. */
final class Capture {
  static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/donations";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final JsonNode json;

  private Capture(JsonNode json) {
    this.json = json;
  }

  /**
   * One user record.
   *
   * @param line what the {@code file} target writes for it
   * @param data its data in base64
   */
  record UserRecord(String shard, String key, String line, byte[] data) {}

  static Capture donations() throws IOException {
    return new Capture(
        MAPPER.readTree(
            Repository.file("fanout-core/src/test/resources/vectors/kpl/donations.json").toFile()));
  }

  int sourceRecords() {
    return json.get("records").size();
  }

  List<UserRecord> userRecords() throws IOException {
    List<UserRecord> records = new ArrayList<>();
    for (JsonNode each : json.get("userRecords")) {
      ObjectNode line = MAPPER.createObjectNode();
      line.set("key", each.get("partitionKey"));
      line.set("sequenceNumber", each.get("sequenceNumber"));
      line.set("subSequenceNumber", each.get("subSequenceNumber"));
      line.set("explicitHashKey", each.get("explicitHashKey"));
      line.set("data", each.get("data"));
      records.add(
          new UserRecord(
              each.get("shardId").asText(),
              each.get("partitionKey").asText(),
              line.toString(),
              each.get("data").binaryValue()));
    }
    return records;
  }

  /** Returns the Lambda event that these source records arrive in. */
  JsonNode lambdaEvent() {
    ObjectNode event = MAPPER.createObjectNode();
    ArrayNode records = event.putArray("Records");
    for (JsonNode each : json.get("records")) {
      ObjectNode record = records.addObject();
      ObjectNode kinesis = record.putObject("kinesis");
      kinesis.put("kinesisSchemaVersion", "1.0");
      kinesis.set("partitionKey", each.get("partitionKey"));
      kinesis.set("sequenceNumber", each.get("sequenceNumber"));
      kinesis.set("data", each.get("data"));
      kinesis.set("approximateArrivalTimestamp", each.get("approximateArrivalTimestamp"));
      record.put("eventSource", "aws:kinesis");
      record.put("eventVersion", "1.0");
      record.put(
          "eventID", each.get("shardId").asText() + ":" + each.get("sequenceNumber").asText());
      record.put("eventName", "aws:kinesis:record");
      record.put("invokeIdentityArn", "arn:aws:iam::123456789012:role/fanout");
      record.put("awsRegion", "us-east-1");
      record.put("eventSourceARN", STREAM);
    }
    return event;
  }
}
