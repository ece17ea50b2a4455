package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.kcl.ProofLeases.Lease;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.arns.Arn;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * Each way of reading, by the real KCL from kinesis-local with leases in DynamoDB Local. All
 * workers run at once, since KCL takes up to half a minute to begin.
 */
class FanoutWorkerIT {
  private static final int RECORDS = 20;
  private static final String OUR_ACCOUNT = "000000000000";
  private static final String OTHER_ACCOUNT = "111122223333";

  /** What clients that nobody gave find in the environment. */
  private static final Map<String, BiFunction<KinesisServer, DynamoDbServer, String>> OWN_CLIENTS =
      Map.of(
          "aws.accessKeyId", (kinesis, dynamoDb) -> "test",
          "aws.secretAccessKey", (kinesis, dynamoDb) -> "test",
          "aws.endpointUrlKinesis", (kinesis, dynamoDb) -> kinesis.endpoint().toString(),
          "aws.endpointUrlDynamoDb", (kinesis, dynamoDb) -> dynamoDb.endpoint().toString());

  private static final Executor THREADS = task -> new Thread(task).start();

  private static KinesisServer kinesisServer;
  private static DynamoDbServer dynamoDbServer;
  private static KinesisClient kinesis;
  private static KinesisClient other;
  private static KinesisAsyncClient http1;
  private static KinesisAsyncClient http2;
  private static DynamoDbAsyncClient dynamoDb;
  private static DynamoDbClient dynamoDbTables;
  private static CloudWatchAsyncClient cloudWatch;

  private static Running polling;
  private static Running fanOut;
  private static Running several;
  private static Running consumer;
  private static Running stuck;
  private static Running robbed;
  private static Bare bare;

  /** A scheduler of a host's own, with KCL's decoding. */
  private static final class Bare {
    final Running target;
    final FanoutShardProcessors processors;
    final Scheduler scheduler;

    Bare(String application, String arn) {
      target = new Running(List.of(arn));
      target.registry.put(target.row(arn).deaggregate(true).build());
      processors = FanoutShardProcessors.of(target.engine, ShardOptions.DEFAULT, Source.of(arn));
      ConfigsBuilder configs =
          new ConfigsBuilder(
              new SingleStreamTracker(
                  StreamIdentifier.singleStreamInstance(Arn.fromString(arn)),
                  InitialPositionInStreamExtended.newInitialPosition(
                      InitialPositionInStream.TRIM_HORIZON)),
              application,
              http1,
              dynamoDb,
              cloudWatch,
              "worker",
              processors);
      KclSettings settings =
          new KclSettings(
              configs.checkpointConfig(),
              configs.coordinatorConfig(),
              configs.leaseManagementConfig(),
              configs.lifecycleConfig(),
              configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
              configs.processorConfig(),
              configs.retrievalConfig().retrievalSpecificConfig(new PollingConfig("bare", http1)));
      LocalAws.hurry(settings);
      scheduler =
          new Scheduler(
              settings.checkpoint(),
              settings.coordinator(),
              settings.leases(),
              settings.lifecycle(),
              settings.metrics(),
              settings.processor(),
              settings.retrieval());
      new Thread(scheduler).start();
    }

    void close() throws Exception {
      processors.stop(Duration.ofSeconds(10));
      scheduler.startGracefulShutdown().get(Polled.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      target.engine.close();
    }
  }

  /** A worker with one target, and what it has read. */
  private static final class Running {
    final InMemoryTarget target = new InMemoryTarget();
    final List<String> arns;
    final InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
    final FanoutEngine engine;
    FanoutWorker worker;
    CompletableFuture<Void> run;

    Running(List<String> arns) {
      this.arns = arns;
      arns.forEach(arn -> registry.put(row(arn).build()));
      engine = FanoutEngine.builder().registry(registry).provider(target).build();
    }

    TargetConfig.Builder row(String arn) {
      return TargetConfig.builder(Source.of(arn), "all", "memory", "anywhere");
    }

