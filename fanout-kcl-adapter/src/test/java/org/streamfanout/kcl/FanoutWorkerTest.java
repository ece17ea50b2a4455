package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.testkit.KplAggregate;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** Everything about a worker that needs no server. */
class FanoutWorkerTest {
  private static final String ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";
  private static final String CONSUMER = ARN + "/consumer/mine:1700000000";
  private static final URI NOBODY = URI.create("http://127.0.0.1:9");

  // Each of these takes seconds to close.
  private static KinesisAsyncClient kinesis;
  private static DynamoDbAsyncClient dynamoDb;
  private static CloudWatchAsyncClient cloudWatch;

  private final FanoutEngine engine =
      FanoutEngine.builder().registry(new InMemoryTargetRegistry()).build();

  @BeforeAll
  static void openClients() {
    kinesis = LocalAws.kinesis(NOBODY, Protocol.HTTP1_1);
    dynamoDb = LocalAws.dynamoDb(NOBODY);
    cloudWatch = LocalAws.cloudWatch();
  }

  @AfterAll
  static void closeClients() {
    kinesis.close();
    dynamoDb.close();
    cloudWatch.close();
  }

  @AfterEach
  void closeEngine() {
    engine.close();
  }

  private FanoutWorker.Builder builder() {
    return FanoutWorker.builder(engine, "application")
        .kinesisClient(kinesis)
        .dynamoDbClient(dynamoDb)
        .cloudWatchClient(cloudWatch);
  }

  /** Thrown to end a run once its settings are known. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static KclSettings settings(FanoutWorker.Builder builder) {
    AtomicReference<KclSettings> seen = new AtomicReference<>();
    FanoutWorker worker =
        builder
            .configure(
                settings -> {
                  seen.set(settings);
                  throw new Enough();
                })
            .build();
    assertThatThrownBy(worker::run).isInstanceOf(Enough.class);
    return seen.get();
  }

  @Test
  void build_noStream_isRefused() {
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("stream");
  }

  @Test
  void build_consumerAndPolling_isRefused() {
    assertThatThrownBy(() -> builder().stream(ARN, CONSUMER).retrieval(Retrieval.POLLING).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fan-out");
  }

  @Test
  void build_workerIdNotSet_isRandom() {
    assertThat(builder().stream(ARN).build().workerId())
        .isNotEqualTo(builder().stream(ARN).build().workerId());
  }

  @Test
  void run_asBuilt_pollsFromTheOldestRecordWithoutMetrics() {
    KclSettings settings = settings(builder().stream(ARN));

    assertThat(settings.retrieval().retrievalSpecificConfig()).isInstanceOf(PollingConfig.class);
    assertThat(settings.metrics().metricsFactory()).isInstanceOf(NullMetricsFactory.class);
    assertThat(settings.processor().callProcessRecordsEvenForEmptyRecordList()).isTrue();
    assertThat(
            settings
                .retrieval()
                .streamTracker()
                .streamConfigList()
                .get(0)
                .initialPositionInStreamExtended()
                .getInitialPositionInStream())
        .hasToString("TRIM_HORIZON");
  }

  @Test
  void run_streamAndConsumer_fansOutThroughThatConsumerAndRegistersNone() {
    KclSettings settings = settings(builder().stream(ARN, CONSUMER));

    assertThat(settings.retrieval().retrievalSpecificConfig())
        .isInstanceOfSatisfying(
            FanOutConfig.class, fanOut -> assertThat(fanOut.consumerArn()).isEqualTo(CONSUMER));
  }

  @Test
  void run_streamCannotBeDescribed_saysWhichOne() {
    FanoutWorker worker = builder().stream("orders").build();

    assertThatThrownBy(worker::run)
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'orders'");
  }

  @Test
  void run_twice_isRefused() {
    FanoutWorker worker = builder().stream(ARN).build();
    worker.stop(Duration.ZERO);
    worker.run();

    assertThatThrownBy(worker::run).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void stop_beforeRun_letsRunReturnAtOnce() {
    FanoutWorker worker = builder().stream(ARN).build();

    assertThat(worker.stop(Duration.ofSeconds(1))).isTrue();
    assertThatCode(worker::run).doesNotThrowAnyException();
    assertThat(worker.shards()).isEmpty();
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatThrownBy(() -> KclOptions.DEFAULT.withStopLimit(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new KclOptions(ShardOptions.DEFAULT, Duration.ofSeconds(1), Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void deaggregate_byTheWorker_leavesAggregatesAndKeepsTheListForKclToCut() {
    byte[] aggregate = new KplAggregate().add("a", "one").add("b", "two").toBytes().toByteArray();
    KinesisClientRecord record =
        KinesisClientRecord.builder()
            .sequenceNumber("1")
            .partitionKey("a")
            .data(ByteBuffer.wrap(aggregate))
            .build();

    List<KinesisClientRecord> whole = new WholeRecords().deaggregate(List.of(record), "0", "1");

    assertThat(whole)
        .singleElement()
        .satisfies(
            each -> {
              assertThat(each.aggregated()).isFalse();
              assertThat(each.data()).isEqualTo(ByteBuffer.wrap(aggregate));
              assertThat(each.subSequenceNumber()).isEqualTo(RecordUnit.AFTER_ALL_PARTS);
            });
    assertThat(new ArrayList<>(whole)).isEqualTo(whole);
    whole.remove(0);
    assertThat(whole).isEmpty();
  }
}
