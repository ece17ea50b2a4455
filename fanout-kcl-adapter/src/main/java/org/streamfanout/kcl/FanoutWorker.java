package org.streamfanout.kcl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.spi.FanoutException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.metrics.MetricsFactory;
import software.amazon.kinesis.metrics.NullMetricsFactory;

/**
 * Reads Kinesis streams with the Kinesis Client Library and delivers them to the targets of an
 * engine. Workers of the same application name, in any number of processes, share the shards by
 * leases in a DynamoDB table.
 *
 * <p>Source records reach the engine as they are in the stream, so that {@code deaggregate} of each
 * target decides, and checkpoints count whole source records. What is held is tried again in place,
 * and only at the targets that still miss it; no checkpoint goes past it, and no child of a shard
 * starts before its parent is settled to the end.
 *
 * <p>Thread-safe. One worker runs once.
 */
public final class FanoutWorker implements AutoCloseable {
  private final WorkerPlan plan;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable SchedulerRun current;
  private @Nullable LiveShards live;
  private boolean started;
  private boolean stopped;

  FanoutWorker(WorkerPlan plan) {
    this.plan = plan;
  }

  /**
   * Starts a worker.
   *
   * @param engine stays the caller's to close, after the worker
   * @param applicationName names the lease table, and the consumer under enhanced fan-out
   */
  public static Builder builder(FanoutEngine engine, String applicationName) {
    return new Builder(engine, applicationName);
  }

  /**
   * Starts a worker that reads a table's stream, with its leases in a table of its own. Needs
   * {@code com.amazonaws:dynamodb-streams-kinesis-adapter} on the class path.
   *
   * @param engine stays the caller's to close, after the worker
   * @param applicationName names the lease table; another one for each stream, also for the next
   *     stream of the same table
   * @param streamArn the stream's, as {@code DescribeTable} tells it, under which its targets are
   *     registered
   */
  public static TableWorkerBuilder tableBuilder(
      FanoutEngine engine, String applicationName, String streamArn) {
    return new TableWorkerBuilder(engine, applicationName, streamArn);
  }

  /** Returns the name by which leases say that this worker has them. */
  public String workerId() {
    return plan.workerId();
  }

  /**
   * Returns the shards that this worker has, by the names of their leases: the shard's id, after
   * the stream's where there are several. None before it runs.
   */
  public Set<String> shards() {
    return status().keySet();
  }

  /**
   * Returns what each of these shards has in hand, by the same names: how far its targets have run
   * ahead of the checkpoint while one of them holds records.
   */
  public Map<String, ShardStatus> status() {
    LiveShards shards;
    lock.lock();
    try {
      shards = live;
    } finally {
      lock.unlock();
    }
    return shards == null ? Map.of() : shards.status();
  }

  /**
   * Reads and delivers, on this thread and on KCL's, until the worker is stopped. An interrupt does
   * not end it.
   *
   * @throws FanoutException if a stream cannot be described, or KCL cannot start
   * @throws IllegalStateException if it has been run before
   */
  public void run() {
    lock.lock();
    try {
      if (started) {
        throw new IllegalStateException("a worker runs once; build another");
      }
      started = true;
      if (stopped) {
        return;
      }
    } finally {
      lock.unlock();
    }
    try (WorkerPlan.Opened opened = plan.open()) {
      SchedulerRun run = prepare(opened);
      if (run != null) {
        run.run();
      }
    }
  }

