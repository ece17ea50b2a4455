package org.streamfanout.core.internal.pipeline;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/**
 * The JSON document that filter patterns see of a record, made of the parts that some pattern
 * names.
 *
 * <ul>
 *   <li>every source: {@code data}, what targets get, if it is JSON; of a table change without a
 *       new image, the old one, else the keys (with the whole change: that)
 *   <li>Kinesis: {@code partitionKey}, the user record's own after deaggregation
 *   <li>DynamoDB: {@code eventName}; {@code dynamodb} with {@code Keys}, {@code NewImage}, {@code
 *       OldImage} in DynamoDB's own JSON and {@code SequenceNumber}
 *   <li>Kafka: {@code key} as text; {@code value} as JSON if it is JSON, null for a tombstone, else
 *       as text
 *   <li>SQS: {@code body}, likewise
 * </ul>
 */
final class FilterDocument {
  static final String DATA = "data";

  private static final Set<String> IN_DYNAMODB =
      Set.of("Keys", "NewImage", "OldImage", "SequenceNumber");

  private final Source.Type type;
  private final DecodeOptions options;
  private final Set<String> names;

  /** Makes documents of records from such a source, with these parts. */
  FilterDocument(Source.Type type, DecodeOptions options, Set<String> names) {
    this.type = type;
    this.options = options;
    this.names = Set.copyOf(names);
  }

  private static Set<String> known(Source.Type type) {
    return switch (type) {
      case KINESIS -> Set.of(DATA, "partitionKey");
      case DYNAMODB -> Set.of(DATA, "eventName", "dynamodb");
      case KAFKA -> Set.of(DATA, "key", "value");
      case SQS -> Set.of(DATA, "body");
      case SNS -> Set.of(DATA);
    };
  }

  /** Returns what is wrong with the names of a pattern; empty if the document can have them all. */
  static Optional<String> unknownName(Source.Type type, Set<String> paths) {
    for (String path : new TreeSet<>(paths)) {
      List<String> levels = List.of(path.split("\\.", 3));
      if (!known(type).contains(levels.get(0))) {
        return Optional.of(unknown(levels.get(0), type, known(type)));
      }
      if (levels.get(0).equals("dynamodb")
          && levels.size() > 1
          && !IN_DYNAMODB.contains(levels.get(1))) {
        return Optional.of(unknown("dynamodb." + levels.get(1), type, IN_DYNAMODB));
      }
    }
    return Optional.empty();
  }

  private static String unknown(String name, Source.Type type, Set<String> known) {
    return "names '"
        + name
        + "', which records of a "
        + type
        + " source do not have; use "
        + String.join(", ", new TreeSet<>(known));
  }

  /** Returns the record's {@code data} as JSON; null if it is not JSON. */
  @Nullable String data(FanoutRecord record) {
    TableChange change = record.change();
    if (change != null && change.newImage() == null && !options.wholeChange()) {
      Map<String, AttributeValue> old = change.oldImage();
      return DynamoDbConverter.json(old == null ? change.keys() : old, options.convertDdb()).utf8();
    }
    return json(record.data());
  }

  /** Returns the document, {@code data} as given. */
  String of(FanoutRecord record, @Nullable String data) {
    StringBuilder json = new StringBuilder(128 + (data == null ? 0 : data.length()));
    json.append('{');
    if (data != null) {
      name(json, DATA).append(data);
    }
    switch (type) {
      case KINESIS -> text(json, "partitionKey", record.key());
      case DYNAMODB -> change(json, record);
      case KAFKA -> {
        text(json, "key", record.key());
        value(json, "value", record, data);
      }
      case SQS -> value(json, "body", record, data);
      case SNS -> {}
    }
    return json.append('}').toString();
  }

  private void change(StringBuilder json, FanoutRecord record) {
    TableChange change = record.change();
    if (change == null) {
      return;
    }
    text(json, "eventName", change.type().name());
    if (!names.contains("dynamodb")) {
      return;
    }
    name(json, "dynamodb").append('{');
    image(json, "Keys", change.keys());
    image(json, "NewImage", change.newImage());
    image(json, "OldImage", change.oldImage());
    quote(name(json, "SequenceNumber"), record.sequenceNumber()).append('}');
  }

  private static void image(
      StringBuilder json, String name, @Nullable Map<String, AttributeValue> attributes) {
    if (attributes != null) {
      name(json, name).append(DynamoDbConverter.json(attributes, false).utf8());
    }
  }

  private void value(
      StringBuilder json, String name, FanoutRecord record, @Nullable String knownJson) {
    if (!names.contains(name)) {
      return;
    }
    Bytes data = record.data();
    String value = knownJson != null ? knownJson : json(data);
    if (data == null) {
      name(json, name).append("null");
    } else if (value != null) {
      name(json, name).append(value);
    } else {
      quote(name(json, name), data.utf8());
    }
  }

  private void text(StringBuilder json, String name, String text) {
    if (names.contains(name)) {
      quote(name(json, name), text);
    }
  }

  private static StringBuilder name(StringBuilder json, String name) {
    if (json.charAt(json.length() - 1) != '{') {
      json.append(',');
    }
    return json.append('"').append(name).append("\":");
  }

  private static StringBuilder quote(StringBuilder json, String text) {
    json.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    return json.append('"');
  }

  private static @Nullable String json(@Nullable Bytes data) {
    return data != null && JsonDocument.firstProblem(data, false) < 0 ? data.utf8() : null;
  }
}
