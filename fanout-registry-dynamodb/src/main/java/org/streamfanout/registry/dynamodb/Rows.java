package org.streamfanout.registry.dynamodb;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Turns items into the plain rows that targets are read from. */
final class Rows {
  private Rows() {}

  /** Returns an item as text, booleans, numbers, bytes, lists and maps; null stays null. */
  static Map<String, @Nullable Object> plain(Map<String, AttributeValue> item) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    item.forEach((name, value) -> row.put(name, plain(value)));
    return row;
  }

  private static @Nullable Object plain(AttributeValue value) {
    return switch (value.type()) {
      case S -> value.s();
      case N -> new BigDecimal(value.n());
      case BOOL -> value.bool();
      case B -> Bytes.wrap(value.b().asByteArray());
      case NUL, UNKNOWN_TO_SDK_VERSION -> null;
      case M -> plain(value.m());
      case L -> plain(value.l());
      case SS -> List.copyOf(value.ss());
      case NS -> value.ns().stream().map(BigDecimal::new).toList();
      case BS -> value.bs().stream().map(bytes -> Bytes.wrap(bytes.asByteArray())).toList();
    };
  }

  private static List<@Nullable Object> plain(List<AttributeValue> values) {
    List<@Nullable Object> list = new ArrayList<>();
    values.forEach(value -> list.add(plain(value)));
    return list;
  }
}
