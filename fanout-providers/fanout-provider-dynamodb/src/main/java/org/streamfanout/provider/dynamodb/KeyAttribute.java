package org.streamfanout.provider.dynamodb;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.RecordTemplate;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One attribute of a table's key, and where its value comes from. Immutable.
 *
 * @param name the attribute
 * @param type its type; null for that of the field that it is taken from
 * @param template what makes its value; null to take the field of the same name as it is
 * @param maxBytes how long the value may be
 */
record KeyAttribute(
    String name, @Nullable Type type, @Nullable RecordTemplate template, int maxBytes) {
  static final String SYNTAX = "<attribute>[:S|:N][=<template>]";

  /**
   * The longest partition key and sort key in bytes, as <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html">the
   * constraints</a> say (as known 2026-11).
   */
  static final int MAX_PARTITION_KEY = 2_048;

  static final int MAX_SORT_KEY = 1_024;

  /** Names of keys are shorter than those of other attributes, by the same page. */
  private static final int MAX_NAME = 255;

  private static final Pattern TEXT =
      Pattern.compile("([^=]*?)(?::([SN]))?(?:=(.*))?", Pattern.DOTALL);

  /** Types that keys and JSON share. */
  enum Type {
    S,
    N
  }

  /** Reads an option; null, and a problem more, if it cannot be understood. */
  static @Nullable KeyAttribute parse(
      String option, String text, int maxBytes, List<String> problems) {
    Matcher matcher = TEXT.matcher(text);
    String name = matcher.matches() ? matcher.group(1) : "";
    if (name.isBlank() || name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
      problems.add("option '" + option + "' is '" + text + "'; write " + SYNTAX);
      return null;
    }
    String type = matcher.group(2);
    String template = matcher.group(3);
    try {
      return new KeyAttribute(
          name,
          type != null ? Type.valueOf(type) : template != null ? Type.S : null,
          template == null ? null : RecordTemplate.parse(template),
          maxBytes);
    } catch (IllegalArgumentException notATemplate) {
      problems.add("option '" + option + "': " + notATemplate.getMessage());
      return null;
    }
  }

  /** Returns the fields of the record that the value is made of. */
  Set<String> fields() {
    return template == null ? Set.of(name) : template.fields();
  }

  /**
   * Returns the value for a record.
   *
   * @param content the attributes that the record's body, or image, brings
   * @throws UnfitRecordException if there is none, or none that a key may have
   */
  AttributeValue value(FanoutRecord record, Source source, Map<String, AttributeValue> content)
      throws UnfitRecordException {
    if (template != null) {
      String text =
          template
              .render(record, source, field -> scalar(content.get(field)))
              .orElseThrow(() -> unfit("lacks what the template '" + template + "' asks for"));
      return checked(text, type == Type.N);
    }
    AttributeValue value = content.get(name);
    if (value == null || (value.s() == null && value.n() == null && value.b() == null)) {
      throw unfit("has no such field, or one that no key can be made of");
    }
    if (value.b() != null) {
      if (type != null || value.b().asByteArrayUnsafe().length == 0) {
        throw unfit("has a binary value that does not fit");
      }
      return value;
    }
    String text = value.s() != null ? value.s() : value.n();
    return checked(text, type == Type.N || (type == null && value.n() != null));
  }

  private AttributeValue checked(String text, boolean isNumber) throws UnfitRecordException {
    if (isNumber) {
      return AttributeValue.fromN(DynamoDbNumber.require(text));
    }
    int length = JsonItem.requireText(text).getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > maxBytes) {
      throw unfit("gives " + length + " bytes; a key has 1 to " + maxBytes);
    }
    return AttributeValue.fromS(text);
  }

  private UnfitRecordException unfit(String what) {
    return new UnfitRecordException("NoKey", "key attribute '" + name + "': the record " + what);
  }

  private static @Nullable String scalar(@Nullable AttributeValue value) {
    if (value == null) {
      return null;
    }
    if (value.s() != null) {
      return value.s();
    }
    return value.n() != null ? value.n() : value.bool() != null ? value.bool().toString() : null;
  }
}
