package org.streamfanout.core.kpl;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;

/**
 * Takes the user records out of a Kinesis record that the Kinesis Producer Library aggregated.
 * Stateless and thread-safe.
 *
 * <p>The format is four magic bytes, a protobuf message and its MD5 (<a
 * href="https://github.com/awslabs/kinesis-aggregation/blob/master/potobuf-format.md">description</a>,
 * as known 2026-11).
 */
public final class KplDeaggregator {
  /** The code of a user record whose key index points outside the aggregate's table. */
  public static final String BAD_KEY_INDEX = "KplBadKeyIndex";

  /** The code of an aggregate whose checksum is right and whose message is not readable. */
  public static final String MALFORMED = "KplMalformed";

  /** The code of an aggregate of more than {@link #MAX_RECORDS} user records, or keys. */
  public static final String TOO_MANY = "KplTooManyRecords";

  /**
   * The most user records of one aggregate, and the most entries of each of its two tables. The
   * producer library ends an aggregate at 1 MiB (its {@code AggregationMaxSize}, as known 2026-11),
   * which the shortest user records of 6 bytes fill 174,762 times; a record of 10 MiB could
   * otherwise ask for some 2,000,000 of them, each a hundred times as large in memory.
   */
  public static final int MAX_RECORDS = 200_000;

  private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int DIGEST_LENGTH = 16;

  private KplDeaggregator() {}

  /**
   * Returns the user records of an aggregate as slices of its data, numbered by their places.
   *
   * <p>A record that is no aggregate (too short, another magic, another MD5, no data, or already
   * taken out of an aggregate) is returned as it is, the same object. A user record with a key
   * index outside its table is rejected alone and keeps its place, under the aggregate's own key
   * where its own is unknown. If the message itself cannot be read, or has more than {@link
   * #MAX_RECORDS}, the record is rejected as a whole. Never throws because of what a record holds.
   */
  public static Deaggregated deaggregate(FanoutRecord record) {
    Bytes data = record.data();
    if (data == null || record.part() != Position.WHOLE || !isAggregate(data)) {
      return new Deaggregated(List.of(record), Map.of());
    }
    Bytes message = data.slice(MAGIC.length, data.length() - MAGIC.length - DIGEST_LENGTH);
    try {
      return new KplMessage(record, message).read();
    } catch (KplMessage.TooManyException e) {
      Failure failure =
          Failure.rejected(
              TOO_MANY, "the aggregate has more than " + MAX_RECORDS + " " + e.getMessage());
      return new Deaggregated(List.of(record), Map.of(0, failure));
    } catch (IOException e) {
      Failure failure =
          Failure.rejected(
              MALFORMED,
              "the aggregate's checksum is right, but its message cannot be read: "
                  + e.getMessage());
      return new Deaggregated(List.of(record), Map.of(0, failure));
    }
  }

  private static boolean isAggregate(Bytes data) {
    if (data.length() <= MAGIC.length + DIGEST_LENGTH) {
      return false;
    }
    byte[] array = data.array();
    int start = data.offset();
    int body = start + MAGIC.length;
    int digest = start + data.length() - DIGEST_LENGTH;
    if (!Arrays.equals(array, start, body, MAGIC, 0, MAGIC.length)) {
      return false;
    }
    MessageDigest md5 = md5();
    md5.update(array, body, digest - body);
    return Arrays.equals(array, digest, digest + DIGEST_LENGTH, md5.digest(), 0, DIGEST_LENGTH);
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(
          "this Java runtime has no MD5, which every one must have: check its security providers",
          e);
    }
  }
}
