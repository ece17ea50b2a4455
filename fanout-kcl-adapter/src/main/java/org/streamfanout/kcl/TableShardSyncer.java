package org.streamfanout.kcl;

import com.amazonaws.services.dynamodbv2.streamsadapter.DynamoDBStreamsShardSyncer;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.leases.exceptions.DependencyException;
import software.amazon.kinesis.leases.exceptions.InvalidStateException;
import software.amazon.kinesis.leases.exceptions.ProvisionedThroughputException;
import software.amazon.kinesis.metrics.MetricsScope;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * Makes the adapter say which leases it gives up unread: it deletes those of shards that the stream
 * no longer has, and logs that as information. Thread-safe.
 */
final class TableShardSyncer extends DynamoDBStreamsShardSyncer {
  private final LossReports reports;

  TableShardSyncer(String stream, boolean cleanup, LossReports reports) {
    super(false, stream, cleanup);
    this.reports = reports;
  }

  @Override
  public boolean checkAndCreateLeaseForNewShards(
      ShardDetector shardDetector,
      LeaseRefresher leaseRefresher,
      InitialPositionInStreamExtended initialPosition,
      MetricsScope scope,
      boolean ignoreUnexpectedChildShards,
      boolean isLeaseTableEmpty)
      throws DependencyException, InvalidStateException, ProvisionedThroughputException {
    List<Lease> before = leaseRefresher.listLeases();
    try {
      return super.checkAndCreateLeaseForNewShards(
          shardDetector,
          leaseRefresher,
          initialPosition,
          scope,
          ignoreUnexpectedChildShards,
          isLeaseTableEmpty);
    } finally {
      reportDeleted(before, leaseRefresher.listLeases());
    }
  }

  private void reportDeleted(List<Lease> before, List<Lease> after) {
    Set<String> left = after.stream().map(Lease::leaseKey).collect(Collectors.toSet());
    for (Lease lease : before) {
      ExtendedSequenceNumber checkpoint = lease.checkpoint();
      if (!left.contains(lease.leaseKey())
          && !ExtendedSequenceNumber.SHARD_END.equals(checkpoint)) {
        boolean hasRead = checkpoint != null && !checkpoint.isSentinelCheckpoint();
        reports.report(
            lease.leaseKey(),
            hasRead ? checkpoint.sequenceNumber() : null,
            "its lease was deleted, since the stream has no such shard any more");
      }
    }
  }
}
