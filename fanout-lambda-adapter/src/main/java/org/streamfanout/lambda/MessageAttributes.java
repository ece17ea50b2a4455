package org.streamfanout.lambda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Header;

/**
 * Reads the attributes of messages as headers: a text as its UTF-8, a binary one as its bytes. One
 * thread at a time. What an attribute says is payload: problems name its kind only.
 */
final class MessageAttributes {
  private static final byte[][] QUEUE =
      EventScanner.names("dataType", "stringValue", "binaryValue");
  private static final byte[][] TOPIC = EventScanner.names("Type", "Value");

  private MessageAttributes() {}

  private interface Value {
    Bytes read(EventScanner scanner);
  }

  /** Reads {@code messageAttributes} of a message of SQS. */
  static List<Header> ofQueue(EventScanner scanner) {
    return headers(scanner, "messageAttributes", MessageAttributes::queueValue);
  }

  /** Reads {@code MessageAttributes} of a message of SNS. */
  static List<Header> ofTopic(EventScanner scanner) {
    return headers(scanner, "Sns.MessageAttributes", MessageAttributes::topicValue);
  }

  private static List<Header> headers(EventScanner scanner, String what, Value value) {
    if (scanner.peek() == 'n') {
      scanner.skipValue(0);
      return List.of();
    }
    EventMembers.open(scanner, what);
    List<Header> headers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (boolean first = true; scanner.nextMember(first); first = false) {
      String name = scanner.stringOrNull("an attribute's name");
      if (name == null) {
        throw scanner.problem("an attribute's name expected");
      }
      scanner.expect(':');
      if (!names.add(name)) {
        throw scanner.problem(what + " has an attribute twice");
      }
      EventMembers.open(scanner, "an attribute of " + what);
      headers.add(new Header(name, value.read(scanner)));
    }
    return headers;
  }

  private static Bytes queueValue(EventScanner scanner) {
    String type = null;
    String text = null;
    byte[] binary = null;
    int seen = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(QUEUE, 0);
      seen = EventMembers.once(scanner, seen, member, QUEUE);
      switch (member) {
        case 0 -> type = scanner.stringOrNull("dataType of an attribute");
        case 1 -> text = scanner.stringOrNull("stringValue of an attribute");
        case 2 -> binary = scanner.base64OrNull("binaryValue of an attribute");
        default -> scanner.skipValue(0);
      }
    }
    if (isBinary(type)) {
      if (binary == null) {
        throw scanner.problem("a binary attribute has no binaryValue");
      }
      return Bytes.wrap(binary);
    }
    if (text == null) {
      throw scanner.problem("an attribute has no stringValue");
    }
    return Bytes.utf8(text);
  }

  private static Bytes topicValue(EventScanner scanner) {
    String type = null;
    String text = null;
    int seen = 0;
    for (boolean first = true; scanner.nextMember(first); first = false) {
      int member = scanner.name(TOPIC, 0);
      seen = EventMembers.once(scanner, seen, member, TOPIC);
      switch (member) {
        case 0 -> type = scanner.stringOrNull("Type of an attribute");
        case 1 -> text = scanner.stringOrNull("Value of an attribute");
        default -> scanner.skipValue(0);
      }
    }
    if (text == null) {
      throw scanner.problem("an attribute has no Value");
    }
    if (!isBinary(type)) {
      return Bytes.utf8(text);
    }
    byte[] base64 = text.getBytes(StandardCharsets.UTF_8);
    byte[] binary = EventBase64.decode(base64, 0, base64.length);
    if (binary == null) {
      throw scanner.problem("Value of a binary attribute is not base64");
    }
    return Bytes.wrap(binary);
  }

  /** A type may have a label of its sender's after a dot. */
  private static boolean isBinary(@Nullable String type) {
    return type != null && (type.equals("Binary") || type.startsWith("Binary."));
  }
}
