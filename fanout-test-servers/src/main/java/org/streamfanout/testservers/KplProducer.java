package org.streamfanout.testservers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/**
 * The real Kinesis Producer Library, writing aggregated records to a {@link KinesisServer}. Whoever
 * starts it adds {@code amazon-kinesis-producer} to its class path: a jar of 69 MB with a process
 * of its own in it. One stream; thread-safe.
 */
public final class KplProducer implements AutoCloseable {
  /** The key of the records that are written until the producer aggregates. */
  public static final String WARM_UP_KEY = "warm-up";

  private static final int WARM_UP_ROUNDS = 60;
  private static final int WARM_UP_RECORDS = 5;
  private static final long PATIENCE_SECONDS = 120;

  private final KinesisProducer producer;
  private final String stream;
  private final Path folder;

  /**
   * A record that a program hands to the library.
   *
   * @param key its partition key
   * @param explicitHashKey where it is to go, in place of the key's hash; null for the key's
   * @param data its payload
   */
  public record UserRecord(String key, @Nullable String explicitHashKey, byte[] data) {}

  /**
   * Where a user record has got to.
   *
   * @param shard the shard's id
   * @param sequenceNumber that of the aggregate that it is part of
   */
  public record Place(String shard, String sequenceNumber) {}

  private KplProducer(KinesisProducer producer, String stream, Path folder) {
    this.producer = producer;
    this.stream = stream;
    this.folder = folder;
  }

  /**
   * Starts a producer that packs as many records into an aggregate as fit, and waits until it does.
   *
   * @see #start(KinesisServer, String, int)
   */
  public static KplProducer start(KinesisServer server, String stream) {
    return start(server, stream, Integer.MAX_VALUE);
  }

  /**
   * Starts a producer and waits until it aggregates, which it does once it knows the stream's
   * shards. The records by which this is found out stay in the stream.
   *
   * @param recordsPerAggregate how many records an aggregate has at most
   * @throws IllegalStateException if it does not aggregate
   */
  public static KplProducer start(KinesisServer server, String stream, int recordsPerAggregate) {
    Path folder = ServerProcess.newFolder();
    KinesisProducerConfiguration configuration =
        new KinesisProducerConfiguration()
            .setRegion("us-east-1")
            .setCredentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .setKinesisEndpoint("127.0.0.1")
            .setKinesisPort(server.tlsEndpoint().getPort())
            // Asked for the account's number, by no means vital; nobody listens there.
            .setStsEndpoint("127.0.0.1")
            .setStsPort(1)
            .setVerifyCertificate(false)
            .setMetricsLevel("none")
            .setAggregationMaxCount(recordsPerAggregate)
            .setRecordTtl(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))
            .setRequestTimeout(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))
            .setRateLimit(Integer.MAX_VALUE)
            .setTempDirectory(folder.toString())
            .setLogLevel("error");
    KplProducer producer = new KplProducer(new KinesisProducer(configuration), stream, folder);
    try {
      producer.warmUp();
      return producer;
    } catch (RuntimeException e) {
      producer.close();
      throw e;
    }
  }

  private void warmUp() {
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      List<UserRecord> records = new ArrayList<>();
      for (int i = 0; i < WARM_UP_RECORDS; i++) {
        records.add(new UserRecord(WARM_UP_KEY, null, new byte[] {(byte) i}));
      }
      long aggregates = write(records).stream().distinct().count();
      if (aggregates == 1) {
        return;
      }
    }
    throw new IllegalStateException("the producer does not aggregate");
  }

  /**
   * Writes records and waits until all are in the stream.
   *
   * @return where each has got to
   * @throws IllegalStateException if one is not taken
   */
  public List<Place> write(List<UserRecord> records) {
    List<Future<UserRecordResult>> answers = new ArrayList<>();
    for (UserRecord each : records) {
      answers.add(
          producer.addUserRecord(
              stream, each.key, each.explicitHashKey, ByteBuffer.wrap(each.data)));
    }
    producer.flush(stream);
    return answers.stream().map(KplProducer::place).toList();
  }

  private static Place place(Future<UserRecordResult> answer) {
    try {
      UserRecordResult result = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return new Place(result.getShardId(), result.getSequenceNumber());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a record was written", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a record was not written", e);
    }
  }

  /** Ends the producer; what was not answered is not written. */
  @Override
  public void close() {
    producer.destroy();
    ServerProcess.remove(folder);
  }
}
