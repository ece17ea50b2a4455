package org.streamfanout.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.Records;

/**
 * Records of every kind that a target refuses, and what it would have got of them had it not: the
 * lines of a {@code file} target of the same row.
 */
final class PoisonRecords {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long LARGE = 64L * 1024 * 1024;

  private final List<SourceBatch> batches;

  private PoisonRecords(List<SourceBatch> batches) {
    this.batches = batches;
  }

  /** Makes them; the largest has so many bytes. */
  static PoisonRecords ofUpTo(int largest) {
    byte[] binary = new byte[largest];
    new Random(7).nextBytes(binary);
    KplAggregate aggregate =
        new KplAggregate()
            .add("ada", "one")
            .add("bob", "17", Bytes.utf8("two"))
            .add("ada", "three");
    List<FanoutRecord> kinesis =
        List.of(
            Records.kinesis(1, aggregate),
            Records.kinesis(Records.SHARD, 2, "carl", Bytes.wrap(binary)),
            Records.kinesis(Records.SHARD, 3, "dora\u2028\u00e9", Bytes.utf8("\u0000\u00ff")),
            Records.kinesis(Records.SHARD, 4, "eve", Bytes.EMPTY));
    List<FanoutRecord> kafka =
        List.of(
            FanoutRecord.builder("orders-0:7", "7")
                .shard("orders-0")
                .key("base64:/w==")
                .keyBytes(Bytes.wrap(new byte[] {-1}))
                .data(Bytes.utf8("with headers"))
                .headers(List.of(new Header("h", Bytes.utf8("v")), new Header("h", null)))
                .build(),
            Records.kafka(8, "gone", null));
    Map<String, AttributeValue> image = new LinkedHashMap<>();
    image.put("id", new AttributeValue.S("k\u00fc"));
    image.put("b", new AttributeValue.B(Bytes.wrap(new byte[] {0, 1})));
    image.put("n", new AttributeValue.N("12345678901234567890123456789012345678"));
    Map<String, AttributeValue> key = Map.of("id", new AttributeValue.S("k\u00fc"));
    List<FanoutRecord> dynamoDb =
        List.of(
            Records.dynamoDb(
                1, "k\u00fc", new TableChange(TableChange.Type.MODIFY, key, image, image)),
            Records.dynamoDb(2, TableChange.Type.REMOVE, "other"));
    return new PoisonRecords(
        List.of(
            new SourceBatch(Records.KINESIS, Records.SHARD, kinesis),
            new SourceBatch(Records.KAFKA, "orders-0", kafka),
            new SourceBatch(Records.DYNAMODB, null, dynamoDb)));
  }

  /** Returns a row of target {@code t}, which decodes, but for its type and destination. */
  private static TargetConfig.Builder row(Source source, String type, String destination) {
    return TargetConfig.builder(source, "t", type, destination)
        .ordering(Ordering.SHARD)
        .deaggregate(true)
        .wholeChange(true)
        .convertDdb(true)
        .appendNewlines(source.type() == Source.Type.DYNAMODB);
  }

  /** Writes the targets file of a replay to {@code t}, which is a file now. */
  void writeTargets(Path file, Path destination) throws IOException {
    List<String> rows = new ArrayList<>();
    for (SourceBatch batch : batches) {
      rows.add(
          """
          {"sourceArn":"%s","id":"t","type":"file","destination":"%s","active":true,\
          "ordering":"SHARD","deaggregate":true,"wholeChange":true,"convertDDB":true,\
          "appendNewlines":%s}"""
              .formatted(
                  batch.source().id(), destination, batch.source().type() == Source.Type.DYNAMODB));
    }
    Files.writeString(file, "[" + String.join(",", rows) + "]");
  }

  /** Returns the lines that the target would have got. */
  List<String> accepted(Path file) {
    InMemoryTargetRegistry rows = new InMemoryTargetRegistry();
    batches.forEach(batch -> rows.put(row(batch.source(), "file", file.toString()).build()));
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(rows)
            .setting(ProviderContext.ALLOW_LOCAL, "true")
            .build()) {
      for (SourceBatch batch : batches) {
        requireSettled(engine.process(batch, Deadline.after(PATIENCE)));
      }
    }
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Has target {@code t} refuse all of them, so that their letters go to a dead-letter target.
   *
   * @param endpoint where AWS is; null where none is needed
   * @param wholeRecord whether {@code t} sends more than bodies
   * @return how many letters there are
   */
  long refuse(
      String type,
      String destination,
      Map<String, String> options,
      @Nullable URI endpoint,
      boolean wholeRecord) {
    InMemoryTarget refusing =
        InMemoryTarget.builder()
            .type("refusing")
            .capabilities(
                Capabilities.builder(Limits.of(10, LARGE, LARGE))
                    .tombstones(true)
                    .wholeRecord(wholeRecord)
                    .build())
            .build()
            .always(Behaviours.fail(Failure.rejected("Poison", "never")));
    InMemoryTargetRegistry rows = new InMemoryTargetRegistry();
    for (SourceBatch batch : batches) {
      rows.put(
          row(batch.source(), "refusing", "x")
              .onFailure(OnFailure.DEAD_LETTER)
              .deadLetter("letters")
              .build());
      rows.put(
          TargetConfig.builder(batch.source(), "letters", type, destination)
              .deadLetterOnly(true)
              .options(options)
              .build());
    }
    FanoutEngine.Builder builder =
        FanoutEngine.builder()
            .registry(rows)
            .provider(refusing)
            .setting(ProviderContext.ALLOW_LOCAL, "true")
            .setting(ProviderContext.ALLOWED_HOSTS, "127.0.0.1")
            .setting(ProviderContext.REGION, "us-east-1");
    if (endpoint != null) {
      builder.setting(ProviderContext.ENDPOINT_URL, endpoint.toString());
    }
    long letters = 0;
    try (FanoutEngine engine = builder.build()) {
      for (SourceBatch batch : batches) {
        FanoutResult result = engine.process(batch, Deadline.after(PATIENCE));
        requireSettled(result);
        letters += result.targets().get(0).counts().deadLettered();
      }
    }
    return letters;
  }

  private static void requireSettled(FanoutResult result) {
    if (!result.isSettled()) {
      throw new AssertionError(
          result.source() + " is held: " + result.targets().get(0).firstFailure());
    }
  }
}
