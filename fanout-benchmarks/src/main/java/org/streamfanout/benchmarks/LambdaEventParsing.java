package org.streamfanout.benchmarks;

import com.amazonaws.services.lambda.runtime.events.KinesisEvent;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.lambda.LambdaEvents;

/**
 * A Lambda event of Kinesis records, from bytes to records, against what Lambda's own Java runtime
 * makes of it: the POJOs of {@code aws-lambda-java-events}, read by {@code
 * aws-lambda-java-serialization}. Both decode the base64 of every record.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LambdaEventParsing {
  /** Records in the event. */
  @Param({"100"})
  public int records;

  /** Bytes of data in a record. */
  @Param({"100", "1024", "10240"})
  public int size;

  private byte[] event = {};
  private final PojoSerializer<KinesisEvent> serializer =
      LambdaEventSerializers.serializerFor(KinesisEvent.class, getClass().getClassLoader());

  /** Writes the event as Lambda does. */
  @Setup
  public void writeEvent() {
    Random random = new Random(1);
    StringJoiner json = new StringJoiner(",", "{\"Records\":[", "]}");
    for (int index = 0; index < records; index++) {
      byte[] data = new byte[size];
      random.nextBytes(data);
      String sequenceNumber =
          "4959033827149025660855969253836157109592157598913" + (1_000_000 + index);
      json.add(
          """
          {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"key-%d","sequenceNumber":"%s",\
          "data":"%s","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis",\
          "eventVersion":"1.0","eventID":"shardId-000000000006:%s",\
          "eventName":"aws:kinesis:record",\
          "invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role",\
          "awsRegion":"us-east-2",\
          "eventSourceARN":"arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"}"""
              .formatted(
                  index, sequenceNumber, Base64.getEncoder().encodeToString(data), sequenceNumber));
    }
    event = json.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Ours. */
  @Benchmark
  public List<SourceBatch> ours() {
    return LambdaEvents.parse(event);
  }

  /** The POJOs. */
  @Benchmark
  public KinesisEvent peer() {
    return serializer.fromJson(new ByteArrayInputStream(event));
  }
}
