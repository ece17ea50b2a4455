package org.streamfanout.kcl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.coordinator.MigrationAdaptiveLeaseAssignmentModeProvider;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseCoordinator;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.LeaseStatsRecorder;
import software.amazon.kinesis.leases.ShardInfo;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseCoordinator;

/** The leases that a worker has, by name; stands in for KCL's coordinator. */
final class FakeLeases implements LeaseCoordinator {
  private final Map<String, Lease> held = new HashMap<>();
  private final List<Lease> dropped = new ArrayList<>();

  void hold(Lease lease) {
    held.put(lease.leaseKey(), lease);
  }

  List<Lease> dropped() {
    return dropped;
  }

  @Override
  public @Nullable Lease getCurrentlyHeldLease(String leaseKey) {
    return held.get(leaseKey);
  }

  @Override
  public void dropLease(Lease lease) {
    held.remove(lease.leaseKey());
    dropped.add(lease);
  }

  @Override
  public void initialize() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void start(MigrationAdaptiveLeaseAssignmentModeProvider mode) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void runLeaseTaker() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void runLeaseRenewer() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isRunning() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String workerIdentifier() {
    throw new UnsupportedOperationException();
  }

  @Override
  public LeaseRefresher leaseRefresher() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Collection<Lease> getAssignments() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean updateLease(Lease lease, UUID token, String operation, String shardId) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void stopLeaseTaker() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void stop() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ShardInfo> getCurrentAssignments() {
    throw new UnsupportedOperationException();
  }

  @Override
  public DynamoDBLeaseCoordinator initialLeaseTableWriteCapacity(long writeCapacity) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DynamoDBLeaseCoordinator initialLeaseTableReadCapacity(long readCapacity) {
    throw new UnsupportedOperationException();
  }

  @Override
  public LeaseStatsRecorder leaseStatsRecorder() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getConsumerId() {
    throw new UnsupportedOperationException();
  }
}
