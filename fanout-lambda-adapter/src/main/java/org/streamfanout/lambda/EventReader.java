package org.streamfanout.lambda;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;

/** Reads one event. One thread, one use. */
final class EventReader {
  private static final byte[][] MEMBERS =
      EventScanner.names("Records", "records", "eventSource", "eventSourceArn", "bootstrapServers");

  private final EventScanner scanner;
  private final byte[] json;
  private final EventBatches batches = new EventBatches();
  private final EventRecord.Repeats repeats = new EventRecord.Repeats();
  private @Nullable KafkaPartitions partitions;
  private @Nullable String eventSource;
  private @Nullable String clusterArn;
  private @Nullable String bootstrapServers;
  private int index = -1;

  EventReader(EventScanner scanner, byte[] json) {
    this.scanner = scanner;
    this.json = json;
  }

  /** Returns where in the event reading is, for an exception's text. */
  String place() {
    if (partitions != null) {
      return partitions.place();
    }
    return index < 0 ? "" : ", record " + index;
  }

  /** Reads the event that comes next. */
  List<SourceBatch> read() {
    if (scanner.peek() != '{') {
      throw scanner.problem("not a JSON object");
    }
    scanner.expect('{');
    int seen = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(MEMBERS, 0);
      seen = EventMembers.once(scanner, seen, member, MEMBERS);
      switch (member) {
        case 0 -> records();
        case 1 -> {
          partitions = new KafkaPartitions(scanner, json);
          partitions.read();
        }
        case 2 -> eventSource = scanner.stringOrNull("eventSource");
        case 3 -> clusterArn = scanner.stringOrNull("eventSourceArn");
        case 4 -> bootstrapServers = scanner.stringOrNull("bootstrapServers");
        default -> scanner.skipValue(0);
      }
    }
    boolean hasRecords = (seen & 1) != 0;
    if (partitions != null) {
      if (hasRecords) {
        throw new EventSyntaxException("'Records' and Kafka's 'records' stand in one event");
      }
      partitions.addTo(batches, eventSource, clusterArn, bootstrapServers);
    } else if (!hasRecords) {
      throw new EventSyntaxException(
          "there is no member 'Records', nor Kafka's 'records'; map this function to a stream of"
              + " Kinesis or DynamoDB, a topic of Kafka or SNS, or a queue");
    }
    return batches.all();
  }

  private void records() {
    if (scanner.peek() != '[') {
      throw scanner.problem("'Records' is not an array");
    }
    scanner.expect('[');
    index = 0;
    for (boolean first = true; scanner.nextElement(first); first = false) {
      EventRecord.read(scanner, json, repeats).addTo(batches);
      index++;
    }
    index = -1;
  }
}
