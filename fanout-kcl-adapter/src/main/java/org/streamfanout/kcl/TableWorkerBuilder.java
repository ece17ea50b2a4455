package org.streamfanout.kcl;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.metrics.NullMetricsFactory;

/**
 * Builds a worker that reads a table's stream with KCL and the DynamoDB Streams Kinesis Adapter.
 * Not thread-safe.
 *
 * <p>Records equal those that Lambda's event of the same changes gives, but for the order of a
 * composite key, see {@link #keyAttributes}. A change whose attributes this SDK cannot read is held
 * with all that follow in its shard, and logged.
 */
public final class TableWorkerBuilder {
  private final FanoutEngine engine;
  private final String applicationName;
  private final String streamArn;
  private String workerId = UUID.randomUUID().toString();
  private InitialPositionInStream position = InitialPositionInStream.TRIM_HORIZON;
  private @Nullable List<String> keyAttributes;
  private @Nullable String region;
  private @Nullable DynamoDbStreamsClient streams;
  private @Nullable DynamoDbAsyncClient dynamoDb;
  private @Nullable CloudWatchAsyncClient cloudWatch;
  private KclOptions options = KclOptions.DEFAULT;
  private MetricsFactory metrics = new NullMetricsFactory();
  private Consumer<KclSettings> changes = settings -> {};
  private Consumer<LostRecords> losses = lost -> {};

  TableWorkerBuilder(FanoutEngine engine, String applicationName, String streamArn) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.applicationName = Objects.requireNonNull(applicationName, "applicationName");
    this.streamArn = Objects.requireNonNull(streamArn, "streamArn");
  }

  /** Sets the worker's name, by which leases say who has them; a random one by default. */
  public TableWorkerBuilder workerId(String newWorkerId) {
    workerId = Objects.requireNonNull(newWorkerId, "workerId");
    return this;
  }

  /**
   * Sets where shards start that have no checkpoint: at the oldest record that there still is, by
   * default, or at the latest. A stream has no other places.
   *
   * @throws IllegalArgumentException if it is {@code AT_TIMESTAMP}
   */
  public TableWorkerBuilder initialPosition(InitialPositionInStream newPosition) {
    if (newPosition == InitialPositionInStream.AT_TIMESTAMP) {
      throw new IllegalArgumentException("a table's stream has no positions by time");
    }
    position = Objects.requireNonNull(newPosition, "position");
    return this;
  }

  /**
   * Sets the order in which the values of the table's key attributes make a record's key. By
   * default that of the table's key schema: the partition key, then the sort key.
   *
   * <p>A Lambda event does not tell which is which, and there the key is made in the order in which
   * the event has them, as the original does. That is often the other one. A stream that moves here
   * from a Lambda function, and has a target that keeps something under the key, goes on with the
   * same keys if this is the order of the events.
   *
   * @param names all key attributes' names; {@link FanoutWorker#run} fails if they are others
   */
  public TableWorkerBuilder keyAttributes(List<String> names) {
    keyAttributes = List.copyOf(names);
    return this;
  }

  /** Sets the region of the lease table; the stream's by default. */
  public TableWorkerBuilder region(String newRegion) {
    region = Objects.requireNonNull(newRegion, "region");
    return this;
  }

  /** Sets the client of the stream, which stays the caller's to close. */
  public TableWorkerBuilder streamsClient(DynamoDbStreamsClient client) {
    streams = Objects.requireNonNull(client, "client");
    return this;
  }

  /** Sets the client of the lease table, which stays the caller's to close. */
  public TableWorkerBuilder dynamoDbClient(DynamoDbAsyncClient client) {
    dynamoDb = Objects.requireNonNull(client, "client");
    return this;
  }

  /** Sets the client of KCL's metrics, which stays the caller's to close. */
  public TableWorkerBuilder cloudWatchClient(CloudWatchAsyncClient client) {
    cloudWatch = Objects.requireNonNull(client, "client");
    return this;
  }

  /** Sets how shards go on, and how they stop. */
  public TableWorkerBuilder options(KclOptions newOptions) {
    options = Objects.requireNonNull(newOptions, "options");
    return this;
  }

  /** Sets where KCL's metrics go; nowhere by default, so that no call to CloudWatch is made. */
  public TableWorkerBuilder metricsFactory(MetricsFactory newMetrics) {
    metrics = Objects.requireNonNull(newMetrics, "metrics");
    return this;
  }

  /**
   * Changes KCL's own settings; called once, when the worker runs. Its way of reading is a {@code
   * DynamoDBStreamsPollingConfig}, which may be changed and not replaced.
   */
  public TableWorkerBuilder configure(Consumer<KclSettings> newChanges) {
    changes = Objects.requireNonNull(newChanges, "changes");
    return this;
  }

  /**
   * Sets who hears of changes that the stream has lost before they were read; each is logged as an
   * error, too. Called on KCL's threads, once for each time that it is noticed. The worker goes on
   * with what there is: the stream loses more for as long as it stands still. Whoever would rather
   * stop can call {@link FanoutWorker#stop}, from another thread.
   */
  public TableWorkerBuilder onLostRecords(Consumer<LostRecords> listener) {
    losses = Objects.requireNonNull(listener, "listener");
    return this;
  }

  /**
   * Returns the worker; makes no call to AWS.
   *
   * @throws IllegalArgumentException if the ARN is not that of a table's stream, or names a region
   *     that this release of the SDK does not know
   * @throws FanoutException if the adapter is not on the class path
   */
  public FanoutWorker build() {
    Source stream = Source.of(streamArn);
    if (stream.type() != Source.Type.DYNAMODB) {
      throw new IllegalArgumentException("'" + streamArn + "' is not the ARN of a table's stream");
    }
    try {
      TablePlan plan =
          new TablePlan(
              engine,
              applicationName,
              stream,
              workerId,
              position,
              keyAttributes,
              options,
              metrics,
              changes,
              losses,
              streams,
              new KclClients.Given(
                  region == null ? stream.region() : region, null, dynamoDb, cloudWatch));
      plan.tracker();
      return new FanoutWorker(plan);
    } catch (NoClassDefFoundError e) {
      throw new FanoutException(
          "reading a table's stream needs com.amazonaws:dynamodb-streams-kinesis-adapter and"
              + " software.amazon.awssdk:url-connection-client; add them to the class path",
          e);
    }
  }
}
