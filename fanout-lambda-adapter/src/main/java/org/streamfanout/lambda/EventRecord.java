package org.streamfanout.lambda;

import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/**
 * The members of one element of {@code Records}, as they stand in the JSON: which kind of record it
 * is shows only once all are read, since their order is free. Used by one thread, for one record.
 */
final class EventRecord {
  private static final byte[][] MEMBERS =
      EventScanner.names(
          "kinesis",
          "dynamodb",
          "eventSource",
          "eventID",
          "eventName",
          "eventSourceARN",
          "messageId",
          "body",
          "attributes",
          "messageAttributes",
          "EventSource",
          "Sns");

  private final EventScanner scanner;
  private final Repeats repeats;

  private @Nullable String eventSource;
  private @Nullable KinesisRecord kinesis;
  private @Nullable DynamoDbRecord dynamoDb;
  private @Nullable QueueMessage queueMessage;
  private @Nullable TopicMessage topicMessage;

  @Nullable String eventId;
  @Nullable String eventName;
  @Nullable String sourceArn;
  @Nullable Bytes envelope;

  private EventRecord(EventScanner scanner, Repeats repeats) {
    this.scanner = scanner;
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
      seen = EventMembers.once(scanner, seen, member, MEMBERS);
      switch (member) {
        case 0 -> kinesis = KinesisRecord.read(scanner);
        case 1 -> dynamoDb = DynamoDbRecord.read(scanner);
        case 2, 10 -> eventSource();
        case 3 -> eventId = scanner.stringOrNull("eventID");
        case 4 -> eventName = scanner.repeatedOrNull(repeats.eventName, "eventName");
        case 5 -> sourceArn = scanner.repeatedOrNull(repeats.sourceArn, "eventSourceARN");
        case 6 -> queueMessage().readId(scanner);
        case 7 -> queueMessage().readBody(scanner);
        case 8 -> queueMessage().readAttributes(scanner);
        case 9 -> queueMessage().readMessageAttributes(scanner);
        case 11 -> topicMessage = TopicMessage.read(scanner);
        default -> scanner.skipValue(0);
      }
      guess = member < 0 ? guess : member + 1;
    }
  }

  /** SNS spells it with a capital letter. */
  private void eventSource() {
    if (eventSource != null) {
      throw scanner.problem("member 'eventSource' is there twice");
    }
    eventSource = scanner.repeatedOrNull(repeats.eventSource, "eventSource");
  }

  private QueueMessage queueMessage() {
    if (queueMessage == null) {
      queueMessage = new QueueMessage();
    }
    return queueMessage;
  }

  /** Adds what was read to the batch of its source. */
  void addTo(EventBatches batches) {
    String name = EventMembers.required(eventSource, "eventSource");
    switch (name) {
      case "aws:kinesis" -> only(kinesis, "the object 'kinesis'").addTo(batches, this);
      case "aws:dynamodb" -> only(dynamoDb, "the object 'dynamodb'").addTo(batches, this);
      case "aws:sqs" -> only(queueMessage, "'messageId' and 'body'").addTo(batches, this);
      case "aws:sns" -> only(topicMessage, "the object 'Sns'").addTo(batches, this);
      default ->
          throw new EventSyntaxException(
              "eventSource is '"
                  + EventMembers.quotable(name)
                  + "'; aws:kinesis, aws:dynamodb, aws:sqs and aws:sns are understood here");
    }
  }

  /** Returns what makes a record one of its kind, if nothing makes it one of another. */
  private <T> T only(@Nullable T part, String members) {
    if (part == null) {
      throw new EventSyntaxException("a record of " + eventSource + " needs " + members);
    }
    stray(part, kinesis, "kinesis");
    stray(part, dynamoDb, "dynamodb");
    stray(part, queueMessage, "messageId");
    stray(part, topicMessage, "Sns");
    return part;
  }

  private void stray(Object part, @Nullable Object other, String member) {
    if (other != null && other != part) {
      throw new EventSyntaxException(
          "a record of " + eventSource + " needs its own members, and no '" + member + "'");
    }
  }
}
