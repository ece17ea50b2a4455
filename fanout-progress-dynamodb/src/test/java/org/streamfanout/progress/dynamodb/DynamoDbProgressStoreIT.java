package org.streamfanout.progress.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.testkit.Fault;
import org.streamfanout.testkit.FaultProxy;
import org.streamfanout.testkit.TestClock;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Against DynamoDB Local, with the fault proxy in between. */
@Timeout(120)
class DynamoDbProgressStoreIT {
  private static final String TABLE = "fanoutProgress";
  private static final String SHARD = "shardId-000000000000";
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final String FINGERPRINT = "f".repeat(64);

  private static DynamoDbServer server;
  private static FaultProxy proxy;
  private static DynamoDbClient client;

  /** Begins now: DynamoDB Local, too, deletes what has expired. */
  private final TestClock clock = new TestClock(Instant.now());

  private final DynamoDbProgressStore store = builder(TABLE).build();

  @BeforeAll
  static void start() {
    server = DynamoDbServer.start();
    proxy = FaultProxy.to(server.endpoint()).affecting("Query", "GetItem", "PutItem", "DeleteItem");
    client = AwsTestClients.client(DynamoDbClient.builder(), proxy.endpoint());
  }

  @AfterAll
  static void stop() {
    client.close();
    proxy.close();
    server.close();
  }

  private DynamoDbProgressStore.Builder builder(String table) {
    return DynamoDbProgressStore.builder(client, table).clock(clock);
  }

  @BeforeEach
  void createTable() {
    ProgressTable.create(client, TABLE);
  }

