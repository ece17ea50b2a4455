package org.streamfanout.core;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.TableChange;

/** How large records are, as far as it depends on what is in them. */
final class HeldBytes {
  private HeldBytes() {}

  static long of(SourceBatch batch) {
    return batch.records().stream().mapToLong(HeldBytes::of).sum();
  }

  private static long of(FanoutRecord record) {
    long size = record.key().length() + of(record.data()) + of(record.envelope());
    for (Header header : record.headers()) {
      size += header.name().length() + of(header.value());
    }
    TableChange change = record.change();
    if (change != null) {
      size += of(change.keys()) + of(change.newImage()) + of(change.oldImage());
    }
    return size;
  }

  private static long of(@Nullable Bytes bytes) {
    return bytes == null ? 0 : bytes.length();
  }

  private static long of(@Nullable Map<String, AttributeValue> attributes) {
    return attributes == null
        ? 0
        : attributes.keySet().stream().mapToLong(String::length).sum() + ofAll(attributes.values());
  }

  private static long ofAll(Collection<AttributeValue> values) {
    return values.stream().mapToLong(HeldBytes::of).sum();
  }

  private static long of(AttributeValue value) {
    if (value instanceof AttributeValue.S text) {
      return text.value().length();
    } else if (value instanceof AttributeValue.N number) {
      return number.value().length();
    } else if (value instanceof AttributeValue.B binary) {
      return binary.value().length();
    } else if (value instanceof AttributeValue.Ss texts) {
      return texts.values().stream().mapToLong(String::length).sum();
    } else if (value instanceof AttributeValue.Ns numbers) {
      return numbers.values().stream().mapToLong(String::length).sum();
    } else if (value instanceof AttributeValue.Bs binaries) {
      return binaries.values().stream().mapToLong(Bytes::length).sum();
    } else if (value instanceof AttributeValue.L list) {
      return ofAll(list.values());
    } else if (value instanceof AttributeValue.M map) {
      return of(map.values());
    }
    return 1;
  }
}
