package org.streamfanout.core.deadletter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.deadletter.DeadLetter.Origin;
import org.streamfanout.core.deadletter.DeadLetter.Stage;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.core.dynamodb.DynamoDbJson;
import org.streamfanout.core.kpl.KplDeaggregator;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** Reads one letter; what is wrong is told by the field's name, never by what it holds. */
final class DeadLetterReader {
  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(DeadLetter.MAX_BYTES).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readerFor(JsonNode.class);

  /** Codes of records that could not be decoded, in letters that do not tell their stage. */
  private static final Set<String> NOT_DECODED =
      Set.of(
          "DynamoDbBadValue",
          KplDeaggregator.MALFORMED,
          KplDeaggregator.TOO_MANY,
          KplDeaggregator.BAD_KEY_INDEX);

  /** Codes of records that were decoded and came no further. */
  private static final Set<String> NOT_READY =
      Set.of("FilterFailed", "ProviderFailed", "TransformFailed");

  private final JsonNode letter;

  private DeadLetterReader(JsonNode letter) {
    this.letter = letter;
  }

  static DeadLetter read(Bytes json) {
    if (json.length() > DeadLetter.MAX_BYTES) {
      throw new DeadLetterFormatException(
          "it has "
              + json.length()
              + " bytes; dead letters have "
              + DeadLetter.MAX_BYTES
              + " at most");
    }
    JsonNode root;
    try {
      root = READER.readTree(json.array(), json.offset(), json.length());
    } catch (IOException | NumberFormatException e) {
      // not as the cause: its text may quote what was read
      throw new DeadLetterFormatException("it is not one complete JSON document");
    }
    if (!root.isObject() || !root.has(Fields.VERSION)) {
      throw new DeadLetterFormatException(
          "it is no JSON object with the field '" + Fields.VERSION + "'");
    }
    return new DeadLetterReader(root).read();
  }

  private DeadLetter read() {
    int version = number(letter, Fields.VERSION);
    if (version != DeadLetter.VERSION) {
      throw new DeadLetterFormatException(
          "its "
              + Fields.VERSION
              + " is "
              + version
              + ", and this release reads "
              + DeadLetter.VERSION
              + " only; use the release that wrote it, or a later one");
    }
    Failure failure =
        Failure.of(
            choice(Fields.FAILURE_KIND, Failure.Kind.class),
            required(letter, Fields.FAILURE_CODE),
            required(letter, Fields.FAILURE_DETAIL));
    FanoutRecord record = record();
    try {
      return DeadLetter.builder(source(), required(letter, Fields.TARGET), record, failure)
          .shard(text(letter, Fields.SHARD))
          .stage(stage(record, failure))
          .madeOf(madeOf())
          .attempts(number(letter, Fields.ATTEMPTS))
          .firstAttemptAt(instant(Fields.FIRST_ATTEMPT_AT))
          .lastAttemptAt(instant(Fields.LAST_ATTEMPT_AT))
          .build();
    } catch (IllegalArgumentException e) {
      throw bad(Fields.ATTEMPTS, "no number of attempts");
    }
  }

  private Source source() {
    try {
      return Source.of(required(letter, Fields.SOURCE));
    } catch (IllegalArgumentException e) {
      throw bad(Fields.SOURCE, "no ARN of a stream, topic or queue, and not kafka://...");
    }
  }

  private Stage stage(FanoutRecord record, Failure failure) {
    if (!isNull(letter.get(Fields.STAGE))) {
      return choice(Fields.STAGE, Stage.class);
    }
    boolean unconverted = record.data() == null && record.change() != null;
    if (unconverted || NOT_DECODED.contains(failure.code())) {
      return Stage.SOURCE;
    }
    return NOT_READY.contains(failure.code()) ? Stage.DECODED : Stage.READY;
  }

  private FanoutRecord record() {
    Position position = position(letter);
    return FanoutRecord.builder(required(letter, Fields.RECORD_ID), position.sequenceNumber())
        .part(position.part())
        .shard(text(letter, letter.has(Fields.RECORD_SHARD) ? Fields.RECORD_SHARD : Fields.SHARD))
        .key(required(letter, Fields.KEY))
        .keyBytes(binary(letter, Fields.KEY_BYTES))
        .explicitHashKey(text(letter, Fields.EXPLICIT_HASH_KEY))
        .arrivedAt(instant(Fields.ARRIVED_AT))
        .data(binary(letter, Fields.DATA))
        .change(change())
        .headers(headers())
        .envelope(binary(letter, Fields.ENVELOPE))
        .build();
  }

