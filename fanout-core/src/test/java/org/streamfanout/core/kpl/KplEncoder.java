package org.streamfanout.core.kpl;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

/** Writes aggregates as the Kinesis Producer Library does, and wrong ones on demand. */
final class KplEncoder {
  private final List<String> keys = new ArrayList<>();
  private final List<String> hashKeys = new ArrayList<>();
  private final List<byte[]> records = new ArrayList<>();
  private boolean tablesLast;

  record User(String key, @Nullable String hashKey, byte[] data) {}

  static FanoutRecord record(byte[] data) {
    return FanoutRecord.builder("shardId-000000000000:1", "1")
        .shard("shardId-000000000000")
        .key("a")
        .data(Bytes.wrap(data))
        .build();
  }

  static KplEncoder of(List<User> users) {
    KplEncoder encoder = new KplEncoder();
    for (User user : users) {
      encoder.add(user.key(), user.hashKey(), user.data());
    }
    return encoder;
  }

  KplEncoder add(String key, @Nullable String hashKey, byte[] data) {
    return addRaw(
        (long) index(keys, key), hashKey == null ? null : (long) index(hashKeys, hashKey), data);
  }

  KplEncoder addRaw(@Nullable Long keyIndex, @Nullable Long hashKeyIndex, byte @Nullable [] data) {
    records.add(
        written(
            out -> {
              if (keyIndex != null) {
                out.writeUInt64(1, keyIndex);
              }
              if (hashKeyIndex != null) {
                out.writeUInt64(2, hashKeyIndex);
              }
              if (data != null) {
                out.writeByteArray(3, data);
              }
            }));
    return this;
  }

  KplEncoder key(String key) {
    index(keys, key);
    return this;
  }

  KplEncoder tablesLast() {
    tablesLast = true;
    return this;
  }

  byte[] message() {
    return written(
        out -> {
          if (!tablesLast) {
            writeTables(out);
          }
          for (byte[] record : records) {
            out.writeByteArray(3, record);
          }
          if (tablesLast) {
            writeTables(out);
          }
        });
  }

  byte[] aggregate() {
    return seal(message());
  }

  /** Puts magic and MD5 around a message. */
  static byte[] seal(byte[] message) {
    byte[] sealed = new byte[message.length + 20];
    sealed[0] = (byte) 0xF3;
    sealed[1] = (byte) 0x89;
    sealed[2] = (byte) 0x9A;
    sealed[3] = (byte) 0xC2;
    System.arraycopy(message, 0, sealed, 4, message.length);
    try {
      byte[] digest = MessageDigest.getInstance("MD5").digest(message);
      System.arraycopy(digest, 0, sealed, 4 + message.length, digest.length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    return sealed;
  }

  private void writeTables(CodedOutputStream out) throws IOException {
    for (String key : keys) {
      out.writeString(1, key);
    }
    for (String hashKey : hashKeys) {
      out.writeString(2, hashKey);
    }
  }

  private static int index(List<String> table, String entry) {
    int index = table.indexOf(entry);
    if (index >= 0) {
      return index;
    }
    table.add(entry);
    return table.size() - 1;
  }

  private interface Body {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] written(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      body.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
