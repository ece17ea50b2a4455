package org.streamfanout.aws;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;

/**
 * The entries of a call to SQS or SNS, which both take text with attributes, in groups if the
 * destination is FIFO. Immutable and thread-safe.
 */
public final class TextEntries {
  private static final String OPTION = "attributes";

  /** The type that every attribute has but the following. */
  private static final String TYPE = "String";

  /**
   * What tells readers with an extended client library (2.x of Java's) that a body is a pointer,
   * and how many bytes it points to.
   */
  public static final String STORED_LENGTH = "ExtendedPayloadSize";

  private static final String NUMBER = "Number";

  private final String source;
  private final boolean attributes;
  private final boolean fifo;

  /**
   * A message as both services take it.
   *
   * @param id its place in the batch
   * @param text its body
   * @param attributes by name
   * @param group the message group; null if the destination is not FIFO
   * @param deduplicationId what names the message; null if the destination is not FIFO
   */
  public record Entry(
      String id,
      String text,
      Map<String, String> attributes,
      @Nullable String group,
      @Nullable String deduplicationId) {

    /**
     * Returns the attributes as a service's own type; null for none.
     *
     * @param value makes one of the type's name and the value
     */
    public <V> @Nullable Map<String, V> attributes(Value<V> value) {
      return attributes.isEmpty()
          ? null
          : attributes.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey,
                      attribute -> value.of(typeOf(attribute.getKey()), attribute.getValue())));
    }
  }

  private static String typeOf(String attribute) {
    return attribute.equals(STORED_LENGTH) ? NUMBER : TYPE;
  }

  /** Makes a service's own attribute. */
  @FunctionalInterface
  public interface Value<V> {
    /** Returns the attribute. */
    V of(String type, String value);
  }

  /** Prepares for a valid target. */
  public TextEntries(TargetConfig target) {
    this.source = target.source().id();
    this.attributes = target.option(OPTION, "false").equals("true");
    this.fifo = target.destination().endsWith(".fifo");
  }

  /** Adds the option that both types have. */
  public static Description.Builder options(Description.Builder description) {
    return description.option(
        OPTION,
        "true, false",
        "false",
        "true: messages carry the attributes source, shard, sequence and key of their record, part"
            + " for a record out of an aggregate, and, where records were joined, those of the"
            + " first and their number as records. All are of type String and count against the"
            + " size. What is empty, or holds a character that XML 1.0 cannot carry, is left out.");
  }

  /** Returns what is wrong with the option. */
  public static List<String> problems(TargetConfig target) {
    String value = target.option(OPTION, "false");
    return value.equals("true") || value.equals("false")
        ? List.of()
        : List.of("option '" + OPTION + "' is '" + value + "'; write true or false");
  }

  /**
   * Returns the entries of a batch.
   *
   * @param outcomes is told of messages that are no text
   */
  public List<Entry> of(List<Message> messages, EntryOutcomes outcomes) {
    List<Entry> entries = new ArrayList<>(messages.size());
    for (int index = 0; index < messages.size(); index++) {
      Message message = messages.get(index);
      Optional<String> text = TextBody.of(message.body());
      if (text.isEmpty()) {
        outcomes.refuse(index, TextBody.NOT_TEXT);
      } else if (text.get().isEmpty()) {
        outcomes.refuse(index, TextBody.EMPTY);
      } else {
        entries.add(
            new Entry(
                Integer.toString(index),
                text.get(),
                attributes(message),
                fifo ? FifoGroup.of(message.key()) : null,
                fifo ? message.id() : null));
      }
    }
    return entries;
  }

  /**
   * Returns what both services count of a message: its body in UTF-8, and the name, type and value
   * of each attribute, as <a
   * href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html">
   * the metadata page</a> says (as known 2026-11). Ids and groups do not count.
   */
  public long sizeInBytes(Message message) {
    long size = message.bodyLength();
    for (Map.Entry<String, String> attribute : attributes(message).entrySet()) {
      size +=
          utf8Length(attribute.getKey())
              + typeOf(attribute.getKey()).length()
              + utf8Length(attribute.getValue());
    }
    return size;
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private Map<String, String> attributes(Message message) {
    if (!attributes && message.storedLength() == 0) {
      return message.attributes();
    }
    Map<String, String> all = new LinkedHashMap<>(message.attributes());
    if (message.storedLength() > 0) {
      all.put(STORED_LENGTH, Integer.toString(message.storedLength()));
    }
    if (!attributes) {
      return all;
    }
    FanoutRecord first = message.records().get(0);
    put(all, "source", source);
    put(all, "shard", first.shard());
    put(all, "sequence", first.sequenceNumber());
    put(all, "part", first.position().isWhole() ? null : Integer.toString(first.part()));
    put(all, "key", first.key());
    int records = message.records().size();
    put(all, "records", records == 1 ? null : Integer.toString(records));
    return all;
  }

  private static void put(Map<String, String> attributes, String name, @Nullable String value) {
    if (value != null && !value.isEmpty() && TextBody.isLegal(value)) {
      attributes.put(name, value);
    }
  }
}
