package org.streamfanout.core.kpl;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * One aggregate's protobuf message, read in two passes: protobuf lets tables follow the records
 * that point into them.
 */
final class KplMessage {
  private static final int PARTITION_KEY = (1 << 3) | 2;
  private static final int EXPLICIT_HASH_KEY = (2 << 3) | 2;
  private static final int RECORD = (3 << 3) | 2;

  private static final int PARTITION_KEY_INDEX = 1 << 3;
  private static final int EXPLICIT_HASH_KEY_INDEX = 2 << 3;
  private static final int DATA = (3 << 3) | 2;

  private static final long NONE = -1;

  private final FanoutRecord source;
  private final byte[] array;
  private final int offset;
  private final int length;
  private final List<String> partitionKeys = new ArrayList<>();
  private final List<String> explicitHashKeys = new ArrayList<>();
  private Map<Integer, Failure> rejections = Map.of();

  /** There is more of something than {@link KplDeaggregator#MAX_RECORDS}; its text says of what. */
  static final class TooManyException extends IOException {
    private static final long serialVersionUID = 1L;

    TooManyException(String what) {
      super(what);
    }
  }

  KplMessage(FanoutRecord source, Bytes message) {
    this.source = source;
    this.array = message.array();
    this.offset = message.offset();
    this.length = message.length();
  }

  Deaggregated read() throws IOException {
    FanoutRecord[] records = new FanoutRecord[readTables()];
    CodedInputStream in = CodedInputStream.newInstance(array, offset, length);
    int part = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == RECORD) {
        records[part] = readRecord(in, part);
        part++;
      } else {
        skip(in, tag);
      }
    }
    return new Deaggregated(Collections.unmodifiableList(Arrays.asList(records)), rejections);
  }

  private int readTables() throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(array, offset, length);
    int records = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case PARTITION_KEY -> add(partitionKeys, in, "partition keys");
        case EXPLICIT_HASH_KEY -> add(explicitHashKeys, in, "explicit hash keys");
        case RECORD -> {
          if (++records > KplDeaggregator.MAX_RECORDS) {
            throw new TooManyException("user records");
          }
          skip(in, tag);
        }
        default -> skip(in, tag);
      }
    }
    return records;
  }

  private static void add(List<String> table, CodedInputStream in, String what) throws IOException {
    if (table.size() == KplDeaggregator.MAX_RECORDS) {
      throw new TooManyException(what);
    }
    table.add(in.readString());
  }

  private FanoutRecord readRecord(CodedInputStream in, int part) throws IOException {
    int outerLimit = in.pushLimit(in.readUInt32());
    long keyIndex = NONE;
    boolean hasKeyIndex = false;
    long hashKeyIndex = NONE;
    boolean hasHashKeyIndex = false;
    int dataAt = 0;
    int dataLength = -1;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case PARTITION_KEY_INDEX -> {
          keyIndex = in.readUInt64();
          hasKeyIndex = true;
        }
        case EXPLICIT_HASH_KEY_INDEX -> {
          hashKeyIndex = in.readUInt64();
          hasHashKeyIndex = true;
        }
        case DATA -> {
          dataLength = in.readUInt32();
          dataAt = offset + in.getTotalBytesRead();
          in.skipRawBytes(dataLength);
        }
        default -> skip(in, tag);
      }
    }
    in.popLimit(outerLimit);
    if (!hasKeyIndex || dataLength < 0) {
      throw new InvalidProtocolBufferException(
          "user record " + part + " lacks " + (hasKeyIndex ? "data" : "a partition key index"));
    }
    String key = entry(partitionKeys, keyIndex);
    String hashKey = hasHashKeyIndex ? entry(explicitHashKeys, hashKeyIndex) : null;
    if (key == null) {
      reject(part, "partition key", keyIndex, partitionKeys);
    } else if (hasHashKeyIndex && hashKey == null) {
      reject(part, "explicit hash key", hashKeyIndex, explicitHashKeys);
    }
    return source.userRecord(
        part, key == null ? source.key() : key, hashKey, Bytes.wrap(array, dataAt, dataLength));
  }

  private static @Nullable String entry(List<String> table, long index) {
    return index >= 0 && index < table.size() ? table.get((int) index) : null;
  }

  private void reject(int part, String what, long index, List<String> table) {
    if (rejections.isEmpty()) {
      rejections = new HashMap<>();
    }
    rejections.put(
        part,
        Failure.rejected(
            KplDeaggregator.BAD_KEY_INDEX,
            "user record "
                + part
                + " names "
                + what
                + " "
                + Long.toUnsignedString(index)
                + ", but the aggregate's table has "
                + table.size()
                + " entries"));
  }

  private static void skip(CodedInputStream in, int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that never began");
    }
  }
}
