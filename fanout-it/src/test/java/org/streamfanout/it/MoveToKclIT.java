package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.KplProducer;
import org.streamfanout.testservers.KplProducer.UserRecord;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;

/**
 * The move of docs/hosts.md: a stream that is written to all the while goes from a Lambda function
 * to a KCL worker. The event source mapping is played by a loop that reads shard by shard and calls
 * the handler.
 */
@Timeout(600)
class MoveToKclIT {
  private static final String STREAM = "moving";
  private static final int KEYS = 40;
  private static final int CHUNK = 200;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final KinesisServer server = KinesisServer.start();
  private final KinesisClient kinesis =
      AwsTestClients.client(KinesisClient.builder(), server.endpoint());
  private final InMemoryTarget byLambda = new InMemoryTarget();
  private final InMemoryTarget byKcl = new InMemoryTarget();

  /** How many records each shard's mapping has had settled. */
  private final Map<String, Integer> mapping = new HashMap<>();

  private int written;

  @AfterEach
  void stop() {
    kinesis.close();
    server.close();
  }

  @Test
  void move_whileTheStreamIsWritten_losesNothingAndRepeatsOnlyWhatOverlaps() throws Exception {
    kinesis.createStream(request -> request.streamName(STREAM).shardCount(2));
    kinesis.waiter().waitUntilStreamExists(request -> request.streamName(STREAM));
    KinesisReader reader = new KinesisReader(kinesis, STREAM);
    InMemoryTargetRegistry targets =
        new InMemoryTargetRegistry(
            TargetConfig.builder(reader.source(), "t", "memory", "anywhere")
                .deaggregate(true)
                .ordering(Ordering.KEY)
                .build());

    try (KplProducer producer = KplProducer.start(server, STREAM);
        FanoutEngine lambdaEngine =
            FanoutEngine.builder().registry(targets).provider(byLambda).build();
        FanoutEngine kclEngine = FanoutEngine.builder().registry(targets).provider(byKcl).build();
        DynamoDbServer leases = DynamoDbServer.start()) {
      LambdaHost function = new LambdaHost(lambdaEngine);
      write(producer, 3);
      pump(function, reader, Integer.MAX_VALUE);
      write(producer, 3);
      pump(function, reader, 1);

      // The mapping is disabled here, with a backlog; its oldest record gives the iterator age.
      Instant oldestLeft = oldestLeft(reader);
      AtomicBoolean writing = new AtomicBoolean(true);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(
              () -> {
                while (writing.get() && written < 60 * CHUNK) {
                  write(producer, 1);
                }
              },
              task -> new Thread(task, "writer").start());
      try (KclHost worker =
          new KclHost(
              kclEngine,
              "moved",
              STREAM,
              InitialPositionInStreamExtended.newInitialPositionAtTimestamp(
                  Date.from(oldestLeft.minusSeconds(1))),
              server,
              leases)) {
        worker.awaitReceived(byKcl, 1, PATIENCE);
        writing.set(false);
        writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        write(producer, 1);
        worker.awaitReceived(byKcl, expectedOfKcl(reader, oldestLeft), PATIENCE);
      }
    }

    Set<String> lambda = ids(byLambda.received());
    Set<String> kcl = ids(byKcl.received());
    Set<String> all = new HashSet<>(lambda);
    all.addAll(kcl);
    Set<String> overlap = new HashSet<>(lambda);
    overlap.retainAll(kcl);
    assertThat(contents(byLambda, byKcl)).hasSize(written);
    assertThat(byLambda.received()).as("Lambda repeats nothing").hasSameSizeAs(lambda);
    assertThat(byKcl.received()).as("KCL repeats nothing").hasSameSizeAs(kcl);
    assertThat(lambda).as("the function got only a part").hasSizeLessThan(all.size());
    assertThat(overlap).as("what is sent twice has the same ids").hasSizeLessThan(all.size());
    Map<String, Integer> places = places(reader);
    assertInOrder(byLambda.records("t"), places);
    assertInOrder(byKcl.records("t"), places);
  }

  private void write(KplProducer producer, int chunks) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      List<UserRecord> records = new ArrayList<>();
      for (int i = 0; i < CHUNK; i++) {
        records.add(
            new UserRecord(
                "key-" + written % KEYS, null, Bytes.utf8(String.valueOf(written)).toByteArray()));
        written++;
      }
      producer.write(records);
    }
  }

  /** Calls the function with one source record at a time, as a mapping with that batch size. */
  private void pump(LambdaHost function, KinesisReader reader, int most) throws Exception {
    for (Map.Entry<String, List<Record>> shard : reader.readAll().entrySet()) {
      int from = mapping.getOrDefault(shard.getKey(), 0);
      int to = (int) Math.min((long) from + most, shard.getValue().size());
      for (Record record : shard.getValue().subList(from, to)) {
        assertThat(function.invoke(reader.lambdaEvent(shard.getKey(), List.of(record))))
            .isEqualTo("{\"batchItemFailures\":[]}");
      }
      mapping.put(shard.getKey(), to);
    }
  }

  private Instant oldestLeft(KinesisReader reader) {
    return reader.readAll().entrySet().stream()
        .flatMap(shard -> shard.getValue().stream().skip(mapping.get(shard.getKey())))
        .map(Record::approximateArrivalTimestamp)
        .min(Instant::compareTo)
        .orElseThrow(() -> new AssertionError("nothing was left for the worker"));
  }

  /** Returns how many user records the stream has from the worker's start on. */
  private static int expectedOfKcl(KinesisReader reader, Instant oldestLeft) {
    Instant from = oldestLeft.minusSeconds(1);
    return reader.readAll().entrySet().stream()
        .mapToInt(
            shard ->
                reader
                    .userRecords(
                        shard.getKey(),
                        shard.getValue().stream()
                            .filter(record -> !record.approximateArrivalTimestamp().isBefore(from))
                            .toList())
                    .size())
        .sum();
  }

  private static Set<String> ids(List<Message> messages) {
    return messages.stream().map(Message::id).collect(Collectors.toSet());
  }

  private static Set<String> contents(InMemoryTarget... targets) {
    Set<String> contents = new HashSet<>();
    for (InMemoryTarget each : targets) {
      for (FanoutRecord record : each.records("t")) {
        if (!record.key().equals(KplProducer.WARM_UP_KEY)) {
          contents.add(record.data().utf8());
        }
      }
    }
    return contents;
  }

  /** In the order of the stream, that is: the producer does not keep that of its callers. */
  private static void assertInOrder(List<FanoutRecord> records, Map<String, Integer> places) {
    Map<String, List<Integer>> byKey =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    record -> record.shard() + " " + record.key(),
                    Collectors.mapping(record -> places.get(place(record)), Collectors.toList())));
    assertThat(byKey.values()).allSatisfy(numbers -> assertThat(numbers).isSorted());
  }

  private static Map<String, Integer> places(KinesisReader reader) {
    Map<String, Integer> places = new HashMap<>();
    reader
        .readAll()
        .forEach(
            (shard, records) ->
                reader.userRecords(shard, records).stream()
                    .map(MoveToKclIT::place)
                    .forEach(place -> places.put(place, places.size())));
    return places;
  }

  private static String place(FanoutRecord record) {
    return record.id() + "#" + record.part();
  }
}