    FanoutWorker.Builder builder(String application) {
      return FanoutWorker.builder(engine, application)
          .kinesisClient(http1)
          .dynamoDbClient(dynamoDb)
          .cloudWatchClient(cloudWatch)
          .configure(LocalAws::hurry);
    }

    Running start(FanoutWorker.Builder builder) {
      worker = builder.build();
      run = CompletableFuture.runAsync(worker::run, THREADS);
      return this;
    }

    List<FanoutRecord> await(int records) throws InterruptedException {
      target.awaitReceived(records, Polled.PATIENCE);
      return target.records();
    }

    void close() throws Exception {
      assertThat(worker.stop(Duration.ofMinutes(1))).isTrue();
      run.get(Polled.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      engine.close();
    }
  }

  @BeforeAll
  static void startWorkers() {
    kinesisServer = KinesisServer.start();
    dynamoDbServer = DynamoDbServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), kinesisServer.endpoint());
    other = LocalAws.kinesisOf(OTHER_ACCOUNT, kinesisServer.endpoint());
    http1 = LocalAws.kinesis(kinesisServer.endpoint(), Protocol.HTTP1_1);
    http2 = LocalAws.kinesis(kinesisServer.endpoint(), Protocol.HTTP2);
    dynamoDb = LocalAws.dynamoDb(dynamoDbServer.endpoint());
    dynamoDbTables = AwsTestClients.client(DynamoDbClient.builder(), dynamoDbServer.endpoint());
    cloudWatch = LocalAws.cloudWatch();

    polling = new Running(List.of(stream("polled")));
    OWN_CLIENTS.forEach(
        (property, value) ->
            System.setProperty(property, value.apply(kinesisServer, dynamoDbServer)));
    polling.start(
        FanoutWorker.builder(polling.engine, "polling").region(LocalAws.REGION).stream("polled")
            .configure(LocalAws::hurry));
    fanOut = new Running(List.of(stream("fanned-out")));
    fanOut.start(
        fanOut.builder("fan-out").kinesisClient(http2).retrieval(Retrieval.FAN_OUT).stream(
            fanOut.arns.get(0)));
    several = new Running(List.of(stream("one"), stream("two")));
    several.start(several.builder("several").stream("one").stream(several.arns.get(1)));
    consumer = new Running(List.of(stream(other, "consumed")));
    String consumerArn =
        other
            .registerStreamConsumer(
                request -> request.streamARN(consumer.arns.get(0)).consumerName("mine"))
            .consumer()
            .consumerARN();
    allow(consumer.arns.get(0), "kinesis:*");
    allow(consumerArn, "kinesis:*");
    consumer.start(
        consumer.builder("consumer").kinesisClient(http2).stream(
            consumer.arns.get(0), consumerArn));
    stuck = new Running(List.of(stream("stuck")));
    stuck.target.always(
        Behaviours.failIf(
            message -> message.body().utf8().equals("stuck 10"),
            Failure.fatal("Denied", "not this one")));
    stuck.start(stuck.builder("stuck").stream("stuck"));
    robbed = new Running(List.of(stream("robbed")));
    robbed.target.always(Behaviours.fail(Failure.fatal("Denied", "none")));
    robbed.start(robbed.builder("robbed").stream("robbed"));
    bare = new Bare("bare", aggregates("bare"));
  }

  /** Two aggregates of two user records each. */
  private static String aggregates(String name) {
    String arn = LocalAws.createStream(kinesis, name, 1);
    for (int i = 0; i < 2; i++) {
      KplAggregate aggregate = new KplAggregate().add("a", i + "/0").add("b", i + "/1");
      kinesis.putRecord(
          request ->
              request
                  .streamName(name)
                  .partitionKey(aggregate.outerKey())
                  .data(SdkBytes.fromByteArray(aggregate.toBytes().toByteArray())));
    }
    return arn;
  }

