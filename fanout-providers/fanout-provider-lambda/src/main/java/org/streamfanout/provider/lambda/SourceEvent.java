package org.streamfanout.provider.lambda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

/**
 * The events that one target's function is invoked with. Immutable.
 *
 * <p>A record that came in a Lambda event stands in the new one as it stood there, byte for byte.
 * Any other is written anew from what is known of it.
 */
final class SourceEvent {
  /** As many digits as a partition's number can have. */
  private static final String ANY_PARTITION = "-0000000000";

  private static final String LIST = "{\"Records\":";

  private final Source source;
  private final boolean passthrough;
  private final RecordFormat format;
  private final String head;
  private final boolean isGrouped;

  private SourceEvent(Source source, boolean passthrough) {
    this.source = source;
    this.passthrough = passthrough;
    this.format = passthrough ? RecordFormat.PASSTHROUGH : RecordFormat.of(source.type());
    this.isGrouped = format == RecordFormat.KAFKA;
    this.head = isGrouped ? kafkaHead(source) : LIST;
  }

  static SourceEvent of(TargetConfig target) {
    return new SourceEvent(target.source(), target.passthrough());
  }

  private static String kafkaHead(Source source) {
    return new String(
        JsonOutput.write(json -> writeKafkaHead(source, json)), StandardCharsets.UTF_8);
  }

  /** An MSK topic's ARN tells its cluster's; where its brokers are it does not tell. */
  private static void writeKafkaHead(Source source, JsonOutput json) {
    json.raw("{\"eventSource\":").text(RecordFormat.eventSource(source));
    if (source.id().startsWith("arn:")) {
      json.raw(",\"eventSourceArn\":").text(cluster(source.id()));
    } else {
      int path = source.id().lastIndexOf('/');
      json.raw(",\"bootstrapServers\":").text(source.id().substring("kafka://".length(), path));
    }
    json.raw(",\"records\":");
  }

  private static String cluster(String topicArn) {
    return Arn.parse(topicArn)
        .filter(arn -> arn.resource().matches("topic/[^/]+/[^/]+/[^/]+"))
        .map(
            arn ->
                new Arn(
                    arn.partition(),
                    arn.service(),
                    arn.region(),
                    arn.account(),
                    arn.resource()
                        .substring(0, arn.resource().lastIndexOf('/'))
                        .replaceFirst("topic/", "cluster/")))
        .map(Arn::toString)
        .orElse(topicArn);
  }

  /** Returns how many bytes an event has beside its records and the commas after them. */
  long wrapperBytes() {
    String topic = source.id().substring(source.id().lastIndexOf('/') + 1);
    return head.getBytes(StandardCharsets.UTF_8).length
        + (isGrouped ? "{\"\":[]}}".length() + group(topic) : "[]}".length());
  }

  private static int group(String topic) {
    return topic.length() + ANY_PARTITION.length();
  }

  /** Returns a record's size in the event, with a comma. */
  long sizeInBytes(Message message) {
    return JsonOutput.lengthOf(json -> record(message, json)) + 1;
  }

  /** Returns the event of messages, each of one record, in their order. */
  byte[] render(List<Message> messages) {
    return JsonOutput.write(json -> write(messages, json));
  }

  private void write(List<Message> messages, JsonOutput json) {
    json.raw(head);
    if (isGrouped) {
      Map<String, List<Message>> groups = new LinkedHashMap<>();
      for (Message message : messages) {
        String group = RecordFormat.topicPartition(message.records().get(0));
        groups.computeIfAbsent(group, absent -> new ArrayList<>()).add(message);
      }
      String separator = "{";
      for (Map.Entry<String, List<Message>> group : groups.entrySet()) {
        json.raw(separator).text(group.getKey()).raw(":");
        json.array(group.getValue(), message -> record(message, json));
        separator = ",";
      }
      json.raw("}");
    } else {
      json.array(messages, message -> record(message, json));
    }
    json.raw("}");
  }

  private void record(Message message, JsonOutput json) {
    Bytes envelope = message.records().get(0).envelope();
    if (envelope != null && !passthrough) {
      json.verbatim(envelope);
    } else {
      format.write(message, source, json);
    }
  }
}
