package org.streamfanout.provider.kinesis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.AwsDestination;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/** Against kinesis-local; the fault proxy in between fails as Kinesis does. */
class KinesisTargetProviderKitIT extends TargetProviderKit {
  private static KinesisServer server;
  private static KinesisClient kinesis;
  private static int streams;

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

  @Override
  protected TargetProvider provider() {
    return new KinesisTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Stream("stream-" + streams++);
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "kinesis", "a stream")
                .role("r")
                .externalId("x")
                .region("y")
                .options(Map.of("sessionPolicy", "all"))
                .build(),
            List.of("'a stream'", "role 'r'", "externalId", "region 'y'", "'sessionPolicy'")),
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "kinesis", "by-name")
                .role("arn:aws:iam::000000000000:role/r")
                .options(Map.of("sessionPolicy", "target"))
                .build(),
            List.of("tells its ARN")));
  }

  /** A name is looked up in the target's account and region, whatever else it looks like. */
  @Override
  protected Predicate<String> isHarmless() {
    return destination -> destination.matches("[A-Za-z0-9_.-]{1,128}");
  }

  private static final class Stream extends AwsDestination {
    private final String name;

    Stream(String name) {
      super(server.endpoint(), "PutRecords");
      this.name = name;
      kinesis.createStream(request -> request.streamName(name).shardCount(1));
      kinesis
          .waiter()
          .waitUntilStreamExists(
              request -> request.streamName(name),
              options ->
                  options
                      .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(50)))
                      .maxAttempts(600));
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(Records.KINESIS, "kit", "kinesis", name).build();
    }

    @Override
    public List<Bytes> arrived() {
      String shard =
          kinesis.listShards(request -> request.streamName(name)).shards().get(0).shardId();
      String iterator =
          kinesis
              .getShardIterator(
                  request ->
                      request
                          .streamName(name)
                          .shardId(shard)
                          .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
              .shardIterator();
      List<Bytes> arrived = new ArrayList<>();
      GetRecordsResponse page;
      do {
        String next = iterator;
        page = kinesis.getRecords(request -> request.shardIterator(next));
        page.records().forEach(record -> arrived.add(Bytes.wrap(record.data().asByteArray())));
        iterator = page.nextShardIterator();
      } while (!page.records().isEmpty());
      return arrived;
    }

    @Override
    public void close() {
      super.close();
      kinesis.deleteStream(request -> request.streamName(name));
    }
  }
}