  /** Lets our account do something with what the other one has. */
  private static void allow(String arn, String action) {
    String policy =
        """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "%s",
         "Principal": {"AWS": "arn:aws:iam::%s:root"}, "Resource": "%s"}]}
        """
            .formatted(action, OUR_ACCOUNT, arn);
    other.putResourcePolicy(request -> request.resourceARN(arn).policy(policy));
  }

  private static String stream(String name) {
    return stream(kinesis, name);
  }

  private static String stream(KinesisClient owner, String name) {
    String arn = LocalAws.createStream(owner, name, 2);
    for (int i = 0; i < RECORDS; i++) {
      int number = i;
      owner.putRecord(
          request ->
              request
                  .streamName(name)
                  .partitionKey("key-" + number)
                  .data(SdkBytes.fromUtf8String(name + " " + number)));
    }
    return arn;
  }

  @AfterAll
  static void stop() {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    List<Closing> workers =
        List.of(
            polling::close,
            fanOut::close,
            several::close,
            consumer::close,
            robbed::close,
            bare::close);
    CompletableFuture.allOf(
            workers.stream()
                .map(each -> CompletableFuture.runAsync(() -> close(each, failures), THREADS))
                .toArray(CompletableFuture[]::new))
        .join();
    List.<Closing>of(
            http1::close,
            http2::close,
            dynamoDb::close,
            dynamoDbTables::close,
            cloudWatch::close,
            kinesis::close,
            other::close,
            kinesisServer::close,
            dynamoDbServer::close)
        .forEach(each -> close(each, failures));
    OWN_CLIENTS.keySet().forEach(System::clearProperty);
    assertThat(failures).isEmpty();
  }

  /** Something to close, whatever it throws. */
  private interface Closing {
    void close() throws Exception;
  }

