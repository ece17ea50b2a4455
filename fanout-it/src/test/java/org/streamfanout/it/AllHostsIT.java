package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.kafka.FanoutConsumer;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.KplProducer;
import org.streamfanout.testservers.KplProducer.UserRecord;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;

/**
 * One set of records, written by the real KPL, through every host: each target gets the same
 * records with the same keys, bytes and ids, whoever has read them. Kafka's records are those of
 * the same programs, and its two hosts are compared with each other.
 */
@Timeout(600)
class AllHostsIT {
  private static final int RECORDS = Integer.getInteger("fanout.hosts.records", 20_000);
  private static final int BATCH = 500;
  private static final String STREAM = "donations";
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final List<String> TARGETS = List.of("parts", "whole", "keyed");

  private static KinesisServer kinesisServer;
  private static KinesisClient kinesis;
  private static KinesisReader reader;
  private static List<UserRecord> written;
  private static Map<String, List<Record>> shards;
  private static Map<String, Set<Delivered>> alone;

  @BeforeAll
  static void write() throws Exception {
    kinesisServer = KinesisServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), kinesisServer.endpoint());
    kinesis.createStream(request -> request.streamName(STREAM).shardCount(4));
    kinesis.waiter().waitUntilStreamExists(request -> request.streamName(STREAM));
    written = userRecords();
    try (KplProducer producer = KplProducer.start(kinesisServer, STREAM)) {
      producer.write(written);
    }
    reader = new KinesisReader(kinesis, STREAM);
    shards = reader.readAll();
    alone = throughEngine();
  }

  @AfterAll
  static void stop() {
    kinesis.close();
    kinesisServer.close();
  }

  /** Keys of every kind that Kinesis takes, some with a hash key; payloads from nothing on. */
  private static List<UserRecord> userRecords() {
    Random random = new Random(17);
    List<UserRecord> records = new ArrayList<>();
    for (int number = 0; number < RECORDS; number++) {
      String key =
          "donor-" + random.nextInt(700) + (number % 50 == 0 ? "-\u00e9\u4e16\ud83c\udf0d" : "");
      byte[] data = new byte[random.nextInt(200)];
      random.nextBytes(data);
      String hashKey = number % 97 == 0 ? new java.math.BigInteger(127, random).toString() : null;
      records.add(new UserRecord(key, hashKey, data));
    }
    return records;
  }

  private static InMemoryTargetRegistry registry(Source source) {
    return new InMemoryTargetRegistry(
        target(source, "parts").build(),
        target(source, "whole").deaggregate(false).build(),
        target(source, "keyed").ordering(Ordering.KEY).build());
  }

  private static TargetConfig.Builder target(Source source, String id) {
    return TargetConfig.builder(source, id, "memory", "anywhere").deaggregate(true);
  }

  private static FanoutEngine engine(Source source, InMemoryTarget targets) {
    return FanoutEngine.builder().registry(registry(source)).provider(targets).build();
  }

  private static Map<String, Set<Delivered>> delivered(InMemoryTarget targets) {
    return TARGETS.stream().collect(Collectors.toMap(id -> id, id -> Delivered.at(targets, id)));
  }

  private static <T> List<List<T>> batches(List<T> records) {
    List<List<T>> batches = new ArrayList<>();
    for (int from = 0; from < records.size(); from += BATCH) {
      batches.add(records.subList(from, Math.min(from + BATCH, records.size())));
    }
    return batches;
  }

  private static Map<String, Set<Delivered>> throughEngine() {
    InMemoryTarget targets = new InMemoryTarget();
    try (FanoutEngine engine = engine(reader.source(), targets)) {
      shards.forEach(
          (shard, records) -> {
            for (List<Record> batch : batches(records)) {
              FanoutResult result =
                  engine.process(reader.batch(shard, batch), Deadline.after(PATIENCE));
              assertThat(result.isSettled()).isTrue();
            }
          });
    }
    return delivered(targets);
  }

  @Test
  void engineAlone_whatTheProducerWrote_isWhatTargetsGet() {
    Map<Delivered.Content, Long> expected =
        count(written.stream().map(each -> content(each.key(), each.data())).toList());
    List<Delivered.Content> got =
        alone.get("parts").stream()
            .map(Delivered::content)
            .filter(content -> !content.key().equals(KplProducer.WARM_UP_KEY))
            .toList();

    assertThat(count(got)).isEqualTo(expected);
    assertThat(alone.get("keyed")).hasSameSizeAs(alone.get("parts"));
    assertThat(alone.get("whole"))
        .hasSize(shards.values().stream().mapToInt(List::size).sum())
        .hasSizeLessThan(alone.get("parts").size() / 10);
  }

  @Test
  void lambda_theSameStream_deliversTheSame() throws Exception {
    InMemoryTarget targets = new InMemoryTarget();
    try (FanoutEngine engine = engine(reader.source(), targets)) {
      LambdaHost function = new LambdaHost(engine);
      for (Map.Entry<String, List<Record>> shard : shards.entrySet()) {
        for (List<Record> batch : batches(shard.getValue())) {
          assertThat(function.invoke(reader.lambdaEvent(shard.getKey(), batch)))
              .isEqualTo("{\"batchItemFailures\":[]}");
        }
      }
    }

    assertSame(delivered(targets), alone);
  }

  @Test
  void kcl_theSameStream_deliversTheSame() throws Exception {
    InMemoryTarget targets = new InMemoryTarget();
    int expected = alone.values().stream().mapToInt(Set::size).sum();
    try (DynamoDbServer leases = DynamoDbServer.start();
        FanoutEngine engine = engine(reader.source(), targets);
        KclHost worker =
            new KclHost(
                engine,
                "all-hosts",
                STREAM,
                InitialPositionInStreamExtended.newInitialPosition(
                    InitialPositionInStream.TRIM_HORIZON),
                kinesisServer,
                leases)) {
      worker.awaitReceived(targets, expected, PATIENCE);
    }

    assertSame(delivered(targets), alone);
  }

  /** The same keys and bytes through Kafka, by its consumer and by Lambda's Kafka event. */
  @Test
  void kafka_theSameRecords_areTheSameInBothItsHosts() throws Exception {
    try (KafkaServer kafka = KafkaServer.start()) {
      kafka.createTopic("donations", 4, Map.of());
      produce(kafka);
      Map<String, Set<Delivered>> byConsumer = throughConsumer(kafka);
      Map<String, Set<Delivered>> byLambda = throughKafkaEvents(kafka);

      assertSame(byLambda, byConsumer);
      assertThat(count(byConsumer.get("keyed").stream().map(Delivered::content).toList()))
          .isEqualTo(
              count(written.stream().map(each -> content(each.key(), each.data())).toList()));
    }
  }

  private static void produce(KafkaServer kafka) {
    Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (UserRecord each : written) {
        producer.send(
            new ProducerRecord<>("donations", Bytes.utf8(each.key()).toByteArray(), each.data()));
      }
      producer.flush();
    }
  }

  private static Map<String, Set<Delivered>> throughConsumer(KafkaServer kafka) throws Exception {
    InMemoryTarget targets = new InMemoryTarget();
    Source source = KafkaRecords.source(kafka.bootstrapServers(), "donations");
    try (FanoutEngine engine = engine(source, targets);
        FanoutConsumer consumer =
            FanoutConsumer.builder()
                .engine(engine)
                .topics("donations")
                .properties(
                    Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", "all-hosts"))
                .build()) {
      CompletableFuture<Void> running =
          CompletableFuture.runAsync(
              consumer::run, task -> new Thread(task, "kafka-consumer").start());
      targets.awaitReceived(TARGETS.size() * written.size(), PATIENCE);
      assertThat(consumer.stop(PATIENCE)).isTrue();
      running.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    return delivered(targets);
  }

  private static Map<String, Set<Delivered>> throughKafkaEvents(KafkaServer kafka)
      throws IOException {
    InMemoryTarget targets = new InMemoryTarget();
    Source source = KafkaRecords.source(kafka.bootstrapServers(), "donations");
    try (FanoutEngine engine = engine(source, targets)) {
      LambdaHost function = new LambdaHost(engine);
      for (List<ConsumerRecord<byte[], byte[]>> batch : batches(kafka.records("donations"))) {
        assertThat(function.invoke(kafkaEvent(kafka, batch)))
            .isEqualTo("{\"batchItemFailures\":[]}");
      }
    }
    return delivered(targets);
  }

  private static InputStream kafkaEvent(
      KafkaServer kafka, List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
    JsonMapper mapper = new JsonMapper();
    ObjectNode event = mapper.createObjectNode();
    event.put("eventSource", "SelfManagedKafka");
    event.put("bootstrapServers", kafka.bootstrapServers());
    ObjectNode partitions = event.putObject("records");
    for (ConsumerRecord<byte[], byte[]> record : records) {
      ArrayNode list = partitions.withArrayProperty(record.topic() + "-" + record.partition());
      ObjectNode one = list.addObject();
      one.put("topic", record.topic());
      one.put("partition", record.partition());
      one.put("offset", record.offset());
      one.put("timestamp", record.timestamp());
      one.put("timestampType", "CREATE_TIME");
      one.put("key", record.key());
      one.put("value", record.value());
      one.putArray("headers");
    }
    return new ByteArrayInputStream(mapper.writeValueAsBytes(event));
  }

  private static Delivered.Content content(String key, byte[] data) {
    return new Delivered.Content(key, Bytes.wrap(data));
  }

  private static <T> Map<T, Long> count(List<T> all) {
    return all.stream().collect(Collectors.groupingBy(each -> each, Collectors.counting()));
  }

  /** Compares sizes and differences first: the whole sets would fill the report. */
  private static void assertSame(
      Map<String, Set<Delivered>> got, Map<String, Set<Delivered>> expected) {
    for (String target : TARGETS) {
      Set<Delivered> one = got.get(target);
      Set<Delivered> other = expected.get(target);
      assertThat(one.stream().filter(each -> !other.contains(each)).limit(3))
          .as("only in this host, at %s", target)
          .isEmpty();
      assertThat(other.stream().filter(each -> !one.contains(each)).limit(3))
          .as("missing in this host, at %s", target)
          .isEmpty();
    }
  }
}
