package org.streamfanout.kcl;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/**
 * Lambda's event of what the Streams API gives, made by hand from <a
 * href="https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html">its documentation</a> (as known
 * 2026-11), and not with any code of the adapter.
 */
final class TableEvents {
  static final ObjectMapper JSON = new ObjectMapper();

  private TableEvents() {}

  /** Returns the event, each record's keys in the given order. */
  static byte[] event(String streamArn, List<String> keyOrder, List<Record> changes) {
    ObjectNode event = JSON.createObjectNode();
    ArrayNode records = event.putArray("Records");
    changes.forEach(change -> records.add(record(streamArn, keyOrder, change)));
    try {
      return JSON.writeValueAsBytes(event);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode record(String streamArn, List<String> keyOrder, Record change) {
    StreamRecord data = change.dynamodb();
    ObjectNode record = JSON.createObjectNode();
    record.put("eventID", change.eventID());
    record.put("eventName", change.eventNameAsString());
    record.put("eventVersion", change.eventVersion());
    record.put("eventSource", "aws:dynamodb");
    record.put("awsRegion", change.awsRegion());
    ObjectNode dynamodb = record.putObject("dynamodb");
    dynamodb.put(
        "ApproximateCreationDateTime", data.approximateCreationDateTime().getEpochSecond());
    ObjectNode keys = dynamodb.putObject("Keys");
    keyOrder.forEach(name -> keys.set(name, value(data.keys().get(name))));
    if (data.hasNewImage()) {
      dynamodb.set("NewImage", item(data.newImage()));
    }
    if (data.hasOldImage()) {
      dynamodb.set("OldImage", item(data.oldImage()));
    }
    dynamodb.put("SequenceNumber", data.sequenceNumber());
    dynamodb.put("SizeBytes", data.sizeBytes());
    dynamodb.put("StreamViewType", data.streamViewTypeAsString());
    if (change.userIdentity() != null) {
      record
          .putObject("userIdentity")
          .put("type", change.userIdentity().type())
          .put("principalId", change.userIdentity().principalId());
    }
    record.put("eventSourceARN", streamArn);
    return record;
  }

  private static ObjectNode item(Map<String, AttributeValue> attributes) {
    ObjectNode item = JSON.createObjectNode();
    attributes.forEach((name, value) -> item.set(name, value(value)));
    return item;
  }

  private static ObjectNode value(AttributeValue value) {
    ObjectNode typed = JSON.createObjectNode();
    if (value.s() != null) {
      typed.put("S", value.s());
    } else if (value.n() != null) {
      typed.put("N", value.n());
    } else if (value.b() != null) {
      typed.put("B", base64(value.b()));
    } else if (value.bool() != null) {
      typed.put("BOOL", value.bool());
    } else if (value.nul() != null) {
      typed.put("NULL", value.nul());
    } else if (value.hasSs()) {
      value.ss().forEach(typed.putArray("SS")::add);
    } else if (value.hasNs()) {
      value.ns().forEach(typed.putArray("NS")::add);
    } else if (value.hasBs()) {
      ArrayNode binaries = typed.putArray("BS");
      value.bs().forEach(each -> binaries.add(base64(each)));
    } else if (value.hasL()) {
      ArrayNode list = typed.putArray("L");
      value.l().forEach(each -> list.add(value(each)));
    } else {
      typed.set("M", item(value.m()));
    }
    return typed;
  }

  private static String base64(SdkBytes bytes) {
    return Base64.getEncoder().encodeToString(bytes.asByteArray());
  }
}
