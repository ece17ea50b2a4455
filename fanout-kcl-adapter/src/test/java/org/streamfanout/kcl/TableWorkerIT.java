package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * The stream of a table of DynamoDB Local, by the real KCL and the adapter of AWS, with leases in
 * the same DynamoDB Local; one worker is stopped in the middle, and another goes on.
 */
@Timeout(600)
class TableWorkerIT {
  private static final int CHANGES = 400;
  private static final int ITEMS = 12;
  private static final String APPLICATION = "table-worker";

  private final DynamoDbServer server = DynamoDbServer.start();
  private final LocalTable table = new LocalTable(server.endpoint(), "places");
  private final DynamoDbAsyncClient dynamoDb = LocalAws.dynamoDb(server.endpoint());
  private final CloudWatchAsyncClient cloudWatch = LocalAws.cloudWatch();
  private final Source stream = Source.of(table.streamArn());
  private final InMemoryTarget memory = new InMemoryTarget();
  private final List<LostRecords> lost = new ArrayList<>();
  private final Random random = new Random(11);
  private final Set<Integer> present = new TreeSet<>();

  @TempDir private Path directory;

  @AfterEach
  void stop() {
    dynamoDb.close();
    cloudWatch.close();
    table.close();
    server.close();
  }

  private static Map<String, AttributeValue> key(int item) {
    return Map.of(
        "zone", AttributeValue.fromS("z|" + item % 4),
        "number", AttributeValue.fromN(Integer.toString(item)));
  }

