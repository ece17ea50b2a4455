package org.streamfanout.testkit;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/**
 * Packs user records into one Kinesis record as the Kinesis Producer Library does: magic number,
 * protobuf message with tables of keys, MD5 (aggregation-format.md in awslabs/amazon-kinesis-
 * producer, as known 2026-11). Not thread-safe.
 */
public final class KplAggregate {
  private static final byte[] MAGIC = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
  private static final int LENGTH_DELIMITED = 2;
  private static final int VARINT = 0;

  private final List<String> keys = new ArrayList<>();
  private final List<String> explicitHashKeys = new ArrayList<>();
  private final List<UserRecord> records = new ArrayList<>();
  private boolean digestIsWrong;

  private record UserRecord(int keyIndex, @Nullable Integer explicitHashKeyIndex, Bytes data) {}

  /** Adds a user record without an explicit hash key. */
  public KplAggregate add(String key, String data) {
    return add(key, null, Bytes.utf8(data));
  }

  /** Adds a user record. */
  public KplAggregate add(String key, @Nullable String explicitHashKey, Bytes data) {
    Integer hashKeyIndex =
        explicitHashKey == null ? null : indexOf(explicitHashKeys, explicitHashKey);
    records.add(new UserRecord(indexOf(keys, key), hashKeyIndex, data));
    return this;
  }

  /** Adds a user record whose key is at a place of the table that there need not be. */
  public KplAggregate addWithKeyIndex(int index, Bytes data) {
    records.add(new UserRecord(index, null, data));
    return this;
  }

  /** Makes the digest wrong, so that readers take the record as it is. */
  public KplAggregate withWrongDigest() {
    digestIsWrong = true;
    return this;
  }

  private static int indexOf(List<String> table, String value) {
    int index = table.indexOf(value);
    if (index >= 0) {
      return index;
    }
    table.add(value);
    return table.size() - 1;
  }

  /** Returns the key of the whole record: {@code a}, or that of a lone user record. */
  public String outerKey() {
    return records.size() == 1 && !keys.isEmpty() ? keys.get(0) : "a";
  }

  /** Returns the record's data. */
  public Bytes toBytes() {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    keys.forEach(key -> field(message, 1, Bytes.utf8(key)));
    explicitHashKeys.forEach(key -> field(message, 2, Bytes.utf8(key)));
    for (UserRecord record : records) {
      ByteArrayOutputStream user = new ByteArrayOutputStream();
      number(user, 1, record.keyIndex());
      Integer hashKeyIndex = record.explicitHashKeyIndex();
      if (hashKeyIndex != null) {
        number(user, 2, hashKeyIndex);
      }
      field(user, 3, record.data());
      field(message, 3, Bytes.wrap(user.toByteArray()));
    }
    return framed(message.toByteArray(), digestIsWrong);
  }

  /** Returns a record with the magic number and the right digest around a message of any kind. */
  public static Bytes around(byte[] message) {
    return framed(message, false);
  }

  private static Bytes framed(byte[] message, boolean wrongDigest) {
    byte[] digest = md5(message);
    if (wrongDigest) {
      digest[0] ^= 1;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    out.writeBytes(message);
    out.writeBytes(digest);
    return Bytes.wrap(out.toByteArray());
  }

  private static byte[] md5(byte[] message) {
    try {
      return MessageDigest.getInstance("MD5").digest(message);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  private static void number(ByteArrayOutputStream out, int field, int value) {
    varint(out, field << 3 | VARINT);
    varint(out, value);
  }

  private static void field(ByteArrayOutputStream out, int field, Bytes value) {
    varint(out, field << 3 | LENGTH_DELIMITED);
    varint(out, value.length());
    out.writeBytes(value.toByteArray());
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int left = value;
    while ((left & ~0x7F) != 0) {
      out.write(left & 0x7F | 0x80);
      left >>>= 7;
    }
    out.write(left);
  }
}
