package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

/**
 * The object {@code records} of a Kafka event: lists of records by {@code topic-partition}. Which
 * cluster they are of shows only once the whole event is read. Used by one thread, for one event.
 */
final class KafkaPartitions {
  private final EventScanner scanner;
  private final byte[] json;
  private final Map<String, Partition> partitions = new LinkedHashMap<>();
  private @Nullable String current;
  private int index;

  /** The records of one partition; at least one. */
  private record Partition(String topic, List<FanoutRecord> records) {}

  KafkaPartitions(EventScanner scanner, byte[] json) {
    this.scanner = scanner;
    this.json = json;
  }

  /** Returns where in the event reading is, for an exception's text. */
  String place() {
    return current == null
        ? ""
        : ", record " + index + " of '" + EventMembers.quotable(current) + "'";
  }

  /** Reads the object that comes next. */
  void read() {
    EventMembers.open(scanner, "'records'");
    Set<String> names = new HashSet<>();
    for (boolean first = true; scanner.nextMember(first); first = false) {
      String name = scanner.stringOrNull("the name of a partition");
      if (name == null) {
        throw scanner.problem("the name of a partition expected");
      }
      scanner.expect(':');
      if (!names.add(name)) {
        throw scanner.problem("partition '" + EventMembers.quotable(name) + "' is there twice");
      }
      partition(name);
    }
  }

  private void partition(String name) {
    if (!scanner.accept('[')) {
      throw scanner.problem("'" + EventMembers.quotable(name) + "' is not an array");
    }
    List<FanoutRecord> records = new ArrayList<>();
    String topic = "";
    current = name;
    index = 0;
    for (boolean first = true; scanner.nextElement(first); first = false) {
      KafkaEventRecord record = KafkaEventRecord.read(scanner, json);
      topic = record.topic();
      records.add(record.of(name));
      index++;
    }
    current = null;
    if (!records.isEmpty()) {
      partitions.put(name, new Partition(topic, records));
    }
  }

  /** Adds what was read to the batches of its topics. */
  void addTo(
      EventBatches batches,
      @Nullable String eventSource,
      @Nullable String clusterArn,
      @Nullable String bootstrapServers) {
    boolean isMsk = isMsk(EventMembers.required(eventSource, "eventSource"));
    partitions.forEach(
        (name, partition) -> {
          Source source =
              isMsk
                  ? msk(clusterArn, partition.topic)
                  : selfManaged(clusterArn, bootstrapServers, partition.topic);
          partition.records.forEach(record -> batches.add(source, name, record));
        });
  }

  /** The page of self-managed Kafka has had both spellings of its name. */
  private static boolean isMsk(String eventSource) {
    return switch (eventSource) {
      case "aws:kafka" -> true;
      case "SelfManagedKafka", "aws:SelfManagedKafka" -> false;
      default ->
          throw new EventSyntaxException(
              "eventSource is '"
                  + EventMembers.quotable(eventSource)
                  + "'; of events with 'records' aws:kafka and SelfManagedKafka are understood");
    };
  }

  private static Source msk(@Nullable String clusterArn, String topic) {
    String arn = EventMembers.required(clusterArn, "eventSourceArn");
    try {
      return KafkaRecords.mskSource(arn, topic);
    } catch (IllegalArgumentException e) {
      throw new EventSyntaxException(
          "eventSourceArn '"
              + EventMembers.quotable(arn)
              + "' and topic '"
              + EventMembers.quotable(topic)
              + "' are none of MSK",
          e);
    }
  }

  private static Source selfManaged(
      @Nullable String clusterArn, @Nullable String bootstrapServers, String topic) {
    if (clusterArn != null) {
      throw new EventSyntaxException("an event of SelfManagedKafka has no eventSourceArn");
    }
    String servers = EventMembers.required(bootstrapServers, "bootstrapServers");
    try {
      return KafkaRecords.source(servers, topic);
    } catch (IllegalArgumentException e) {
      throw new EventSyntaxException(
          "bootstrapServers '"
              + EventMembers.quotable(servers)
              + "' and topic '"
              + EventMembers.quotable(topic)
              + "' make no kafka://<bootstrap servers>/<topic>",
          e);
    }
  }
}
