package org.streamfanout.lambda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Event texts for tests. */
final class EventText {
  static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/in";
  static final String TABLE =
      "arn:aws:dynamodb:us-east-1:123456789012:table/T/stream/2015-06-27T00:48:05.899";

  static final String QUEUE = "arn:aws:sqs:us-east-1:123456789012:in";
  static final String TOPIC = "arn:aws:sns:us-east-1:123456789012:in";
  static final String SERVERS = "b-2.example:9094,b-1.example:9094";

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

  /** An event of self-managed Kafka with records of the topic {@code orders}. */
  static byte[] kafka(String... records) {
    return kafkaOf(
        "\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":\"" + SERVERS + "\"",
        partition("orders-0", records));
  }

  static byte[] kafkaOf(String origin, String... partitions) {
    return bytes("{" + origin + ",\"records\":{" + String.join(",", partitions) + "}}");
  }

  static String partition(String name, String... records) {
    return "\"" + name + "\":[" + String.join(",", records) + "]";
  }

  /** A record of the topic {@code orders}. */
  static String kafkaRecord(
      int partition, long offset, @Nullable String key, @Nullable String value) {
    return """
        {"topic":"orders","partition":%d,"offset":%d,"timestamp":1545084650987,\
        "timestampType":"CREATE_TIME","key":%s,"value":%s,\
        "headers":[{"h":[104,-61,-87]},{"h":[255,0]}]}"""
        .formatted(partition, offset, base64(key), base64(value));
  }

  private static String base64(@Nullable String text) {
    return text == null ? "null" : "\"" + Base64.getEncoder().encodeToString(bytes(text)) + "\"";
  }

  static String sqs(String queue, String messageId, @Nullable String group, String body) {
    return """
        {"messageId":"%s","receiptHandle":"AQEB","body":"%s","attributes":{\
        "ApproximateReceiveCount":"1","SentTimestamp":"1545082649183",%s"SenderId":"AIDA",\
        "ApproximateFirstReceiveTimestamp":"1545082649185"},"messageAttributes":{\
        "who":{"stringValue":"é","stringListValues":[],"binaryListValues":[],"dataType":"String"},\
        "raw":{"binaryValue":"AP8=","dataType":"Binary.png"}},"md5OfBody":"e4e6",\
        "eventSource":"aws:sqs","eventSourceARN":"%s","awsRegion":"us-east-1"}"""
        .formatted(
            messageId, body, group == null ? "" : "\"MessageGroupId\":\"" + group + "\",", queue);
  }

  static String sns(String messageId, String message) {
    return """
        {"EventVersion":"1.0","EventSubscriptionArn":"%s:21be56ed","EventSource":"aws:sns","Sns":{\
        "SignatureVersion":"1","Timestamp":"2019-01-02T12:45:07.123Z","Signature":"tcc6","SigningCertUrl":"",\
        "MessageId":"%s","Message":"%s","MessageAttributes":{"who":{"Type":"String","Value":"é"},\
        "raw":{"Type":"Binary","Value":"AP8="}},"Type":"Notification","UnsubscribeUrl":"",\
        "TopicArn":"%s","Subject":"TestInvoke"}}"""
        .formatted(TOPIC, messageId, message, TOPIC);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
