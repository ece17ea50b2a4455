package org.streamfanout.lambda;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Source;

/**
 * The members of a message of SQS, which stand beside those that every event record has. Used by
 * one thread, for one record.
 */
final class QueueMessage {
  private static final byte[][] ATTRIBUTES = EventScanner.names("SentTimestamp", "MessageGroupId");

  private @Nullable String id;
  private @Nullable String body;
  private @Nullable String group;
  private @Nullable Instant sentAt;
  private List<Header> headers = List.of();

  void readId(EventScanner scanner) {
    id = scanner.stringOrNull("messageId");
  }

  void readBody(EventScanner scanner) {
    body = scanner.stringOrNull("body");
  }

  void readAttributes(EventScanner scanner) {
    EventMembers.open(scanner, "attributes");
    int seen = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(ATTRIBUTES, 0);
      seen = EventMembers.once(scanner, seen, member, ATTRIBUTES);
      switch (member) {
        case 0 -> sentAt = EventTime.millisOrNull(scanner, "attributes.SentTimestamp");
        case 1 -> group = scanner.stringOrNull("attributes.MessageGroupId");
        default -> scanner.skipValue(0);
      }
    }
  }

  void readMessageAttributes(EventScanner scanner) {
    headers = MessageAttributes.ofQueue(scanner);
  }

  /** The message id stands for the place: it is what Lambda takes a message back by. */
  void addTo(EventBatches batches, EventRecord event) {
    Source source =
        batches.source(
            EventMembers.required(event.sourceArn, "eventSourceARN"),
            Source.Type.SQS,
            "eventSourceARN");
    String messageId = EventMembers.required(id, "messageId");
    if (body == null) {
      throw new EventSyntaxException("body is missing");
    }
    batches.add(
        source,
        null,
        FanoutRecord.builder(messageId, messageId)
            .key(group == null ? "" : group)
            .data(Bytes.utf8(body))
            .headers(headers)
            .arrivedAt(sentAt)
            .envelope(event.envelope)
            .build());
  }
}
