package org.streamfanout.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Source;

/** Events of one kind of source, and what an answer's identifiers name in them. */
enum ModelEvent {
  KINESIS {
    @Override
    List<Source> sources() {
      return List.of(Source.of(EventText.STREAM));
    }

    @Override
    byte[] of(List<Item> items) {
      return EventText.event(
          items.stream()
              .map(
                  item ->
                      EventText.kinesis(item.place(), String.valueOf(item.number))
                          .replace("\"k-" + item.place() + "\"", "\"" + item.key + "\""))
              .toArray(String[]::new));
    }

    @Override
    boolean names(JsonNode identifier, Item item) {
      return identifier.isTextual() && identifier.textValue().equals(item.place());
    }
  },

  KAFKA {
    @Override
    List<Source> sources() {
      return List.of(
          KafkaRecords.source(EventText.SERVERS, "orders"),
          KafkaRecords.source(EventText.SERVERS, "bills"));
    }

    @Override
    byte[] of(List<Item> items) {
      Map<String, List<Item>> partitions = new LinkedHashMap<>();
      items.forEach(
          item -> partitions.computeIfAbsent(item.shard, unused -> new ArrayList<>()).add(item));
      return EventText.kafkaOf(
          "\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":\"" + EventText.SERVERS + "\"",
          partitions.entrySet().stream()
              .map(
                  entry ->
                      EventText.partition(
                          entry.getKey(),
                          entry.getValue().stream().map(this::record).toArray(String[]::new)))
              .toArray(String[]::new));
    }

    private String record(Item item) {
      int dash = item.shard.lastIndexOf('-');
      return EventText.kafkaRecord(
              Integer.parseInt(item.shard.substring(dash + 1)),
              Long.parseLong(item.place()),
              item.key,
              String.valueOf(item.number))
          .replace("\"orders\"", "\"" + item.shard.substring(0, dash) + "\"");
    }

    @Override
    boolean names(JsonNode identifier, Item item) {
      return identifier.size() == 2
          && identifier.path("partition").asText().equals(item.shard)
          && identifier.path("offset").isIntegralNumber()
          && identifier.path("offset").asText().equals(item.place());
    }
  },

  SQS {
    @Override
    List<Source> sources() {
      return List.of(Source.of(EventText.QUEUE));
    }

    @Override
    byte[] of(List<Item> items) {
      return messages(EventText.QUEUE, items);
    }

    @Override
    boolean names(JsonNode identifier, Item item) {
      return identifier.isTextual() && identifier.textValue().equals(item.place());
    }
  },

  FIFO {
    @Override
    List<Source> sources() {
      return List.of(Source.of(EventText.QUEUE + ".fifo"));
    }

    @Override
    byte[] of(List<Item> items) {
      return messages(EventText.QUEUE + ".fifo", items);
    }

    @Override
    boolean names(JsonNode identifier, Item item) {
      return SQS.names(identifier, item);
    }
  },

  SNS {
    @Override
    List<Source> sources() {
      return List.of(Source.of(EventText.TOPIC));
    }

    @Override
    byte[] of(List<Item> items) {
      return EventText.event(
          items.stream()
              .map(item -> EventText.sns(item.place(), String.valueOf(item.number)))
              .toArray(String[]::new));
    }

    @Override
    boolean names(JsonNode identifier, Item item) {
      return false;
    }
  };

  /** A record: its number in the source, its key, and its shard, partition or nothing. */
  record Item(int number, String key, String shard) {
    /** Sequence number, offset or message id; numbers of one length, so that texts sort as well. */
    String place() {
      return String.valueOf(1_000 + number);
    }
  }

  abstract List<Source> sources();

  abstract byte[] of(List<Item> items);

  /** Returns whether an identifier stands for a record. */
  abstract boolean names(JsonNode identifier, Item item);

  @Nullable Item named(JsonNode failure, List<Item> items) {
    JsonNode identifier = failure.path("itemIdentifier");
    if (failure.size() != 1) {
      return null;
    }
    return items.stream().filter(item -> names(identifier, item)).findFirst().orElse(null);
  }

  private static byte[] messages(String queue, List<Item> items) {
    return EventText.event(
        items.stream()
            .map(item -> EventText.sqs(queue, item.place(), item.key, String.valueOf(item.number)))
            .collect(Collectors.toList())
            .toArray(String[]::new));
  }
}
