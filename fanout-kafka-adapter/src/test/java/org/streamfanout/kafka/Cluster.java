package org.streamfanout.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.streamfanout.testservers.KafkaServer;

/** A broker with what the tests of the consumer ask of it. */
final class Cluster implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(120);

  /** How often a condition that nobody tells of is looked at. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(20);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final KafkaServer server = KafkaServer.start();
  private final Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrapServers()));

  Cluster() throws Exception {
    // The broker is young enough for the newer protocol of groups, which is switched on by this.
    get(
        admin
            .updateFeatures(
                Map.of(
                    "group.version",
                    new FeatureUpdate((short) 1, FeatureUpdate.UpgradeType.UPGRADE)),
                new UpdateFeaturesOptions())
            .all());
  }

  String servers() {
    return server.bootstrapServers();
  }

  /** Makes a topic that can be written to. */
  String createTopic(int partitions) {
    String topic = "orders-" + NAMES.incrementAndGet();
    server.createTopic(topic, partitions, Map.of());
    return topic;
  }

  static <T> T get(Future<T> answer) throws Exception {
    return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", servers());
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** Writes records with these numbers as values, and as many keys as said, in turn. */
  void write(String topic, int from, int to, int keys) throws Exception {
    List<Future<RecordMetadata>> written = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("linger.ms", 5))) {
      for (int number = from; number < to; number++) {
        written.add(
            producer.send(
                new ProducerRecord<>(topic, utf8("key-" + number % keys), utf8("" + number))));
      }
    }
    for (Future<RecordMetadata> record : written) {
      get(record);
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns all that is in a topic, read without any of this library. */
  List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return server.records(topic);
  }

  static String id(ConsumerRecord<byte[], byte[]> record) {
    return record.topic() + "-" + record.partition() + ":" + record.offset();
  }

  private List<TopicPartition> partitions(String topic, int partitions) {
    return IntStream.range(0, partitions)
        .mapToObj(number -> new TopicPartition(topic, number))
        .toList();
  }

  /** Returns where the log of each partition ends. */
  Map<TopicPartition, Long> ends(String topic, int partitions) throws Exception {
    Map<TopicPartition, OffsetSpec> wanted =
        partitions(topic, partitions).stream()
            .collect(Collectors.toMap(it -> it, it -> OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new LinkedHashMap<>();
    get(admin.listOffsets(wanted).all())
        .forEach((partition, answer) -> ends.put(partition, answer.offset()));
    return ends;
  }

  /** Returns what a group has committed of a topic. */
  Map<TopicPartition, Long> committed(String group, String topic) throws Exception {
    Map<TopicPartition, Long> committed = new LinkedHashMap<>();
    get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .forEach(
            (partition, offset) -> {
              if (partition.topic().equals(topic)) {
                committed.put(partition, offset.offset());
              }
            });
    return committed;
  }

  /** Returns what a group is. */
  ConsumerGroupDescription group(String group) throws Exception {
    return get(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
  }

  /** Lets records expire, as retention does. */
  void expire(TopicPartition partition, long before) throws Exception {
    get(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before))).all());
  }

  /** Waits until something is so. */
  static void await(String what, Check reached) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!reached.isSo()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(what + " did not come within " + PATIENCE);
      }
      LockSupport.parkNanos(LOOK);
    }
  }

  /** Something to wait for. */
  @FunctionalInterface
  interface Check {
    boolean isSo() throws Exception;
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
    server.close();
  }
}
