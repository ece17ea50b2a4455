package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * Each way of reading, by the real KCL from kinesis-local with leases in DynamoDB Local. All
 * workers run at once, since KCL takes up to half a minute to begin.
 */
class FanoutWorkerIT {
  private static final int RECORDS = 20;

  private static KinesisServer kinesisServer;
  private static DynamoDbServer dynamoDbServer;
  private static KinesisClient kinesis;
  private static KinesisAsyncClient http1;
  private static KinesisAsyncClient http2;
  private static DynamoDbAsyncClient dynamoDb;
  private static CloudWatchAsyncClient cloudWatch;

  private static Running polling;
  private static Running fanOut;
  private static Running several;
  private static Running consumer;

  /** A worker with one target, and what it has read. */
  private static final class Running implements AutoCloseable {
    final InMemoryTarget target = new InMemoryTarget();
    final List<String> arns;
    final FanoutEngine engine;
    FanoutWorker worker;
    CompletableFuture<Void> run;

    Running(List<String> arns) {
      this.arns = arns;
      InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
      for (String arn : arns) {
        registry.put(TargetConfig.builder(Source.of(arn), "all", "memory", "anywhere").build());
      }
      engine = FanoutEngine.builder().registry(registry).provider(target).build();
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
      run = CompletableFuture.runAsync(worker::run, task -> new Thread(task).start());
      return this;
    }

    List<FanoutRecord> await(int records) throws InterruptedException {
      target.awaitReceived(records, Polled.PATIENCE);
      return target.records();
    }

    @Override
    public void close() {
      worker.close();
      engine.close();
    }
  }

  @BeforeAll
  static void startWorkers() {
    kinesisServer = KinesisServer.start();
    dynamoDbServer = DynamoDbServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), kinesisServer.endpoint());
    http1 = LocalAws.kinesis(kinesisServer.endpoint(), Protocol.HTTP1_1);
    http2 = LocalAws.kinesis(kinesisServer.endpoint(), Protocol.HTTP2);
    dynamoDb = LocalAws.dynamoDb(dynamoDbServer.endpoint());
    cloudWatch = LocalAws.cloudWatch();

    polling = new Running(List.of(stream("polled")));
    polling.start(polling.builder("polling").stream("polled"));
    fanOut = new Running(List.of(stream("fanned-out")));
    fanOut.start(
        fanOut.builder("fan-out").kinesisClient(http2).retrieval(Retrieval.FAN_OUT).stream(
            fanOut.arns.get(0)));
    several = new Running(List.of(stream("one"), stream("two")));
    several.start(several.builder("several").stream("one").stream(several.arns.get(1)));
    consumer = new Running(List.of(stream("consumed")));
    String consumerArn =
        kinesis
            .registerStreamConsumer(
                request -> request.streamARN(consumer.arns.get(0)).consumerName("mine"))
            .consumer()
            .consumerARN();
    consumer.start(
        consumer.builder("consumer").kinesisClient(http2).stream(
            consumer.arns.get(0), consumerArn));
  }

  private static String stream(String name) {
    String arn = LocalAws.createStream(kinesis, name, 2);
    for (int i = 0; i < RECORDS; i++) {
      int number = i;
      kinesis.putRecord(
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
    List<AutoCloseable> all = new ArrayList<>(List.of(polling, fanOut, several, consumer));
    all.addAll(List.of(http1, http2, dynamoDb, cloudWatch, kinesis, kinesisServer, dynamoDbServer));
    List<Throwable> failures = new ArrayList<>();
    CompletableFuture.allOf(
            all.subList(0, 4).stream()
                .map(each -> CompletableFuture.runAsync(() -> close(each, failures)))
                .toArray(CompletableFuture[]::new))
        .join();
    all.subList(4, all.size()).forEach(each -> close(each, failures));
    assertThat(failures).isEmpty();
  }

  private static void close(AutoCloseable each, List<Throwable> failures) {
    try {
      each.close();
    } catch (Exception e) {
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
  void run_streamByNameIsPolled_deliversUnderItsArnAndChecksOut() throws Exception {
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
  void run_streamAndConsumerByArn_readsThroughThatConsumer() throws Exception {
    assertThat(texts(consumer.await(RECORDS)))
        .containsExactlyInAnyOrderElementsOf(expected("consumed"));
    assertThat(
            kinesis
                .listStreamConsumers(request -> request.streamARN(consumer.arns.get(0)))
                .consumers())
        .singleElement()
        .satisfies(each -> assertThat(each.consumerName()).isEqualTo("mine"));
  }
}
