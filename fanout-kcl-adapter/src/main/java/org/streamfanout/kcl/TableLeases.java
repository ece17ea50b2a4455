package org.streamfanout.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsLeaseManagementFactory;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.coordinator.DeletedStreamListProvider;
import software.amazon.kinesis.coordinator.StreamInfoManager;
import software.amazon.kinesis.leases.ShardSyncTaskManager;
import software.amazon.kinesis.metrics.MetricsFactory;

/**
 * The adapter's leases for a KCL of 3.4 and later, which asks for its shard syncer in another way:
 * release 2.0.1 of the adapter does not answer that, and KCL would take its own, which cannot list
 * a table stream's shards.
 */
final class TableLeases extends DynamoDBStreamsLeaseManagementFactory {
  private final LossReports reports;

  TableLeases(KclSettings settings, LossReports reports) {
    super(settings.leases().kinesisClient(), settings.leases(), settings.retrieval());
    this.reports = reports;
  }

  @Override
  public ShardSyncTaskManager createShardSyncTaskManager(
      MetricsFactory metrics,
      StreamConfig stream,
      DeletedStreamListProvider deletedStreams,
      StreamInfoManager streamInfo) {
    return new ShardSyncTaskManager(
        createShardDetector(stream),
        createLeaseRefresher(),
        stream.initialPositionInStreamExtended(),
        isCleanupLeasesUponShardCompletion(),
        isIgnoreUnexpectedChildShards(),
        getShardSyncIntervalMillis(),
        getExecutorService(),
        new TableShardSyncer(
            stream.streamIdentifier().toString(), isCleanupLeasesUponShardCompletion(), reports),
        metrics);
  }
}
