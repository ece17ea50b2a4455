package org.streamfanout.lambda;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/** The object {@code kinesis} of an event record. Used by one thread, for one record. */
final class KinesisRecord {
  private static final byte[][] MEMBERS =
      EventScanner.names(
          "partitionKey",
          "sequenceNumber",
          "data",
          "approximateArrivalTimestamp",
          "explicitHashKey");

  /** What the lambda target writes for a user record: the aggregate's id and the part. */
  private static final Pattern USER_RECORD = Pattern.compile("([^#]+)#(\\d{1,9})");

  private @Nullable String partitionKey;
  private @Nullable String sequenceNumber;
  private @Nullable String explicitHashKey;
  private byte @Nullable [] data;
  private @Nullable Instant arrivedAt;

  private KinesisRecord() {}

  static KinesisRecord read(EventScanner scanner) {
    EventMembers.open(scanner, "kinesis");
    KinesisRecord record = new KinesisRecord();
    int seen = 0;
    int guess = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(MEMBERS, guess);
      seen = EventMembers.once(scanner, seen, member, MEMBERS);
      switch (member) {
        case 0 -> record.partitionKey = scanner.stringOrNull("kinesis.partitionKey");
        case 1 -> record.sequenceNumber = scanner.stringOrNull("kinesis.sequenceNumber");
        case 2 -> record.data = scanner.base64OrNull("kinesis.data");
        case 3 ->
            record.arrivedAt =
                EventTime.secondsOrNull(scanner, "kinesis.approximateArrivalTimestamp");
        case 4 -> record.explicitHashKey = scanner.stringOrNull("kinesis.explicitHashKey");
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
            Source.Type.KINESIS,
            "eventSourceARN");
    String id = EventMembers.required(event.eventId, "eventID");
    String number = EventMembers.required(sequenceNumber, "kinesis.sequenceNumber");
    String key = EventMembers.required(partitionKey, "kinesis.partitionKey");
    if (data == null) {
      throw new EventSyntaxException("kinesis.data is missing");
    }
    int part = Position.WHOLE;
    if (!isPlace(id, number)) {
      Matcher matcher = USER_RECORD.matcher(id);
      if (!matcher.matches() || !isPlace(matcher.group(1), number)) {
        throw new EventSyntaxException(
            "eventID '"
                + EventMembers.quotable(id)
                + "' is not a shard id, a colon and the sequence number '"
                + EventMembers.quotable(number)
                + "'");
      }
      id = matcher.group(1);
      part = Integer.parseInt(matcher.group(2));
    }
    String shard = batches.shard(id, id.length() - number.length() - 1);
    batches.add(
        source,
        shard,
        FanoutRecord.builder(id, number)
            .shard(shard)
            .part(part)
            .key(key)
            .explicitHashKey(explicitHashKey)
            .data(Bytes.wrap(data))
            .arrivedAt(arrivedAt)
            .envelope(event.envelope)
            .build());
  }

  private static boolean isPlace(String id, String sequenceNumber) {
    int colon = id.length() - sequenceNumber.length() - 1;
    return colon >= 1 && id.charAt(colon) == ':' && id.endsWith(sequenceNumber);
  }
}
