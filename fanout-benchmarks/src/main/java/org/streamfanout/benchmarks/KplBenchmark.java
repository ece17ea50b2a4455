package org.streamfanout.benchmarks;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;
import org.streamfanout.core.kpl.KplDeaggregator;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import software.amazon.kinesis.retrieval.AggregatorUtil;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * User records a second out of KPL aggregates of some 50 KiB, the producer's default; beside the
 * Kinesis Client Library's own deaggregation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class KplBenchmark {
  private static final int RECORDS = 1_000;
  private static final int AGGREGATE_BYTES = 51_200;
  private static final int KEYS = 20;

  /** Bytes of data in a user record. */
  @Param({"100", "256", "1024"})
  public int bytes;

  private final List<FanoutRecord> ours = new ArrayList<>();
  private final List<KinesisClientRecord> peers = new ArrayList<>();
  private final AggregatorUtil peer = new AggregatorUtil();

  /** Makes the aggregates. */
  @Setup
  public void setUp() throws IOException, NoSuchAlgorithmException {
    Random random = new Random(42);
    int each = AGGREGATE_BYTES / bytes;
    for (int done = 0; done < RECORDS; done += each) {
      byte[] data = aggregate(Math.min(each, RECORDS - done), random);
      ours.add(
          FanoutRecord.builder("shardId-000000000000:" + done, Integer.toString(done))
              .shard("shardId-000000000000")
              .key("a")
              .data(Bytes.wrap(data))
              .build());
      peers.add(
          KinesisClientRecord.builder()
              .sequenceNumber(Integer.toString(done))
              .partitionKey("a")
              .data(java.nio.ByteBuffer.wrap(data.clone()))
              .build());
    }
  }

  private byte[] aggregate(int records, Random random)
      throws IOException, NoSuchAlgorithmException {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(message);
    for (int key = 0; key < KEYS; key++) {
      out.writeString(1, "device-" + key);
    }
    byte[] data = new byte[bytes];
    for (int record = 0; record < records; record++) {
      random.nextBytes(data);
      ByteArrayOutputStream user = new ByteArrayOutputStream();
      CodedOutputStream userOut = CodedOutputStream.newInstance(user);
      userOut.writeUInt64(1, record % KEYS);
      userOut.writeByteArray(3, data);
      userOut.flush();
      out.writeByteArray(3, user.toByteArray());
    }
    out.flush();
    ByteArrayOutputStream sealed = new ByteArrayOutputStream();
    sealed.writeBytes(AggregatorUtil.AGGREGATED_RECORD_MAGIC);
    sealed.writeBytes(message.toByteArray());
    sealed.writeBytes(MessageDigest.getInstance("MD5").digest(message.toByteArray()));
    return sealed.toByteArray();
  }

  /** This project. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public void ours(Blackhole blackhole) {
    for (FanoutRecord record : ours) {
      blackhole.consume(KplDeaggregator.deaggregate(record).records());
    }
  }

  /** The Kinesis Client Library. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public void peer(Blackhole blackhole) {
    for (KinesisClientRecord record : peers) {
      // it leaves the buffers of aggregates at their ends
      record.data().rewind();
    }
    List<KinesisClientRecord> records = peer.deaggregate(peers);
    if (records.size() != RECORDS) {
      throw new IllegalStateException("the peer read " + records.size() + " of " + RECORDS);
    }
    blackhole.consume(records);
  }
}
