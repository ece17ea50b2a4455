package org.streamfanout.provider.dynamodb;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import software.amazon.awssdk.core.SdkBytes;

/** The images of table changes in the types of the SDK, and their sizes. Stateless. */
final class Attributes {
  private Attributes() {}

  /** Returns attributes with their types and digits, in a map that may be added to. */
  static Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> of(
      Map<String, AttributeValue> attributes) {
    Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> converted =
        new LinkedHashMap<>();
    attributes.forEach((name, value) -> converted.put(name, of(value)));
    return converted;
  }

  private static software.amazon.awssdk.services.dynamodb.model.AttributeValue of(
      AttributeValue value) {
    var converted = software.amazon.awssdk.services.dynamodb.model.AttributeValue.builder();
    if (value instanceof AttributeValue.S text) {
      converted.s(text.value());
    } else if (value instanceof AttributeValue.N number) {
      converted.n(number.value());
    } else if (value instanceof AttributeValue.B binary) {
      converted.b(bytes(binary.value()));
    } else if (value instanceof AttributeValue.Bool flag) {
      converted.bool(flag.value());
    } else if (value instanceof AttributeValue.Null) {
      converted.nul(true);
    } else if (value instanceof AttributeValue.Ss texts) {
      converted.ss(texts.values());
    } else if (value instanceof AttributeValue.Ns numbers) {
      converted.ns(numbers.values());
    } else if (value instanceof AttributeValue.Bs binaries) {
      converted.bs(binaries.values().stream().map(Attributes::bytes).toList());
    } else if (value instanceof AttributeValue.L list) {
      converted.l(list.values().stream().map(Attributes::of).toList());
    } else if (value instanceof AttributeValue.M map) {
      converted.m(of(map.values()));
    }
    return converted.build();
  }

  private static SdkBytes bytes(Bytes bytes) {
    return SdkBytes.fromByteBuffer(bytes.asByteBuffer());
  }

  /**
   * Returns an item's size, as <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html">
   * item sizes</a> estimates it (as known 2026-11).
   */
  static long sizeInBytes(Map<String, AttributeValue> attributes) {
    long size = 0;
    for (Map.Entry<String, AttributeValue> attribute : attributes.entrySet()) {
      size += utf8(attribute.getKey()) + sizeInBytes(attribute.getValue());
    }
    return size;
  }

  private static long sizeInBytes(AttributeValue value) {
    if (value instanceof AttributeValue.S text) {
      return utf8(text.value());
    }
    if (value instanceof AttributeValue.N number) {
      return number(number.value());
    }
    if (value instanceof AttributeValue.B binary) {
      return binary.value().length();
    }
    if (value instanceof AttributeValue.Ss texts) {
      return texts.values().stream().mapToLong(Attributes::utf8).sum();
    }
    if (value instanceof AttributeValue.Ns numbers) {
      return numbers.values().stream().mapToLong(Attributes::number).sum();
    }
    if (value instanceof AttributeValue.Bs binaries) {
      return binaries.values().stream().mapToLong(Bytes::length).sum();
    }
    if (value instanceof AttributeValue.L list) {
      return 3 + sum(list.values());
    }
    if (value instanceof AttributeValue.M map) {
      return 3 + map.values().size() + sizeInBytes(map.values());
    }
    return 1;
  }

  private static long sum(List<AttributeValue> values) {
    return values.stream().mapToLong(value -> 1 + sizeInBytes(value)).sum();
  }

  private static long number(String text) {
    return 1 + text.chars().filter(Character::isDigit).count() / 2;
  }

  private static long utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
