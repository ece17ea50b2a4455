package org.streamfanout.lambda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/** Event texts for tests. */
final class EventText {
  static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/in";
  static final String TABLE =
      "arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/2015-06-27T00:48:05.899";

  private EventText() {}

  static byte[] resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(EventText.class.getResourceAsStream("/events/" + name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] event(String... records) {
    return bytes("{\"Records\":[" + String.join(",", records) + "]}");
  }

  static String kinesis(String sequenceNumber, String data) {
    return kinesis(STREAM, "shardId-000000000006", sequenceNumber, data);
  }

  static String kinesis(String arn, String shard, String sequenceNumber, String data) {
    String base64 = Base64.getEncoder().encodeToString(bytes(data));
    return """
        {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"k-%s","sequenceNumber":"%s",\
        "data":"%s","approximateArrivalTimestamp":1545084650.987},\
        "eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"%s:%s",\
        "eventName":"aws:kinesis:record","awsRegion":"us-east-1","eventSourceARN":"%s"}"""
        .formatted(sequenceNumber, sequenceNumber, base64, shard, sequenceNumber, arn);
  }

  static String dynamoDb(String sequenceNumber, String eventName, String images) {
    return """
        {"eventID":"e-%s","eventVersion":"1.1","dynamodb":{"ApproximateCreationDateTime":1545084650,\
        "Keys":{"Id":{"N":"101"}},%s"SequenceNumber":"%s","SizeBytes":26,\
        "StreamViewType":"NEW_AND_OLD_IMAGES"},"awsRegion":"us-east-1","eventName":"%s",\
        "eventSourceARN":"%s","eventSource":"aws:dynamodb"}"""
        .formatted(sequenceNumber, images, sequenceNumber, eventName, TABLE);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
