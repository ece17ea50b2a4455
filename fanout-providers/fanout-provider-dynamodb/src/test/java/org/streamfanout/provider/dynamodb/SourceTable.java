package org.streamfanout.provider.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TableChange;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** A table with a stream of old and new images: keys {@code id} (S) and {@code n} (N). */
record SourceTable(
    String name, String streamArn, DynamoDbClient client, DynamoDbStreamsClient streams) {

  /** Puts, updates and deletes some items of every type, the same ones each time. */
  void changeAtRandom(int changes) {
    Random random = new Random(7);
    for (int change = 0; change < changes; change++) {
      Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> key =
          Map.of(
              "id", text("id-" + random.nextInt(4)),
              "n", number(random.nextInt(3) + ".50"));
      if (random.nextInt(4) == 0) {
        client.deleteItem(request -> request.tableName(name).key(key));
      } else {
        Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> item =
            new LinkedHashMap<>(key);
        item.put("value", anything(random));
        client.putItem(request -> request.tableName(name).item(item));
      }
    }
  }

  private static software.amazon.awssdk.services.dynamodb.model.AttributeValue text(String value) {
    return software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS(value);
  }

  private static software.amazon.awssdk.services.dynamodb.model.AttributeValue number(
      String value) {
    return software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromN(value);
  }

  private static software.amazon.awssdk.services.dynamodb.model.AttributeValue anything(
      Random random) {
    SdkBytes bytes = SdkBytes.fromByteArray(new byte[] {0, (byte) 0xff, (byte) random.nextInt()});
    var value = software.amazon.awssdk.services.dynamodb.model.AttributeValue.builder();
    switch (random.nextInt(10)) {
      case 0 -> value.s("\u00e9\ud83d\ude00\uffff" + random.nextInt());
      case 1 -> value.n("-0.0000000000000000000000000000000000000" + (1 + random.nextInt(9)));
      case 2 -> value.b(bytes);
      case 3 -> value.bool(random.nextBoolean());
      case 4 -> value.nul(true);
      case 5 -> value.ss("a", "b" + random.nextInt());
      case 6 -> value.ns("1", "12345678901234567890123456789012345678");
      case 7 -> value.bs(bytes, SdkBytes.fromUtf8String("x"));
      case 8 -> value.l(text(""), number("1"), anything(random));
      default -> value.m(Map.of("#", text(""), "a.b", anything(random)));
    }
    return value.build();
  }

  /** Returns the stream's records so far, as a host reads them. */
  List<FanoutRecord> records() {
    List<FanoutRecord> records = new ArrayList<>();
    List<Shard> shards =
        streams
            .describeStream(request -> request.streamArn(streamArn))
            .streamDescription()
            .shards();
    for (Shard shard : shards) {
      String iterator =
          streams
              .getShardIterator(
                  request ->
                      request
                          .streamArn(streamArn)
                          .shardId(shard.shardId())
                          .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
              .shardIterator();
      GetRecordsResponse page;
      do {
        String next = iterator;
        page = streams.getRecords(request -> request.shardIterator(next));
        page.records().forEach(record -> records.add(record(record)));
        iterator = page.nextShardIterator();
      } while (iterator != null && !page.records().isEmpty());
    }
    return records;
  }

  private static FanoutRecord record(Record record) {
    StreamRecord change = record.dynamodb();
    return FanoutRecord.builder(record.eventID(), change.sequenceNumber())
        .key("k")
        .change(
            new TableChange(
                TableChange.Type.valueOf(record.eventNameAsString()),
                image(change.keys()),
                change.hasNewImage() ? image(change.newImage()) : null,
                change.hasOldImage() ? image(change.oldImage()) : null))
        .build();
  }

  private static Map<String, AttributeValue> image(
      Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> item) {
    Map<String, AttributeValue> image = new LinkedHashMap<>();
    item.forEach((name, value) -> image.put(name, value(value)));
    return image;
  }

  private static AttributeValue value(
      software.amazon.awssdk.services.dynamodb.model.AttributeValue value) {
    return switch (value.type()) {
      case S -> new AttributeValue.S(value.s());
      case N -> new AttributeValue.N(value.n());
      case B -> new AttributeValue.B(Bytes.wrap(value.b().asByteArray()));
      case BOOL -> new AttributeValue.Bool(value.bool());
      case NUL -> new AttributeValue.Null();
      case SS -> new AttributeValue.Ss(value.ss());
      case NS -> new AttributeValue.Ns(value.ns());
      case BS ->
          new AttributeValue.Bs(
              value.bs().stream().map(bytes -> Bytes.wrap(bytes.asByteArray())).toList());
      case L -> new AttributeValue.L(value.l().stream().map(SourceTable::value).toList());
      case M -> new AttributeValue.M(image(value.m()));
      default -> throw new IllegalArgumentException("type " + value.type());
    };
  }
}