  private static Position position(JsonNode object) {
    int part = number(object, Fields.PART);
    if (part < Position.WHOLE) {
      throw bad(Fields.PART, "below " + Position.WHOLE);
    }
    return new Position(required(object, Fields.SEQUENCE_NUMBER), part);
  }

  private List<Origin> madeOf() {
    List<Origin> origins = new ArrayList<>();
    for (JsonNode each : array(Fields.MADE_OF)) {
      origins.add(new Origin(required(each, Fields.RECORD_ID), position(each)));
    }
    return origins;
  }

  private List<Header> headers() {
    List<Header> headers = new ArrayList<>();
    for (JsonNode each : array(Fields.HEADERS)) {
      headers.add(
          new Header(required(each, Fields.HEADER_NAME), binary(each, Fields.HEADER_VALUE)));
    }
    return headers;
  }

  private @Nullable TableChange change() {
    JsonNode change = letter.get(Fields.CHANGE);
    if (isNull(change)) {
      return null;
    }
    Map<String, AttributeValue> keys = image(change, "Keys");
    if (keys == null) {
      throw bad(Fields.CHANGE, "a table change without Keys");
    }
    TableChange.Type type;
    try {
      type = TableChange.Type.valueOf(required(change, "eventName"));
    } catch (IllegalArgumentException e) {
      throw bad(Fields.CHANGE, "a table change that is neither INSERT, MODIFY nor REMOVE");
    }
    return new TableChange(type, keys, image(change, "NewImage"), image(change, "OldImage"));
  }

  private static @Nullable Map<String, AttributeValue> image(JsonNode change, String name) {
    JsonNode image = change.get(name);
    if (isNull(image)) {
      return null;
    }
    try (JsonParser parser = image.traverse()) {
      parser.nextToken();
      return DynamoDbJson.readItem(parser);
    } catch (DynamoDbFormatException | IOException e) {
      throw bad(Fields.CHANGE, "a table change whose " + name + " holds no attribute values");
    }
  }

  private Iterable<JsonNode> array(String name) {
    JsonNode node = letter.get(name);
    if (isNull(node)) {
      return List.of();
    }
    if (!node.isArray()) {
      throw bad(name, "no array");
    }
    return node;
  }

  private <E extends Enum<E>> E choice(String name, Class<E> type) {
    try {
      return Enum.valueOf(type, required(letter, name));
    } catch (IllegalArgumentException e) {
      throw bad(name, "none of " + List.of(type.getEnumConstants()));
    }
  }

  private @Nullable Instant instant(String name) {
    String text = text(letter, name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw bad(name, "no time such as 2026-11-21T14:00:00Z");
    }
  }

  private static int number(JsonNode object, String name) {
    JsonNode node = object.get(name);
    if (node == null || !node.isIntegralNumber() || !node.canConvertToInt()) {
      throw bad(name, "no whole number");
    }
    return node.intValue();
  }

  private static String required(JsonNode object, String name) {
    String text = text(object, name);
    if (text == null) {
      throw bad(name, "missing");
    }
    return text;
  }

  private static @Nullable String text(JsonNode object, String name) {
    JsonNode node = object.get(name);
    if (isNull(node)) {
      return null;
    }
    if (!node.isTextual()) {
      throw bad(name, "no text");
    }
    return node.textValue();
  }

  private static @Nullable Bytes binary(JsonNode object, String name) {
    String text = text(object, name);
    try {
      return text == null ? null : Bytes.fromBase64(text);
    } catch (IllegalArgumentException e) {
      throw bad(name, "no base64");
    }
  }

  private static boolean isNull(@Nullable JsonNode node) {
    return node == null || node.isNull();
  }

  private static DeadLetterFormatException bad(String name, String what) {
    return new DeadLetterFormatException("its field '" + name + "' is " + what);
  }
}
