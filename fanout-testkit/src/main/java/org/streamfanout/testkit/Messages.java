package org.streamfanout.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;

/** Messages and batches as an engine makes them, for tests of senders. */
public final class Messages {
  private Messages() {}

  /** Returns the message of one record, in the lane of its key. */
  public static Message of(FanoutRecord record) {
    return Message.builder(id(List.of(record)), List.of(record)).lane(record.key()).build();
  }

  /** Returns the message of several records with a body made of them. */
  public static Message joined(List<FanoutRecord> records, Bytes body) {
    return Message.builder(id(records), records)
        .lane(records.get(0).key())
        .body(body.length(), () -> body)
        .build();
  }

  /** Returns a batch of Kinesis records, one message each. */
  public static Batch batch(FanoutRecord... records) {
    return batch(Arrays.stream(records).map(Messages::of).toList());
  }

  /** Returns a batch of messages from {@link Records#KINESIS}. */
  public static Batch batch(List<Message> messages) {
    return new Batch(Records.KINESIS, Records.SHARD, messages);
  }

  /** Returns a batch of Kinesis records with this key and these data. */
  public static Batch batchOf(String key, String... data) {
    return batch(
        IntStream.range(0, data.length)
            .mapToObj(place -> of(Records.kinesis(place, key, data[place])))
            .toList());
  }

  /** Equal for equal records and as long as the engine's ids are. */
  private static String id(List<FanoutRecord> records) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (FanoutRecord record : records) {
        digest.update((record.id() + "#" + record.part() + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
