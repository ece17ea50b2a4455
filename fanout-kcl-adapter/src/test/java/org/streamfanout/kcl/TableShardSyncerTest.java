package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.dynamodbv2.streamsadapter.StreamsSchedulerFactory;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.kinesis.model.HashKeyRange;
import software.amazon.awssdk.services.kinesis.model.SequenceNumberRange;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.leases.Lease;
import software.amazon.kinesis.leases.LeaseRefresher;
import software.amazon.kinesis.leases.ShardDetector;
import software.amazon.kinesis.metrics.NullMetricsScope;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/** With leases in memory, and shards that are made up. */
final class TableShardSyncerTest {
  private static final InitialPositionInStreamExtended OLDEST =
      InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);

  private final List<LostRecords> lost = new ArrayList<>();
  private final Map<String, Lease> leases = new LinkedHashMap<>();
  private final StreamIdentifier stream =
      StreamsSchedulerFactory.createSingleStreamTracker(StreamStandIn.ARN, OLDEST)
          .streamConfigList()
          .get(0)
          .streamIdentifier();

  /** Long ago: the adapter keeps leases of shards that are younger than some hours. */
  private static final long MADE = Instant.now().minus(Duration.ofHours(30)).toEpochMilli();

  private static String shardId(int number) {
    return String.format("shardId-%020d-%08x", MADE, number);
  }

  private void lease(String shard, ExtendedSequenceNumber checkpoint) {
    Lease lease = new Lease();
    lease.leaseKey(shard);
    lease.checkpoint(checkpoint);
    leases.put(shard, lease);
  }

  private LeaseRefresher refresher() {
    return (LeaseRefresher)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {LeaseRefresher.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "listLeases" -> new ArrayList<>(leases.values());
                  case "getLeaseTableIdentifier" -> "leases";
                  case "createLeaseIfNotExists" ->
                      leases.putIfAbsent(((Lease) arguments[0]).leaseKey(), (Lease) arguments[0])
                          == null;
                  case "deleteLease" -> {
                    leases.remove(((Lease) arguments[0]).leaseKey());
                    yield null;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private void sync(String... shards) throws Exception {
    List<Shard> all =
        List.of(shards).stream()
            .map(
                id ->
                    Shard.builder()
                        .shardId(id)
                        .hashKeyRange(
                            HashKeyRange.builder().startingHashKey("0").endingHashKey("1").build())
                        .sequenceNumberRange(
                            SequenceNumberRange.builder().startingSequenceNumber("1").build())
                        .build())
            .toList();
    ShardDetector detector =
        new ShardDetector() {
          @Override
          public Shard shard(String shardId) {
            throw new UnsupportedOperationException();
          }

          @Override
          public List<Shard> listShards() {
            return all;
          }

          @Override
          public List<Shard> listShards(String consumerId) {
            return all;
          }

          @Override
          public StreamIdentifier streamIdentifier() {
            return stream;
          }
        };
    new TableShardSyncer(
            stream.toString(), true, new LossReports(Source.of(StreamStandIn.ARN), lost::add))
        .checkAndCreateLeaseForNewShards(
            detector, refresher(), OLDEST, new NullMetricsScope(), false, false);
  }

  @Test
  void check_shardsThatThereAre_keepTheirLeasesAndNewOnesGetThem() throws Exception {
    lease(shardId(1), new ExtendedSequenceNumber("12"));

    sync(shardId(1), shardId(2));

    assertThat(leases).hasSize(2);
    assertThat(lost).isEmpty();
  }

  @Test
  void check_leaseOfAShardThatIsGoneWithoutBeingReadToItsEnd_isTold() throws Exception {
    lease(shardId(1), new ExtendedSequenceNumber("12"));
    lease(shardId(2), ExtendedSequenceNumber.TRIM_HORIZON);
    lease(shardId(3), new ExtendedSequenceNumber("99"));

    sync(shardId(3));

    assertThat(leases).containsOnlyKeys(shardId(3));
    assertThat(lost).extracting(LostRecords::after).containsExactly("12", null);
    assertThat(lost).allSatisfy(each -> assertThat(each.reason()).contains("lease was deleted"));
  }

  @Test
  void check_leaseOfAShardThatIsGoneAndWasReadToItsEnd_isNotTold() throws Exception {
    lease(shardId(1), ExtendedSequenceNumber.SHARD_END);

    sync(shardId(2));

    assertThat(leases).hasSize(1);
    assertThat(lost).isEmpty();
  }
}
