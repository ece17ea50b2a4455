package org.streamfanout.it;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Source;
import org.streamfanout.testkit.KplAggregate;
import org.streamfanout.testkit.Records;

/**
 * Strings that must be in no log, metric, exception or text for people, and inputs full of them.
 */
final class Canaries {
  static final String PAYLOAD = "CanaryPayload7c1e";
  static final String KEY = "CanaryKey93ab";
  static final String HEADER = "CanaryHeader55d0";
  static final String OWN_SECRET_KEY = "CanaryOwnSecretKey0f44";
  static final String OWN_TOKEN = "CanaryOwnToken81be";
  static final String SECRET_KEY = "CanarySessionSecretKey2c19";
  static final String TOKEN = "CanarySessionToken6e02";
  static final String EXTERNAL_ID = "CanaryExternalId4410";
  static final String PASSWORD = "CanaryPassword9d7f";

  private static final List<String> ALL =
      List.of(
          PAYLOAD,
          KEY,
          HEADER,
          OWN_SECRET_KEY,
          OWN_TOKEN,
          SECRET_KEY,
          TOKEN,
          EXTERNAL_ID,
          PASSWORD);

  private Canaries() {}

  /** Returns the canaries that a text gives away, as they are, in base64, hex or URL encoding. */
  static List<String> in(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    List<String> found = new ArrayList<>();
    for (String canary : ALL) {
      byte[] bytes = canary.getBytes(StandardCharsets.UTF_8);
      boolean leaked = lower.contains(canary.toLowerCase(Locale.ROOT));
      for (int shift = 0; shift < 3; shift++) {
        // Wherever it stands in what was encoded, these characters are its own.
        byte[] shifted = new byte[shift + bytes.length];
        System.arraycopy(bytes, 0, shifted, shift, bytes.length);
        String base64 = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        leaked |= text.contains(base64.substring(4, base64.length() - 3));
      }
      leaked |= lower.contains(HexFormat.of().formatHex(bytes));
      if (leaked) {
        found.add(canary);
      }
    }
    return found;
  }

  private static String json(int number) {
    return "{\"n\":" + number + ",\"secret\":\"" + PAYLOAD + number + "\"}";
  }

  /** Returns records of which some are JSON, some none, one is an aggregate and one a tombstone. */
  static SourceBatch batch(Source source) {
    List<FanoutRecord> records = new ArrayList<>();
    for (int number = 0; number < 6; number++) {
      String data = number == 3 ? PAYLOAD + " is no JSON \u0001" : json(number);
      records.add(
          FanoutRecord.builder(Records.SHARD + ":" + number, Integer.toString(number))
              .shard(Records.SHARD)
              .key(KEY + number)
              .keyBytes(source.type() == Source.Type.KAFKA ? Bytes.utf8(KEY + number) : null)
              .data(Bytes.utf8(data))
              .headers(List.of(new Header("name", Bytes.utf8(HEADER))))
              .build());
    }
    KplAggregate aggregate =
        new KplAggregate()
            .add(KEY, json(7))
            .addWithKeyIndex(9, Bytes.utf8(json(8)))
            .add(KEY + "b", PAYLOAD);
    records.add(
        FanoutRecord.builder(Records.SHARD + ":8", "8")
            .shard(Records.SHARD)
            .key(KEY)
            .data(aggregate.toBytes())
            .build());
    records.add(
        FanoutRecord.builder(Records.SHARD + ":9", "9").shard(Records.SHARD).key(KEY).build());
    return new SourceBatch(source, Records.SHARD, records);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns Lambda events by what they are; those whose names say so cannot be read. */
  static Map<String, String> lambdaEvents() {
    String kinesis =
        "{\"Records\":[{\"kinesis\":{\"partitionKey\":\""
            + KEY
            + "\",\"sequenceNumber\":\"1\",\"data\":\""
            + base64(json(1))
            + "\",\"approximateArrivalTimestamp\":1545084650.987},\"eventSource\":\"aws:kinesis\","
            + "\"eventID\":\"shardId-000000000000:1\",\"eventSourceARN\":\""
            + Records.KINESIS.id()
            + "\"}]}";
    String dynamoDb =
        "{\"Records\":[{\"eventID\":\"e1\",\"eventName\":\"INSERT\",\"eventSource\":\"aws:dynamodb\","
            + "\"dynamodb\":{\"Keys\":{\"id\":{\"S\":\""
            + KEY
            + "\"}},\"NewImage\":{\"id\":{\"S\":\""
            + KEY
            + "\"},\"secret\":{\"S\":\""
            + PAYLOAD
            + "\"},\"n\":{\"N\":\"1\"}},\"SequenceNumber\":\"1\"},\"eventSourceARN\":\""
            + Records.DYNAMODB.id()
            + "\"}]}";
    String wrong = PAYLOAD + "\\ud800";
    return Map.ofEntries(
        Map.entry("kinesis", kinesis),
        Map.entry("dynamodb", dynamoDb),
        Map.entry("no base64", kinesis.replace(base64(json(1)), PAYLOAD + "!")),
        Map.entry("half a pair", kinesis.replace(KEY, KEY + "\\ud800")),
        Map.entry("cut off", kinesis.substring(0, kinesis.indexOf(base64(json(1))) + 30)),
        Map.entry("not a string", kinesis.replace("\"" + KEY + "\"", "{\"" + KEY + "\":1}")),
        Map.entry(
            "attribute of no kind",
            dynamoDb.replace("{\"S\":\"" + PAYLOAD, "{\"" + PAYLOAD + "\":\"")),
        Map.entry("attribute cut off", dynamoDb.substring(0, dynamoDb.indexOf(PAYLOAD) + 5)),
        Map.entry(
            "attribute that is no text",
            dynamoDb.replace("\"" + PAYLOAD + "\"", "[\"" + PAYLOAD + "\"]")),
        Map.entry(
            "number that is none", dynamoDb.replace("\"N\":\"1\"", "\"N\":\"" + PAYLOAD + "\"")),
        Map.entry("text that is wrong", dynamoDb.replace(PAYLOAD, wrong)));
  }
}