  /** A put, or the deletion of what is there; every kind of attribute now and then. */
  private void change(int number) {
    int item = random.nextInt(ITEMS);
    if (present.contains(item) && random.nextInt(4) == 0) {
      present.remove(item);
      table.delete(key(item));
      return;
    }
    present.add(item);
    Map<String, AttributeValue> attributes = new HashMap<>(key(item));
    attributes.put("change", AttributeValue.fromN(Integer.toString(number)));
    attributes.put(
        "many",
        switch (number % 5) {
          case 0 -> AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, (byte) number}));
          case 1 -> AttributeValue.fromSs(List.of("ä", "b" + number));
          case 2 -> AttributeValue.fromM(Map.of("n", AttributeValue.fromNul(true)));
          case 3 -> AttributeValue.fromNs(List.of("1.5", "-" + number));
          default -> AttributeValue.fromL(List.of(AttributeValue.fromBool(true)));
        });
    table.put(attributes);
  }

  private FanoutEngine engine() {
    return FanoutEngine.builder()
        .registry(
            new InMemoryTargetRegistry(
                TargetConfig.builder(stream, "memory", "memory", "anywhere")
                    .ordering(Ordering.KEY)
                    .build(),
                TargetConfig.builder(stream, "file", "file", file().toString())
                    .ordering(Ordering.KEY)
                    .wholeChange(true)
                    .build()))
        .provider(memory)
        .setting(ProviderContext.ALLOW_LOCAL, "true")
        .build();
  }

  private Path file() {
    return directory.resolve("changes.jsonl");
  }

  private FanoutWorker worker(FanoutEngine engine, String id) {
    return FanoutWorker.tableBuilder(engine, APPLICATION, stream.id())
        .workerId(id)
        .streamsClient(table.streamsClient())
        .dynamoDbClient(dynamoDb)
        .cloudWatchClient(cloudWatch)
        .onLostRecords(lost::add)
        .configure(LocalAws::hurry)
        .build();
  }

  @Test
  void run_stoppedInTheMiddle_theNextWorkerGoesOnWithoutAGap() throws Exception {
    for (int number = 0; number < CHANGES / 2; number++) {
      change(number);
    }
    int taken = 60;
    memory.always(
        sending ->
            memory.received().size() < taken
                ? sending.acceptAll()
                : Behaviours.fail(Failure.retryable("Down", "for the test")).send(sending));
    try (FanoutEngine engine = engine()) {
      FanoutWorker first = worker(engine, "first");
      CompletableFuture<Void> run = start(first);
      memory.awaitReceived(taken, Polled.PATIENCE);
      assertThat(first.stop(Duration.ofSeconds(20))).isTrue();
      run.join();
    }
    String checkpoint = checkpoint();
    List<FanoutRecord> before = memory.records();
    assertThat(before).hasSizeLessThan(CHANGES / 2);

    for (int number = CHANGES / 2; number < CHANGES; number++) {
      change(number);
    }
    memory.always(Behaviours.accept());
    List<Record> changes = table.changes();
    assertThat(changes).hasSize(CHANGES);
    try (FanoutEngine engine = engine();
        FanoutWorker second = worker(engine, "second")) {
      CompletableFuture<Void> run = start(second);
      String last = changes.get(CHANGES - 1).dynamodb().sequenceNumber();
      Polled.until(() -> checkpoint().equals(last), () -> "checkpoint is " + checkpoint());
      assertThat(second.stop(Duration.ofSeconds(20))).isTrue();
      run.join();
    }

    // What was settled is not sent again: nothing that the first checkpoint covers comes twice.
    assertThat(changes.stream().map(change -> change.dynamodb().sequenceNumber()))
        .contains(checkpoint);
    List<String> again =
        memory.records().subList(before.size(), memory.records().size()).stream()
            .map(FanoutRecord::sequenceNumber)
            .toList();
    assertThat(again).allMatch(sequence -> sequence.compareTo(checkpoint) > 0);
    List<FanoutRecord> unique = new ArrayList<>(firstOnes(memory.records()).values());
    assertThat(unique).hasSize(CHANGES);
    assertInOrderOfTheKey(unique, changes);
    assertTheFileHas(changes);
    assertThat(memory.violations()).isEmpty();
    assertThat(lost).isEmpty();
  }

  private static CompletableFuture<Void> start(FanoutWorker worker) {
    return CompletableFuture.runAsync(worker::run, task -> new Thread(task).start());
  }

  private static Map<String, FanoutRecord> firstOnes(List<FanoutRecord> records) {
    Map<String, FanoutRecord> first = new LinkedHashMap<>();
    records.forEach(record -> first.putIfAbsent(record.id(), record));
    return first;
  }

  private String checkpoint() {
    return table.rows(APPLICATION).stream()
        .filter(row -> row.containsKey("checkpoint"))
        .map(row -> row.get("checkpoint").s())
        .collect(Collectors.joining());
  }

  /** The key is made of what the API has, not of what the worker has read. */
  private static String keyOf(Record change) {
    Map<String, AttributeValue> keys = change.dynamodb().keys();
    return keys.get("zone").s().replace("|", "\\|") + "|" + keys.get("number").n();
  }

  private static void assertInOrderOfTheKey(List<FanoutRecord> records, List<Record> changes) {
    assertThat(records.stream().collect(Collectors.groupingBy(FanoutRecord::key, ids())))
        .isEqualTo(
            changes.stream()
                .collect(
                    Collectors.groupingBy(
                        TableWorkerIT::keyOf,
                        Collectors.mapping(Record::eventID, Collectors.toList()))));
  }

  private static Collector<FanoutRecord, ?, List<String>> ids() {
    return Collectors.mapping(FanoutRecord::id, Collectors.toList());
  }

  private void assertTheFileHas(List<Record> changes) throws Exception {
    ObjectMapper json = new ObjectMapper();
    Map<String, JsonNode> bySequence = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file())) {
      JsonNode record = json.readTree(line);
      bySequence.putIfAbsent(record.get("sequenceNumber").asText(), record);
    }
    assertThat(bySequence).hasSize(CHANGES);
    for (Record change : changes) {
      JsonNode written = bySequence.get(change.dynamodb().sequenceNumber());
      assertThat(written.get("key").asText()).isEqualTo(keyOf(change));
      JsonNode data = json.readTree(written.get("data").binaryValue());
      assertThat(data.get("eventName").asText()).isEqualTo(change.eventNameAsString());
      assertThat(data.has("NewImage")).isEqualTo(change.dynamodb().hasNewImage());
      assertThat(data.at("/NewImage/change/N").asText())
          .isEqualTo(
              change.dynamodb().hasNewImage()
                  ? change.dynamodb().newImage().get("change").n()
                  : "");
      assertThat(data.at("/Keys/zone/S").asText())
          .isEqualTo(change.dynamodb().keys().get("zone").s());
    }
  }
}
