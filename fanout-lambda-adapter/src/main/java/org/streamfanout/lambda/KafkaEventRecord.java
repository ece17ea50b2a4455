package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;

/**
 * A record of a Kafka event. Key and value are base64, and absent or null where Kafka has none; the
 * bytes of a header are numbers, signed or not. Used by one thread, for one record.
 */
final class KafkaEventRecord {
  private static final byte[][] MEMBERS =
      EventScanner.names("topic", "partition", "offset", "timestamp", "key", "value", "headers");

  private @Nullable String topic;
  private @Nullable Long partition;
  private @Nullable Long offset;
  private @Nullable Long timestamp;
  private byte @Nullable [] key;
  private byte @Nullable [] value;
  private List<Header> headers = List.of();
  private @Nullable Bytes envelope;

  private KafkaEventRecord() {}

  /** Reads the record that comes next; its envelope is a slice of the array. */
  static KafkaEventRecord read(EventScanner scanner, byte[] json) {
    if (scanner.peek() != '{') {
      throw scanner.problem("a record is not an object");
    }
    int from = scanner.position();
    scanner.expect('{');
    KafkaEventRecord record = new KafkaEventRecord();
    int seen = 0;
    int guess = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(MEMBERS, guess);
      seen = EventMembers.once(scanner, seen, member, MEMBERS);
      switch (member) {
        case 0 -> record.topic = scanner.stringOrNull("topic");
        case 1 -> record.partition = EventMembers.wholeOrNull(scanner, "partition");
        case 2 -> record.offset = EventMembers.wholeOrNull(scanner, "offset");
        case 3 -> record.timestamp = EventMembers.wholeOrNull(scanner, "timestamp");
        case 4 -> record.key = scanner.base64OrNull("key");
        case 5 -> record.value = scanner.base64OrNull("value");
        case 6 -> record.headers = headers(scanner);
        default -> scanner.skipValue(0);
      }
      guess = member < 0 ? guess : member + 1;
    }
    record.envelope = Bytes.wrap(json, from, scanner.position() - from);
    return record;
  }

  /** Returns the topic. */
  String topic() {
    return EventMembers.required(topic, "topic");
  }

  /** Returns the record, which has to be of the partition under whose name it stands. */
  FanoutRecord of(String name) {
    if (partition == null || partition < 0 || partition > Integer.MAX_VALUE) {
      throw new EventSyntaxException("partition is missing, or no partition's number");
    }
    if (offset == null || offset < 0) {
      throw new EventSyntaxException("offset is missing, or negative");
    }
    int number = partition.intValue();
    if (!KafkaRecords.shard(topic(), number).equals(name)) {
      throw new EventSyntaxException(
          "topic '"
              + EventMembers.quotable(topic())
              + "' and partition "
              + number
              + " are not those of '"
              + EventMembers.quotable(name)
              + "'");
    }
    return KafkaRecords.record(
        topic(),
        number,
        offset,
        key == null ? null : Bytes.wrap(key),
        value == null ? null : Bytes.wrap(value),
        headers,
        timestamp == null ? -1 : timestamp,
        envelope);
  }

  private static List<Header> headers(EventScanner scanner) {
    if (scanner.peek() == 'n') {
      scanner.skipValue(0);
      return List.of();
    }
    if (!scanner.accept('[')) {
      throw scanner.problem("headers is not an array");
    }
    List<Header> headers = new ArrayList<>();
    for (boolean first = true; scanner.nextElement(first); first = false) {
      EventMembers.open(scanner, "a header");
      if (!scanner.nextMember(true)) {
        throw scanner.problem("a header has no name");
      }
      String name = scanner.stringOrNull("a header's name");
      if (name == null) {
        throw scanner.problem("a header's name expected");
      }
      scanner.expect(':');
      headers.add(new Header(name, bytesOrNull(scanner)));
      if (scanner.nextMember(false)) {
        throw scanner.problem("a header has more than one name");
      }
    }
    return headers;
  }

  private static @Nullable Bytes bytesOrNull(EventScanner scanner) {
    if (scanner.peek() == 'n') {
      scanner.skipValue(0);
      return null;
    }
    if (!scanner.accept('[')) {
      throw scanner.problem("a header's value is not an array");
    }
    List<Byte> bytes = new ArrayList<>();
    for (boolean first = true; scanner.nextElement(first); first = false) {
      Long number = EventMembers.wholeOrNull(scanner, "a byte of a header");
      if (number == null || number < Byte.MIN_VALUE || number > 255) {
        throw scanner.problem("a byte of a header is not from -128 to 255");
      }
      bytes.add(number.byteValue());
    }
    byte[] value = new byte[bytes.size()];
    for (int index = 0; index < value.length; index++) {
      value[index] = bytes.get(index);
    }
    return Bytes.wrap(value);
  }
}