  @AfterEach
  void deleteTable() {
    proxy.always(Fault.pass());
    client.deleteTable(request -> request.tableName(TABLE));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofMinutes(1));
  }

  private static Map<RecordKey, RecordProgress> settled(String... ids) {
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    for (String id : ids) {
      records.put(new RecordKey(id, -1), RecordProgress.SETTLED);
    }
    return records;
  }

  private static List<TargetProgress> of(Map<RecordKey, RecordProgress> records) {
    return List.of(new TargetProgress("t", FINGERPRINT, records));
  }

  private static Map<RecordKey, RecordProgress> load(DynamoDbProgressStore from)
      throws IOException {
    Map<RecordKey, RecordProgress> all = new HashMap<>();
    from.load(SOURCE, SHARD, soon()).forEach(progress -> all.putAll(progress.records()));
    return all;
  }

  private static long calls(String action) {
    return proxy.calls().stream().filter(call -> call.action().equals(action)).count();
  }

  // ---------------------------------------------------------------- the table

  @Test
  void create_twice_leavesTheTableAndItsTimeToLive() {
    assertThatCode(() -> ProgressTable.create(client, TABLE)).doesNotThrowAnyException();

    var live = client.describeTimeToLive(request -> request.tableName(TABLE));
    assertThat(live.timeToLiveDescription().attributeName()).isEqualTo("expires");
    var table = client.describeTable(request -> request.tableName(TABLE)).table();
    assertThat(table.billingModeSummary().billingModeAsString()).isEqualTo("PAY_PER_REQUEST");
  }

  @Test
  void save_item_hasItsTimeAndIsForgottenAfterIt() throws IOException {
    DynamoDbProgressStore short_ = builder(TABLE).timeToLive(Duration.ofHours(1)).build();
    short_.save(SOURCE, SHARD, of(settled("a")), soon());
    Map<String, AttributeValue> item =
        client.scan(request -> request.tableName(TABLE)).items().get(0);
    assertThat(item.get("expires").n())
        .isEqualTo(Long.toString(clock.instant().plusSeconds(3_600).getEpochSecond()));
    clock.advance(Duration.ofMinutes(59));
    assertThat(load(short_)).hasSize(1);

    clock.advance(Duration.ofMinutes(1));

    assertThat(load(short_)).isEmpty();
    short_.save(SOURCE, SHARD, of(settled("b")), soon());
    assertThat(load(short_)).isEqualTo(settled("b"));
  }

  @Test
  void save_nothingNew_writesNothing() throws IOException {
    store.save(SOURCE, SHARD, of(settled("a")), soon());
    long before = calls("PutItem");

    store.save(SOURCE, SHARD, of(settled("a")), soon());

    assertThat(calls("PutItem")).isEqualTo(before);
  }

  @Test
  void save_theLastRecordRemoved_deletesTheItem() throws IOException {
    store.save(SOURCE, SHARD, of(settled("a")), soon());

    store.save(SOURCE, SHARD, of(Map.of(new RecordKey("a", -1), RecordProgress.NONE)), soon());

    assertThat(client.scan(request -> request.tableName(TABLE)).items()).isEmpty();
  }

  @Test
  void load_ofManyTargets_readsEveryPage() throws IOException {
    List<TargetProgress> many =
        IntStream.range(0, 12)
            .mapToObj(number -> new TargetProgress("t" + number, FINGERPRINT, random(6_000)))
            .toList();
    assertThat(store.save(SOURCE, SHARD, many, soon())).isZero();
    long before = calls("Query");

    List<TargetProgress> read = store.load(SOURCE, SHARD, soon());

    assertThat(Set.copyOf(read).equals(Set.copyOf(many))).isTrue();
    assertThat(calls("Query") - before).as("more than 1 MB").isGreaterThan(1);
  }

  private static Map<RecordKey, RecordProgress> random(int count) {
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    for (int number = 0; number < count; number++) {
      records.put(new RecordKey(UUID.randomUUID().toString(), -1), RecordProgress.SETTLED);
    }
    return records;
  }

  @Test
  void save_moreThanAnItemHolds_keepsWhatFitsAndTellsTheRest() throws IOException {
    Map<RecordKey, RecordProgress> first = random(5_000);
    assertThat(store.save(SOURCE, SHARD, of(first), soon())).isZero();
    Map<RecordKey, RecordProgress> more = random(40_000);

    int beyond = store.save(SOURCE, SHARD, of(more), soon());

    assertThat(beyond).isPositive();
    Map<RecordKey, RecordProgress> kept = load(store);
    assertThat(kept.size()).isEqualTo(45_000 - beyond);
    assertThat(kept.keySet().containsAll(first.keySet())).isTrue();
    more.putAll(first);
    assertThat(more.entrySet().containsAll(kept.entrySet())).isTrue();
  }

  @Test
  void save_batchOfKinesis_takesSomeTenBytesARecord() throws IOException {
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    long sequence = 136_588_898_000L;
    for (int number = 0; number < 10_000; number++) {
      sequence += 1 + UUID.randomUUID().getMostSignificantBits() >>> 40;
      records.put(
          new RecordKey(SHARD + ":49590338271490256608559692538361571095921575" + sequence, -1),
          RecordProgress.SETTLED);
    }

    assertThat(PackedRecords.pack(records).length).isLessThan(120_000);
  }

  // ---------------------------------------------------------------- trouble

  @Test
  void load_tableMissing_throws() {
    DynamoDbProgressStore none = builder("noSuchTable").build();

    assertThatThrownBy(() -> none.load(SOURCE, SHARD, soon()))
        .isInstanceOf(ResourceNotFoundException.class);
    assertThatThrownBy(() -> none.save(SOURCE, SHARD, of(settled("a")), soon()))
        .isInstanceOf(ResourceNotFoundException.class);
  }

  @Test
  void loadAndSave_throttled_throwAndLeaveWhatWasThere() throws IOException {
    store.save(SOURCE, SHARD, of(settled("a")), soon());
    proxy.always(Fault.throttle());

    assertThatThrownBy(() -> store.load(SOURCE, SHARD, soon())).isInstanceOf(SdkException.class);
    assertThatThrownBy(() -> store.save(SOURCE, SHARD, of(settled("b")), soon()))
        .isInstanceOf(SdkException.class);

    proxy.always(Fault.pass());
    assertThat(load(store)).isEqualTo(settled("a"));
  }

  @Test
  void loadAndSave_credentialsExpired_throw() {
    proxy.always(Fault.expiredCredentials());

    assertThatThrownBy(() -> store.load(SOURCE, SHARD, soon()))
        .isInstanceOf(DynamoDbException.class);
    assertThatThrownBy(() -> store.save(SOURCE, SHARD, of(settled("b")), soon()))
        .isInstanceOf(DynamoDbException.class);
  }

  /** The answer of a write is lost: it is there, and writing it again does no harm. */
  @Test
  void save_answerLost_isThereAndCanBeSavedAgain() throws IOException {
    store.save(SOURCE, SHARD, of(settled("a")), soon());
    proxy.next(Fault.pass(), Fault.applyThenReset());

    assertThatThrownBy(() -> store.save(SOURCE, SHARD, of(settled("b")), soon()))
        .isInstanceOf(SdkException.class);

    assertThat(load(store)).isEqualTo(settled("a", "b"));
    store.save(SOURCE, SHARD, of(settled("b", "c")), soon());
    assertThat(load(store)).isEqualTo(settled("a", "b", "c"));
  }

  @Test
  void load_serverThatDoesNotAnswer_endsAtTheDeadline() {
    proxy.next(Fault.delay(Duration.ofSeconds(60), Fault.pass()));

    assertThatThrownBy(() -> store.load(SOURCE, SHARD, Deadline.after(Duration.ofMillis(200))))
        .isInstanceOf(SdkException.class);
    assertThatThrownBy(() -> store.load(SOURCE, SHARD, Deadline.after(Duration.ZERO)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no time");
  }

  /** A writer that dies between its items leaves some: each is whole. */
  @Test
  void save_crashBetweenItems_whatIsThereIsTrue() throws IOException {
    proxy.next(Fault.pass(), Fault.pass(), Fault.reset());
    List<TargetProgress> two =
        List.of(
            new TargetProgress("a", FINGERPRINT, settled("1", "2")),
            new TargetProgress("b", FINGERPRINT, settled("1", "2")));

    assertThatThrownBy(() -> store.save(SOURCE, SHARD, two, soon()))
        .isInstanceOf(SdkException.class);

    assertThat(store.load(SOURCE, SHARD, soon())).containsExactly(two.get(0));
  }

  @Test
  void load_itemOfSomethingElse_throws() {
    client.putItem(
        request ->
            request
                .tableName(TABLE)
                .item(
                    Map.of(
                        "sourceShard",
                        AttributeValue.fromS(Keys.partition(SOURCE, SHARD)),
                        "target",
                        AttributeValue.fromS(FINGERPRINT + "#t"),
                        "version",
                        AttributeValue.fromN("1"),
                        "expires",
                        AttributeValue.fromN("99999999999"),
                        "records",
                        AttributeValue.fromB(SdkBytes.fromUtf8String("\u0001 no records")))));

    assertThatThrownBy(() -> store.load(SOURCE, SHARD, soon())).isInstanceOf(IOException.class);
  }

  // ---------------------------------------------------------------- what it costs

  @Test
  void load_nothingThere_isOneRequest() throws IOException {
    long queries = calls("Query");
    int all = proxy.calls().size();

    assertThat(store.load(SOURCE, SHARD, soon())).isEmpty();

    assertThat(calls("Query") - queries).isEqualTo(1);
    assertThat(proxy.calls().size() - all).isEqualTo(1);
  }

  @Test
  void load_quietShard_isNotAskedForAgainUntilItSaves() throws IOException {
    DynamoDbProgressStore quiet = builder(TABLE).quiet(Duration.ofHours(1)).build();
    quiet.load(SOURCE, SHARD, soon());
    long queries = calls("Query");

    quiet.load(SOURCE, SHARD, soon());
    assertThat(calls("Query")).isEqualTo(queries);
    quiet.load(SOURCE, "another", soon());
    assertThat(calls("Query")).isEqualTo(queries + 1);

    quiet.save(SOURCE, SHARD, of(settled("a")), soon());
    assertThat(load(quiet)).isEqualTo(settled("a"));
  }
}
