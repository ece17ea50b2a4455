package org.streamfanout.provider.kinesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.FaultProxy;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Against kinesis-local, with the fault proxy in between. */
class KinesisSenderIT {
  private static KinesisServer server;
  private static KinesisClient kinesis;
  private static int streams;

  private final KinesisTargetProvider provider = new KinesisTargetProvider();
  private FaultProxy proxy;
  private TestContext context;
  private String stream;

  @BeforeAll
  static void startServer() {
    server = KinesisServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), server.endpoint());
  }

  @AfterAll
  static void stopServer() {
    kinesis.close();
    server.close();
  }

  @BeforeEach
  void makeStream() {
    stream = "stream-" + streams++;
    kinesis.createStream(request -> request.streamName(stream).shardCount(2));
    kinesis
        .waiter()
        .waitUntilStreamExists(
            request -> request.streamName(stream),
            options ->
                options
                    .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(50)))
                    .maxAttempts(600));
    proxy = FaultProxy.to(server.endpoint());
    context =
        new TestContext()
            .set(ProviderContext.ENDPOINT_URL, proxy.endpoint().toString())
            .set(ProviderContext.REGION, "us-east-1");
  }

  @AfterEach
  void stopProxy() {
    context.close();
    proxy.close();
    kinesis.deleteStream(request -> request.streamName(stream));
  }

  @Test
  void send_aBatch_deliversBytesAndKeys() throws Exception {
    byte[] binary = {0, (byte) 0xFF, (byte) 0x80, '\n'};
    Batch batch =
        Messages.batch(
            Records.kinesis(Records.SHARD, 0, "ü key", Bytes.wrap(binary)),
            Records.kinesis(1, "k", ""),
            Records.kinesis(2, "k", "text"));

    assertThat(send(batch)).hasSize(3).containsOnly(Outcome.accepted());

    List<Record> records = read();
    assertThat(records).hasSize(3);
    assertThat(records)
        .anySatisfy(
            record -> {
              assertThat(record.partitionKey()).isEqualTo("ü key");
              assertThat(record.data().asByteArray()).isEqualTo(binary);
            });
  }

  @Test
  void send_explicitHashKey_choosesTheShard() throws Exception {
    String highest = BigInteger.TWO.pow(128).subtract(BigInteger.ONE).toString();
    FanoutRecord first = withHashKey(0, "0");
    FanoutRecord last = withHashKey(1, highest);

    assertThat(send(Messages.batch(first, last))).containsOnly(Outcome.accepted());

    List<Shard> shards = kinesis.listShards(request -> request.streamName(stream)).shards();
    assertThat(texts(read(shards.get(0)))).containsExactly("0");
    assertThat(texts(read(shards.get(1)))).containsExactly(highest);
  }

  @Test
  void send_missingStream_isFatal() throws Exception {
    try (TargetSender sender = open("nowhere")) {
      assertThat(kinds(sender.send(Messages.batchOf("k", "a"), soon())))
          .containsExactly(Kind.FATAL);
      assertThat(sender.check(soon()).get(0).severity()).isEqualTo(Finding.Severity.ERROR);
    }
  }

  @Test
  void check_aStream_isOk() {
    try (TargetSender sender = open(stream)) {
      assertThat(sender.check(soon()).get(0).severity()).isEqualTo(Finding.Severity.OK);
    }
  }

  private static FanoutRecord withHashKey(int number, String hashKey) {
    return Records.kinesis(number, "same", "").userRecord(0, "same", hashKey, Bytes.utf8(hashKey));
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  private List<Outcome> send(Batch batch) throws Exception {
    try (TargetSender sender = open(stream)) {
      return sender.send(batch, soon());
    }
  }

  private TargetSender open(String name) {
    TargetConfig target = TargetConfig.builder(Records.KINESIS, "t", "kinesis", name).build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Kind> kinds(List<Outcome> outcomes) {
    List<Kind> kinds = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      kinds.add(outcome instanceof Outcome.Failed failed ? failed.failure().kind() : null);
    }
    return kinds;
  }

  private static List<String> texts(List<Record> records) {
    return records.stream().map(record -> record.data().asUtf8String()).toList();
  }

  private List<Record> read() {
    List<Record> records = new ArrayList<>();
    kinesis
        .listShards(request -> request.streamName(stream))
        .shards()
        .forEach(shard -> records.addAll(read(shard)));
    return records;
  }

  private List<Record> read(Shard shard) {
    String iterator =
        kinesis
            .getShardIterator(
                request ->
                    request
                        .streamName(stream)
                        .shardId(shard.shardId())
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
            .shardIterator();
    return kinesis.getRecords(request -> request.shardIterator(iterator)).records();
  }
}
