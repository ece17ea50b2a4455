package org.streamfanout.registry.dynamodb;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Turns items of the targets table into the plain rows that targets are read from, and back.
 * Stateless.
 */
public final class Rows {
  private Rows() {}

  /** Returns an item as text, booleans, numbers, bytes, lists and maps; null stays null. */
  public static Map<String, @Nullable Object> plain(Map<String, AttributeValue> item) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    item.forEach((name, value) -> row.put(name, plain(value)));
    return row;
  }

  /**
   * Returns a plain row as an item, without the columns that are null. A list becomes a list,
   * whatever it was before.
   *
   * @throws IllegalArgumentException if a value is none of those that {@link #plain} gives
   */
  public static Map<String, AttributeValue> item(Map<String, ? extends @Nullable Object> row) {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    row.forEach(
        (name, value) -> {
          if (value != null) {
            item.put(name, value(value));
          }
        });
    return item;
  }

  /**
   * Returns one plain value as an attribute.
   *
   * @throws IllegalArgumentException as {@link #item} does
   */
  public static AttributeValue value(@Nullable Object value) {
    if (value == null) {
      return AttributeValue.fromNul(true);
    } else if (value instanceof String text) {
      return AttributeValue.fromS(text);
    } else if (value instanceof Boolean flag) {
      return AttributeValue.fromBool(flag);
    } else if (value instanceof BigDecimal number) {
      return AttributeValue.fromN(number.toPlainString());
    } else if (value instanceof Number number) {
      return AttributeValue.fromN(number.toString());
    } else if (value instanceof Bytes bytes) {
      return AttributeValue.fromB(SdkBytes.fromByteArray(bytes.toByteArray()));
    } else if (value instanceof List<?> list) {
      return AttributeValue.fromL(list.stream().map(Rows::value).toList());
    } else if (value instanceof Map<?, ?> map) {
      Map<String, AttributeValue> members = new LinkedHashMap<>();
      map.forEach((name, member) -> members.put(String.valueOf(name), value(member)));
      return AttributeValue.fromM(members);
    }
    throw new IllegalArgumentException("no attribute holds a " + value.getClass().getName());
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
