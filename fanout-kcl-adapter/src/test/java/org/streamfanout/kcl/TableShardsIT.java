package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The life of a table's shards, by the real KCL and the adapter of AWS with leases in DynamoDB
 * Local. The stream is a stand-in: DynamoDB Local ends no shard, and trims none.
 */
@Timeout(600)
class TableShardsIT {
  private static final Source STREAM = Source.of(StreamStandIn.ARN);
  private static final String APPLICATION = "table-shards";

  private final DynamoDbServer server = DynamoDbServer.start();
  private final DynamoDbClient rows =
      AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
  private final DynamoDbAsyncClient dynamoDb = LocalAws.dynamoDb(server.endpoint());
  private final CloudWatchAsyncClient cloudWatch = LocalAws.cloudWatch();
  private final StreamStandIn stream = new StreamStandIn();
  private final InMemoryTarget memory = new InMemoryTarget();
  private final List<LostRecords> lost = new CopyOnWriteArrayList<>();
  private FanoutEngine engine;

  @BeforeEach
  void open() {
    engine =
        FanoutEngine.builder()
            .registry(
                new InMemoryTargetRegistry(
                    TargetConfig.builder(STREAM, "memory", "memory", "anywhere")
                        .ordering(Ordering.KEY)
                        .build()))
            .provider(memory)
            .build();
  }

  @AfterEach
  void close() {
    engine.close();
    rows.close();
    dynamoDb.close();
    cloudWatch.close();
    server.close();
  }

  private FanoutWorker worker() {
    return FanoutWorker.tableBuilder(engine, APPLICATION, STREAM.id())
        .streamsClient(stream)
        .dynamoDbClient(dynamoDb)
        .cloudWatchClient(cloudWatch)
        .onLostRecords(lost::add)
        .configure(LocalAws::hurry)
        .build();
  }

  private static CompletableFuture<Void> start(FanoutWorker worker) {
    return CompletableFuture.runAsync(worker::run, task -> new Thread(task).start());
  }

  private List<String> received() {
    return memory.records().stream().map(FanoutRecord::id).toList();
  }

  private String checkpoint(String shard) {
    Map<String, AttributeValue> row =
        rows.getItem(
                request ->
                    request
                        .tableName(APPLICATION)
                        .key(Map.of("leaseKey", AttributeValue.fromS(shard)))
                        .consistentRead(true))
            .item();
    return row.containsKey("checkpoint") ? row.get("checkpoint").s() : "none";
  }

  @Test
  void run_parentWithARecordThatIsHeld_itsChildrenStartOnlyOnceItIsSettled() {
    String parent = StreamStandIn.shardId(1);
    String left = StreamStandIn.shardId(2);
    String right = StreamStandIn.shardId(3);
    stream.open(parent, null).add(parent, 25).end(parent);
    stream.open(left, parent).add(left, 25).open(right, parent).add(right, 25);
    AtomicBoolean down = new AtomicBoolean(true);
    AtomicInteger refused = new AtomicInteger();
    memory.always(
        sending ->
            sending.accept(
                message -> {
                  boolean held = down.get() && message.records().get(0).id().equals("event-20");
                  if (held) {
                    refused.incrementAndGet();
                  }
                  return held ? Failure.retryable("Down", "for the test") : null;
                }));
    try (FanoutWorker worker = worker()) {
      CompletableFuture<Void> run = start(worker);
      Polled.until(() -> refused.get() >= 5, () -> "refused " + refused);
      List<String> early = received();
      assertThat(early).isNotEmpty().doesNotContain("event-20");
      assertThat(stream.ids(parent)).containsAll(early);

      down.set(false);
      Polled.until(() -> received().size() >= 75, () -> "received " + received());
      Polled.until(
          () -> checkpoint(parent).equals("SHARD_END"), () -> "parent at " + checkpoint(parent));
      assertThat(worker.stop(Duration.ofSeconds(20))).isTrue();
      run.join();
    }

    List<String> received = received();
    assertThat(received).doesNotHaveDuplicates().hasSize(75);
    assertThat(received.subList(0, 25)).containsExactlyInAnyOrderElementsOf(stream.ids(parent));
    List<String> children = new ArrayList<>(stream.ids(left));
    children.addAll(stream.ids(right));
    assertThat(received.subList(25, 75)).containsExactlyInAnyOrderElementsOf(children);
    assertThat(lost).isEmpty();
  }

  @Test
  void run_recordsThatTheStreamHasLost_areToldAndTheRestIsDelivered() throws Exception {
    String trimmed = StreamStandIn.shardId(1);
    String gone = StreamStandIn.shardId(2);
    stream.open(trimmed, null).add(trimmed, 10).open(gone, null).add(gone, 10);
    try (FanoutWorker first = worker()) {
      CompletableFuture<Void> run = start(first);
      memory.awaitReceived(20, Polled.PATIENCE);
      Polled.until(
          () -> checkpoint(trimmed).equals("100010") && checkpoint(gone).equals("100020"),
          () -> checkpoint(trimmed) + " and " + checkpoint(gone));
      assertThat(first.stop(Duration.ofSeconds(20))).isTrue();
      run.join();
    }
    assertThat(lost).isEmpty();

    stream.add(trimmed, 15).trim(trimmed, 15).remove(gone);
    String later = StreamStandIn.shardId(3);
    stream.open(later, null).add(later, 5);
    try (FanoutWorker second = worker()) {
      CompletableFuture<Void> run = start(second);
      Polled.until(() -> received().size() >= 35, () -> "received " + received());
      Polled.until(() -> lost.size() >= 2, () -> "lost " + lost);
      assertThat(second.stop(Duration.ofSeconds(20))).isTrue();
      run.join();
    }

    assertThat(lost)
        .extracting(LostRecords::shard, LostRecords::after)
        .contains(tuple(trimmed, "100010"), tuple(gone, "100020"));
    List<String> expected = new ArrayList<>(stream.ids(trimmed).subList(0, 10));
    for (int number = 11; number <= 20; number++) {
      expected.add("event-" + number);
    }
    expected.addAll(stream.ids(trimmed).subList(15, 25));
    expected.addAll(stream.ids(later));
    assertThat(received()).containsExactlyInAnyOrderElementsOf(expected);
  }
}