  /** Returns null if the worker was stopped meanwhile. */
  private @Nullable SchedulerRun prepare(WorkerPlan.Opened opened) {
    SchedulerRun run = opened.prepare();
    lock.lock();
    try {
      if (!stopped) {
        current = run;
        live = run.live();
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops the worker: all shards side by side may finish what they have, write what is settled, and
   * hand their leases over, so that other workers go on at once. Up to ten seconds of the limit,
   * and no more than half, are kept for KCL to do so; a target that is down makes it no longer.
   * Blocks for the limit at most; {@link #run} returns soon afterwards, but for a worker that is
   * still at its first calls to AWS and gets no answer. May be called again, and from any thread
   * but {@code run}'s own.
   *
   * @return whether all leases were handed over in time; if not, others take them once they expire,
   *     and nothing is lost
   */
  public boolean stop(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    SchedulerRun run;
    lock.lock();
    try {
      stopped = true;
      run = current;
    } finally {
      lock.unlock();
    }
    return run == null || run.stop(limit);
  }

  /** Stops within {@link KclOptions#stopLimit}. */
  @Override
  public void close() {
    stop(plan.options().stopLimit());
  }

  /** Builds a worker; not thread-safe. */
  public static final class Builder {
    private final FanoutEngine engine;
    private final String applicationName;
    private final List<TrackedStream> streams = new ArrayList<>();
    private String workerId = UUID.randomUUID().toString();
    private Retrieval retrieval = Retrieval.POLLING;
    private InitialPositionInStreamExtended position =
        InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
    private @Nullable String region;
    private @Nullable KinesisAsyncClient kinesis;
    private @Nullable DynamoDbAsyncClient dynamoDb;
    private @Nullable CloudWatchAsyncClient cloudWatch;
    private KclOptions options = KclOptions.DEFAULT;
    private MetricsFactory metrics = new NullMetricsFactory();
    private Consumer<KclSettings> changes = settings -> {};

    private Builder(FanoutEngine engine, String applicationName) {
      this.engine = Objects.requireNonNull(engine, "engine");
      this.applicationName = Objects.requireNonNull(applicationName, "applicationName");
    }

    /**
     * Adds a stream, by its name or its ARN. More than one makes a worker of several streams, whose
     * leases have other names: an application does not go from one to several with its checkpoints.
     *
     * @throws IllegalArgumentException if it is an ARN of something else
     */
    public Builder stream(String nameOrArn) {
      streams.add(new TrackedStream(Objects.requireNonNull(nameOrArn, "nameOrArn"), null));
      return this;
    }

    /**
     * Adds a stream that is read by enhanced fan-out through a consumer that exists, as another
     * account's must.
     *
     * @throws IllegalArgumentException if they are not ARNs of a stream and of its consumer
     */
    public Builder stream(String streamArn, String consumerArn) {
      streams.add(
          new TrackedStream(
              Objects.requireNonNull(streamArn, "streamArn"),
              Objects.requireNonNull(consumerArn, "consumerArn")));
      retrieval = Retrieval.FAN_OUT;
      return this;
    }

    /** Sets the worker's name, by which leases say who has them; a random one by default. */
    public Builder workerId(String newWorkerId) {
      workerId = Objects.requireNonNull(newWorkerId, "workerId");
      return this;
    }

    /**
     * Sets how records are read; {@link Retrieval#POLLING} by default, which costs nothing extra.
     */
    public Builder retrieval(Retrieval newRetrieval) {
      retrieval = Objects.requireNonNull(newRetrieval, "retrieval");
      return this;
    }

    /**
     * Sets where shards start that have no checkpoint; the oldest record by default, since what was
     * written before the first worker came up would be passed over otherwise. KCL's own default is
     * the latest.
     */
    public Builder initialPosition(InitialPositionInStreamExtended newPosition) {
      position = Objects.requireNonNull(newPosition, "position");
      return this;
    }

    /**
     * Sets the region of the clients that are not given; by default what the SDK finds in the
     * environment.
     */
    public Builder region(String newRegion) {
      region = Objects.requireNonNull(newRegion, "region");
      return this;
    }

    /**
     * Sets the client of the streams, which stays the caller's to close. By default one as KCL
     * wants it, for HTTP/2.
     */
    public Builder kinesisClient(KinesisAsyncClient client) {
      kinesis = Objects.requireNonNull(client, "client");
      return this;
    }

    /** Sets the client of the lease table, which stays the caller's to close. */
    public Builder dynamoDbClient(DynamoDbAsyncClient client) {
      dynamoDb = Objects.requireNonNull(client, "client");
      return this;
    }

    /** Sets the client of KCL's metrics, which stays the caller's to close. */
    public Builder cloudWatchClient(CloudWatchAsyncClient client) {
      cloudWatch = Objects.requireNonNull(client, "client");
      return this;
    }

    /** Sets how shards go on, and how they stop. */
    public Builder options(KclOptions newOptions) {
      options = Objects.requireNonNull(newOptions, "options");
      return this;
    }

    /**
     * Sets where KCL's metrics go; nowhere by default, so that no call to CloudWatch is made. The
     * engine's own numbers come from its listeners.
     */
    public Builder metricsFactory(MetricsFactory newMetrics) {
      metrics = Objects.requireNonNull(newMetrics, "metrics");
      return this;
    }

    /** Changes KCL's own settings; called once, when the worker runs. */
    public Builder configure(Consumer<KclSettings> newChanges) {
      changes = Objects.requireNonNull(newChanges, "changes");
      return this;
    }

    /**
     * Returns the worker; makes no call to AWS.
     *
     * @throws IllegalStateException if it has no stream, or a consumer and is to poll
     */
    public FanoutWorker build() {
      if (streams.isEmpty()) {
        throw new IllegalStateException("a worker needs a stream: call stream(...)");
      }
      if (retrieval == Retrieval.POLLING
          && streams.stream().anyMatch(stream -> stream.consumerArn() != null)) {
        throw new IllegalStateException(
            "a consumer's ARN is for enhanced fan-out, not for polling");
      }
      return new FanoutWorker(
          new WorkerConfig(
              engine,
              applicationName,
              workerId,
              List.copyOf(streams),
              retrieval,
              position,
              options,
              metrics,
              changes,
              new KclClients.Given(region, kinesis, dynamoDb, cloudWatch)));
    }
  }
}
