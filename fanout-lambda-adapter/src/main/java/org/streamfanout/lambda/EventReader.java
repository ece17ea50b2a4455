package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** Reads one event. One thread, one use. */
final class EventReader {
  private static final byte[][] MEMBERS = EventScanner.names("Records");

  /** Names out of an event are quoted no longer than this. */
  private static final int MAX_QUOTE = 100;

  /** What the lambda target writes for a user record: the aggregate's id and the part. */
  private static final Pattern USER_RECORD = Pattern.compile("([^#]+)#(\\d{1,9})");

  private final EventScanner scanner;
  private final byte[] json;
  private final Map<Origin, List<FanoutRecord>> batches = new LinkedHashMap<>();

  private final EventRecord.Repeats repeats = new EventRecord.Repeats();

  private int index = -1;
  private @Nullable String lastArn;
  private @Nullable Source lastSource;
  private @Nullable Origin lastOrigin;
  private List<FanoutRecord> lastBatch = List.of();

  private record Origin(Source source, @Nullable String shard) {}

  EventReader(EventScanner scanner, byte[] json) {
    this.scanner = scanner;
    this.json = json;
  }

  /** Returns where in the event reading is, for an exception's text. */
  String place() {
    return index < 0 ? "" : ", record " + index;
  }

  /** Reads the event that comes next. */
  List<SourceBatch> read() {
    if (scanner.peek() != '{') {
      throw scanner.problem("not a JSON object");
    }
    scanner.expect('{');
    boolean found = false;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      if (scanner.name(MEMBERS, 0) < 0) {
        scanner.skipValue(0);
      } else if (found) {
        throw scanner.problem("member 'Records' is there twice");
      } else {
        found = true;
        records();
      }
    }
    if (!found) {
      throw new EventSyntaxException(
          "there is no member 'Records'; map this function to a Kinesis or DynamoDB stream");
    }
    List<SourceBatch> result = new ArrayList<>(batches.size());
    batches.forEach(
        (origin, records) -> result.add(new SourceBatch(origin.source, origin.shard, records)));
    return result;
  }

  private void records() {
    if (scanner.peek() != '[') {
      throw scanner.problem("'Records' is not an array");
    }
    scanner.expect('[');
    index = 0;
    for (boolean first = true; scanner.nextElement(first); first = false) {
      add(EventRecord.read(scanner, json, repeats));
      index++;
    }
    index = -1;
  }

  private void add(EventRecord event) {
    String eventSource = required(event.eventSource, "eventSource");
    switch (eventSource) {
      case "aws:kinesis" -> addKinesis(event);
      case "aws:dynamodb" -> addDynamoDb(event);
      default ->
          throw new EventSyntaxException(
              "eventSource is '"
                  + quotable(eventSource)
                  + "'; aws:kinesis and aws:dynamodb are understood");
    }
  }

  private void addKinesis(EventRecord event) {
    if (!event.hasKinesis || event.hasDynamoDb) {
      throw new EventSyntaxException(
          "a record of aws:kinesis needs the object 'kinesis', and no 'dynamodb'");
    }
    Source source = source(event, Source.Type.KINESIS);
    String id = required(event.eventId, "eventID");
    String sequenceNumber = required(event.sequenceNumber, "kinesis.sequenceNumber");
    String key = required(event.partitionKey, "kinesis.partitionKey");
    byte[] data = event.data;
    if (data == null) {
      throw new EventSyntaxException("kinesis.data is missing");
    }
    int part = Position.WHOLE;
    if (!isPlace(id, sequenceNumber)) {
      Matcher matcher = USER_RECORD.matcher(id);
      if (!matcher.matches() || !isPlace(matcher.group(1), sequenceNumber)) {
        throw new EventSyntaxException(
            "eventID '"
                + quotable(id)
                + "' is not a shard id, a colon and the sequence number '"
                + quotable(sequenceNumber)
                + "'");
      }
      id = matcher.group(1);
      part = Integer.parseInt(matcher.group(2));
    }
    int colon = id.length() - sequenceNumber.length() - 1;
    Origin last = lastOrigin;
    String shard =
        last != null && last.shard != null && isPrefix(last.shard, id, colon)
            ? last.shard
            : id.substring(0, colon);
    batch(source, shard)
        .add(
            FanoutRecord.builder(id, sequenceNumber)
                .shard(shard)
                .part(part)
                .key(key)
                .explicitHashKey(event.explicitHashKey)
                .data(Bytes.wrap(data))
                .arrivedAt(event.arrivedAt)
                .envelope(event.envelope)
                .build());
  }

  private static boolean isPlace(String id, String sequenceNumber) {
    int colon = id.length() - sequenceNumber.length() - 1;
    return colon >= 1 && id.charAt(colon) == ':' && id.endsWith(sequenceNumber);
  }

  private void addDynamoDb(EventRecord event) {
    if (!event.hasDynamoDb || event.hasKinesis) {
      throw new EventSyntaxException(
          "a record of aws:dynamodb needs the object 'dynamodb', and no 'kinesis'");
    }
    Source source = source(event, Source.Type.DYNAMODB);
    String id = required(event.eventId, "eventID");
    String sequenceNumber = required(event.sequenceNumber, "dynamodb.SequenceNumber");
    Map<String, AttributeValue> keys = event.keys;
    if (keys == null || keys.isEmpty()) {
      throw new EventSyntaxException("dynamodb.Keys is missing or empty");
    }
    TableChange change = new TableChange(changeType(event), keys, event.newImage, event.oldImage);
    batch(source, null)
        .add(
            FanoutRecord.builder(id, sequenceNumber)
                .key(itemKey(keys))
                .change(change)
                .arrivedAt(event.arrivedAt)
                .envelope(event.envelope)
                .build());
  }

  private static String itemKey(Map<String, AttributeValue> keys) {
    try {
      return DynamoDbConverter.key(keys);
    } catch (DynamoDbFormatException e) {
      throw new EventSyntaxException("dynamodb.Keys: " + e.getMessage(), e);
    }
  }

  private static TableChange.Type changeType(EventRecord event) {
    String name = required(event.eventName, "eventName");
    return switch (name) {
      case "INSERT" -> TableChange.Type.INSERT;
      case "MODIFY" -> TableChange.Type.MODIFY;
      case "REMOVE" -> TableChange.Type.REMOVE;
      default ->
          throw new EventSyntaxException(
              "eventName is '" + quotable(name) + "', not INSERT, MODIFY or REMOVE");
    };
  }

  private static boolean isPrefix(String prefix, String text, int length) {
    return prefix.length() == length && text.startsWith(prefix);
  }

  private List<FanoutRecord> batch(Source source, @Nullable String shard) {
    Origin last = lastOrigin;
    if (last == null || !last.source.equals(source) || !Objects.equals(last.shard, shard)) {
      Origin origin = new Origin(source, shard);
      lastOrigin = origin;
      lastBatch = batches.computeIfAbsent(origin, unused -> new ArrayList<>());
    }
    return lastBatch;
  }

  private Source source(EventRecord event, Source.Type type) {
    String arn = required(event.sourceArn, "eventSourceARN");
    Source source = lastSource;
    if (source == null || !arn.equals(lastArn)) {
      try {
        source = Source.of(arn);
      } catch (IllegalArgumentException e) {
        throw new EventSyntaxException(
            "eventSourceARN '" + quotable(arn) + "' is no stream's ARN", e);
      }
      lastArn = arn;
      lastSource = source;
    }
    if (source.type() != type) {
      throw new EventSyntaxException(
          "eventSourceARN '" + quotable(arn) + "' is not one of eventSource " + event.eventSource);
    }
    return source;
  }

  private static String required(@Nullable String value, String what) {
    if (value == null || value.isEmpty()) {
      throw new EventSyntaxException(what + " is missing or empty");
    }
    return value;
  }

  private static String quotable(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= MAX_QUOTE ? printable : printable.substring(0, MAX_QUOTE) + "...";
  }
}