  private static void close(Closing each, List<Throwable> failures) {
    try {
      each.close();
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  private static List<String> expected(String... streams) {
    return List.of(streams).stream()
        .flatMap(stream -> IntStream.range(0, RECORDS).mapToObj(i -> stream + " " + i))
        .toList();
  }

  private static List<String> texts(List<FanoutRecord> records) {
    return records.stream().map(record -> record.data().utf8()).toList();
  }

  @Test
  void run_streamByNameIsPolledWithClientsOfItsOwn_deliversUnderItsArn() throws Exception {
    List<FanoutRecord> records = polling.await(RECORDS);

    assertThat(texts(records)).containsExactlyInAnyOrderElementsOf(expected("polled"));
    assertThat(records)
        .allSatisfy(
            record -> {
              assertThat(record.id()).isEqualTo(record.shard() + ":" + record.sequenceNumber());
              assertThat(record.arrivedAt()).isNotNull();
              assertThat(record.position().isWhole()).isTrue();
            });
    assertThat(polling.worker.shards())
        .isEqualTo(Set.of("shardId-000000000000", "shardId-000000000001"));
  }

  @Test
  void run_streamByArnIsFannedOut_delivers() throws Exception {
    assertThat(texts(fanOut.await(RECORDS)))
        .containsExactlyInAnyOrderElementsOf(expected("fanned-out"));
  }

  @Test
  void run_severalStreams_deliversEachToTheTargetsOfItsOwn() throws Exception {
    assertThat(texts(several.await(2 * RECORDS)))
        .containsExactlyInAnyOrderElementsOf(expected("one", "two"));
    assertThat(several.target.deliveries())
        .allSatisfy(
            delivery ->
                assertThat(delivery.source().id())
                    .endsWith("/" + delivery.message().body().utf8().split(" ")[0]));
  }

  @Test
  void run_streamAndConsumerOfAnotherAccount_readsThroughThatConsumer() throws Exception {
    assertThat(consumer.arns.get(0)).contains(":" + OTHER_ACCOUNT + ":");
    assertThat(texts(consumer.await(RECORDS)))
        .containsExactlyInAnyOrderElementsOf(expected("consumed"));
    assertThat(
            other
                .listStreamConsumers(request -> request.streamARN(consumer.arns.get(0)))
                .consumers())
        .singleElement()
        .satisfies(each -> assertThat(each.consumerName()).isEqualTo("mine"));
  }

  @Test
  void stop_recordIsHeld_handsOverAndTheNextWorkerGoesOnAtTheFirstThatIsNotSettled()
      throws Exception {
    stuck.target.awaitReceived(RECORDS - 1, Polled.PATIENCE);
    Map<String, Lease> before = leases("stuck");

    assertThat(stuck.worker.stop(Duration.ofSeconds(30))).isTrue();
    stuck.run.get(Polled.PATIENCE.toSeconds(), TimeUnit.SECONDS);

    Map<String, Lease> left = leases("stuck");
    assertThat(before.values()).allMatch(lease -> lease.owner() != null);
    assertThat(left.values()).allMatch(lease -> lease.owner() == null);
    Set<String> open = new HashSet<>();
    for (FanoutRecord each : content("stuck")) {
      if (left.get(each.shard()).isOpen(each.sequenceNumber())) {
        open.add(each.data().utf8());
      }
    }
    assertThat(open).contains("stuck 10").hasSizeLessThan(RECORDS);

    stuck.engine.close();
    Running next = new Running(stuck.arns);
    next.start(next.builder("stuck").stream("stuck"));
    next.await(open.size());
    next.close();
    assertThat(texts(next.target.records())).containsExactlyInAnyOrderElementsOf(open);
  }

  @Test
  void processRecords_leaseIsTakenWhileARecordIsHeld_letsGoAndBeginsAnewOnceItIsBack()
      throws Exception {
    robbed.target.awaitSends(2, Polled.PATIENCE);
    String shard = robbed.target.batches().get(0).shard();

    dynamoDbTables.updateItem(
        request ->
            request
                .tableName("robbed")
                .key(Map.of("leaseKey", AttributeValue.fromS(shard)))
                .updateExpression("SET leaseOwner = :thief ADD leaseCounter :one")
                .expressionAttributeValues(
                    Map.of(
                        ":thief", AttributeValue.fromS("thief"),
                        ":one", AttributeValue.fromN("1"))));
    // KCL ends a shard only after its batch has returned.
    Polled.until(() -> !robbed.worker.shards().contains(shard), () -> leases("robbed").toString());
    robbed.target.always(Behaviours.accept());

    assertThat(texts(robbed.await(RECORDS)))
        .containsExactlyInAnyOrderElementsOf(expected("robbed"));
  }

  @Test
  void processRecords_schedulerOfTheHostsOwn_checkpointsBySubSequenceNumber() throws Exception {
    assertThat(texts(bare.target.await(4))).containsExactlyInAnyOrder("0/0", "0/1", "1/0", "1/1");
    List<FanoutRecord> whole = content("bare");

    assertThat(bare.target.target.records())
        .extracting(FanoutRecord::position)
        .containsExactlyInAnyOrder(
            new Position(whole.get(0).sequenceNumber(), 0),
            new Position(whole.get(0).sequenceNumber(), 1),
            new Position(whole.get(2).sequenceNumber(), 0),
            new Position(whole.get(2).sequenceNumber(), 1));
    Polled.until(
        () ->
            leases("bare").values().stream()
                .anyMatch(
                    lease ->
                        lease.checkpoint().equals(whole.get(2).sequenceNumber())
                            && lease.subSequenceNumber() == 1),
        () -> leases("bare").toString());
  }

  private static Map<String, Lease> leases(String application) {
    return ProofLeases.read(dynamoDbTables, application);
  }

  private static List<FanoutRecord> content(String stream) {
    return ProofStream.read(kinesis, stream).records().values().stream()
        .flatMap(List::stream)
        .toList();
  }
}
