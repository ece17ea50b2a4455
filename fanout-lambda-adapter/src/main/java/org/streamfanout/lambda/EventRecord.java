package org.streamfanout.lambda;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

/**
 * The members of one event record, as they stand in the JSON: which kind of record it is shows only
 * once all are read, since their order is free. Used by one thread, for one record.
 */
final class EventRecord {
  private static final byte[][] MEMBERS =
      EventScanner.names(
          "kinesis", "dynamodb", "eventSource", "eventID", "eventName", "eventSourceARN");
  private static final byte[][] KINESIS =
      EventScanner.names(
          "partitionKey",
          "sequenceNumber",
          "data",
          "approximateArrivalTimestamp",
          "explicitHashKey");
  private static final byte[][] DYNAMODB =
      EventScanner.names(
          "ApproximateCreationDateTime", "Keys", "NewImage", "OldImage", "SequenceNumber");

  private final EventScanner scanner;
  private final AttributeReader attributes;
  private final Repeats repeats;

  @Nullable String eventSource;
  @Nullable String eventId;
  @Nullable String eventName;
  @Nullable String sourceArn;
  @Nullable Bytes envelope;
  @Nullable Instant arrivedAt;

  boolean hasKinesis;
  @Nullable String partitionKey;
  @Nullable String sequenceNumber;
  @Nullable String explicitHashKey;
  byte @Nullable [] data;

  boolean hasDynamoDb;
  @Nullable Map<String, AttributeValue> keys;
  @Nullable Map<String, AttributeValue> newImage;
  @Nullable Map<String, AttributeValue> oldImage;

  private EventRecord(EventScanner scanner, Repeats repeats) {
    this.scanner = scanner;
    this.attributes = new AttributeReader(scanner);
    this.repeats = repeats;
  }

  /** What the records of an event have in common. */
  static final class Repeats {
    private final EventScanner.Repeated eventSource = new EventScanner.Repeated();
    private final EventScanner.Repeated eventName = new EventScanner.Repeated();
    private final EventScanner.Repeated sourceArn = new EventScanner.Repeated();
  }

  /** Reads the record that comes next; its envelope is a slice of the array. */
  static EventRecord read(EventScanner scanner, byte[] json, Repeats repeats) {
    EventRecord event = new EventRecord(scanner, repeats);
    if (scanner.peek() != '{') {
      throw scanner.problem("a record is not an object");
    }
    int from = scanner.position();
    event.members();
    event.envelope = Bytes.wrap(json, from, scanner.position() - from);
    return event;
  }

  private void members() {
    scanner.expect('{');
    int seen = 0;
    int guess = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(MEMBERS, guess);
      seen = once(seen, member, MEMBERS);
      switch (member) {
        case 0 -> hasKinesis = object(this::kinesis, "kinesis");
        case 1 -> hasDynamoDb = object(this::dynamoDb, "dynamodb");
        case 2 -> eventSource = scanner.repeatedOrNull(repeats.eventSource, "eventSource");
        case 3 -> eventId = scanner.stringOrNull("eventID");
        case 4 -> eventName = scanner.repeatedOrNull(repeats.eventName, "eventName");
        case 5 -> sourceArn = scanner.repeatedOrNull(repeats.sourceArn, "eventSourceARN");
        default -> scanner.skipValue(0);
      }
      guess = member < 0 ? guess : member + 1;
    }
  }

  private boolean object(Runnable members, String what) {
    if (scanner.peek() != '{') {
      throw scanner.problem(what + " is not an object");
    }
    scanner.expect('{');
    members.run();
    return true;
  }

  private void kinesis() {
    int seen = 0;
    int guess = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(KINESIS, guess);
      seen = once(seen, member, KINESIS);
      switch (member) {
        case 0 -> partitionKey = scanner.stringOrNull("kinesis.partitionKey");
        case 1 -> sequenceNumber = scanner.stringOrNull("kinesis.sequenceNumber");
        case 2 -> data = scanner.base64OrNull("kinesis.data");
        case 3 -> arrivedAt = time("kinesis.approximateArrivalTimestamp");
        case 4 -> explicitHashKey = scanner.stringOrNull("kinesis.explicitHashKey");
        default -> scanner.skipValue(0);
      }
      guess = member < 0 ? guess : member + 1;
    }
  }

  private void dynamoDb() {
    int seen = 0;
    int guess = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(DYNAMODB, guess);
      seen = once(seen, member, DYNAMODB);
      switch (member) {
        case 0 -> arrivedAt = time("dynamodb.ApproximateCreationDateTime");
        case 1 -> keys = attributes.attributesOrNull("dynamodb.Keys");
        case 2 -> newImage = attributes.attributesOrNull("dynamodb.NewImage");
        case 3 -> oldImage = attributes.attributesOrNull("dynamodb.OldImage");
        case 4 -> sequenceNumber = scanner.stringOrNull("dynamodb.SequenceNumber");
        default -> scanner.skipValue(0);
      }
      guess = member < 0 ? guess : member + 1;
    }
  }

  /** A member that is there twice has two meanings, and which one counts is luck. */
  private int once(int seen, int member, byte[][] names) {
    if (member < 0) {
      return seen;
    }
    if ((seen & 1 << member) != 0) {
      throw scanner.problem(
          "member '" + new String(names[member], StandardCharsets.UTF_8) + "' is there twice");
    }
    return seen | 1 << member;
  }

  private @Nullable Instant time(String what) {
    String number = scanner.numberOrNull(what);
    return number == null ? null : EventTime.parse(number, what);
  }
}
