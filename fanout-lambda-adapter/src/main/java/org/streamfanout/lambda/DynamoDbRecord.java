package org.streamfanout.lambda;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** The object {@code dynamodb} of an event record. Used by one thread, for one record. */
final class DynamoDbRecord {
  private static final byte[][] MEMBERS =
      EventScanner.names(
          "ApproximateCreationDateTime", "Keys", "NewImage", "OldImage", "SequenceNumber");

  private @Nullable Instant arrivedAt;
  private @Nullable Map<String, AttributeValue> keys;
  private @Nullable Map<String, AttributeValue> newImage;
  private @Nullable Map<String, AttributeValue> oldImage;
  private @Nullable String sequenceNumber;

  private DynamoDbRecord() {}

  static DynamoDbRecord read(EventScanner scanner) {
    EventMembers.open(scanner, "dynamodb");
    AttributeReader attributes = new AttributeReader(scanner);
    DynamoDbRecord record = new DynamoDbRecord();
    int seen = 0;
    int guess = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(MEMBERS, guess);
      seen = EventMembers.once(scanner, seen, member, MEMBERS);
      switch (member) {
        case 0 ->
            record.arrivedAt =
                EventTime.secondsOrNull(scanner, "dynamodb.ApproximateCreationDateTime");
        case 1 -> record.keys = attributes.attributesOrNull("dynamodb.Keys");
        case 2 -> record.newImage = attributes.attributesOrNull("dynamodb.NewImage");
        case 3 -> record.oldImage = attributes.attributesOrNull("dynamodb.OldImage");
        case 4 -> record.sequenceNumber = scanner.stringOrNull("dynamodb.SequenceNumber");
        default -> scanner.skipValue(0);
      }
      guess = member < 0 ? guess : member + 1;
    }
    return record;
  }

  void addTo(EventBatches batches, EventRecord event) {
    Source source =
        batches.source(
            EventMembers.required(event.sourceArn, "eventSourceARN"),
            Source.Type.DYNAMODB,
            "eventSourceARN");
    String id = EventMembers.required(event.eventId, "eventID");
    String number = EventMembers.required(sequenceNumber, "dynamodb.SequenceNumber");
    Map<String, AttributeValue> itemKeys = keys;
    if (itemKeys == null || itemKeys.isEmpty()) {
      throw new EventSyntaxException("dynamodb.Keys is missing or empty");
    }
    batches.add(
        source,
        null,
        FanoutRecord.builder(id, number)
            .key(itemKey(itemKeys))
            .change(new TableChange(changeType(event), itemKeys, newImage, oldImage))
            .arrivedAt(arrivedAt)
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
    String name = EventMembers.required(event.eventName, "eventName");
    return switch (name) {
      case "INSERT" -> TableChange.Type.INSERT;
      case "MODIFY" -> TableChange.Type.MODIFY;
      case "REMOVE" -> TableChange.Type.REMOVE;
      default ->
          throw new EventSyntaxException(
              "eventName is '" + EventMembers.quotable(name) + "', not INSERT, MODIFY or REMOVE");
    };
  }
}
