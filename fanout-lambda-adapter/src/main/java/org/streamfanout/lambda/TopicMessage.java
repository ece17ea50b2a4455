package org.streamfanout.lambda;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Source;

/** The object {@code Sns} of an event record. Used by one thread, for one record. */
final class TopicMessage {
  private static final byte[][] MEMBERS =
      EventScanner.names("MessageId", "TopicArn", "Message", "Timestamp", "MessageAttributes");

  private @Nullable String id;
  private @Nullable String topicArn;
  private @Nullable String message;
  private @Nullable Instant publishedAt;
  private List<Header> headers = List.of();

  private TopicMessage() {}

  static TopicMessage read(EventScanner scanner) {
    EventMembers.open(scanner, "Sns");
    TopicMessage record = new TopicMessage();
    int seen = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(MEMBERS, 0);
      seen = EventMembers.once(scanner, seen, member, MEMBERS);
      switch (member) {
        case 0 -> record.id = scanner.stringOrNull("Sns.MessageId");
        case 1 -> record.topicArn = scanner.stringOrNull("Sns.TopicArn");
        case 2 -> record.message = scanner.stringOrNull("Sns.Message");
        case 3 -> record.publishedAt = EventTime.textOrNull(scanner, "Sns.Timestamp");
        case 4 -> record.headers = MessageAttributes.ofTopic(scanner);
        default -> scanner.skipValue(0);
      }
    }
    return record;
  }

  void addTo(EventBatches batches, EventRecord event) {
    Source source =
        batches.source(
            EventMembers.required(topicArn, "Sns.TopicArn"), Source.Type.SNS, "Sns.TopicArn");
    String messageId = EventMembers.required(id, "Sns.MessageId");
    if (message == null) {
      throw new EventSyntaxException("Sns.Message is missing");
    }
    batches.add(
        source,
        null,
        FanoutRecord.builder(messageId, messageId)
            .data(Bytes.utf8(message))
            .headers(headers)
            .arrivedAt(publishedAt)
            .envelope(event.envelope)
            .build());
  }
}
