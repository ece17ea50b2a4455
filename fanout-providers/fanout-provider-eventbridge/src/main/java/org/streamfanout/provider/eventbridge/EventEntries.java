package org.streamfanout.provider.eventbridge;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.streamfanout.aws.RecordTemplate;
import org.streamfanout.aws.TextBody;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;

/** Makes events of messages, and knows what EventBridge counts of them. Immutable. */
final class EventEntries {
  /** In characters, as the PutEventsRequestEntry of the SDK's API model says (2.51.3). */
  private static final int LONGEST_DETAIL_TYPE = 128;

  /** UTF-8 has at most three bytes for each of Java's characters. */
  private static final int BYTES_A_CHARACTER = 3;

  /**
   * What a time counts, as <a
   * href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html">the size
   * of entries</a> says (as known 2026-11).
   */
  private static final int TIME_BYTES = 14;

  private static final Failure NOT_AN_OBJECT =
      Failure.rejected("NotAnObject", "the body is not one JSON object, which a detail must be");

  private static final Failure NO_DETAIL_TYPE =
      Failure.rejected(
          "NoDetailType",
          "the record lacks what the option detailType asks for, or gives more than "
              + LONGEST_DETAIL_TYPE
              + " characters");

  /** A detail must be an object, which a pointer may not be. */
  private static final String CLAIM_CHECK = "{\"claimCheck\":";

  private static final JsonFactory JSON = new JsonFactory();

  private final String bus;
  private final String eventSource;
  private final RecordTemplate detailType;
  private final Set<String> fields;
  private final Source source;
  private final List<String> resources;
  private final long fixedBytes;

  /** Takes the bus as a request names it. */
  EventEntries(String bus, String eventSource, RecordTemplate detailType, Source source) {
    this.bus = bus;
    this.eventSource = eventSource;
    this.detailType = detailType;
    this.fields = detailType.fields();
    this.source = source;
    this.resources = source.id().startsWith("arn:") ? List.of(source.id()) : List.of();
    this.fixedBytes = utf8(eventSource) + resources.stream().mapToLong(EventEntries::utf8).sum();
  }

  /** An event, or why there is none. */
  sealed interface Made {}

  record Event(PutEventsRequestEntry entry) implements Made {}

  record Unfit(Failure failure) implements Made {}

  /** Returns the event of a message. */
  Made of(Message message) {
    FanoutRecord record = message.records().get(0);
    Map<String, String> found = new HashMap<>();
    // The detail goes as it is written, so that its bytes must be text, and no repaired one.
    Optional<String> detail =
        TextBody.utf8(message.body())
            .map(text -> message.storedLength() > 0 ? CLAIM_CHECK + text + "}" : text)
            .filter(text -> isObject(text, found));
    if (detail.isEmpty()) {
      return new Unfit(NOT_AN_OBJECT);
    }
    Optional<String> type =
        detailType
            .render(record, source, found::get)
            .filter(text -> !text.isEmpty() && text.length() <= LONGEST_DETAIL_TYPE);
    if (type.isEmpty()) {
      return new Unfit(NO_DETAIL_TYPE);
    }
    return new Event(
        PutEventsRequestEntry.builder()
            .eventBusName(bus)
            .source(eventSource)
            .detailType(type.get())
            .detail(detail.get())
            .time(record.arrivedAt())
            .resources(resources)
            .traceHeader(TraceHeader.of(message.attributes().get(TraceHeader.W3C)))
            .build());
  }

  /** Returns whether a text is one JSON object, and notes the scalars that the template needs. */
  private boolean isObject(String text, Map<String, String> found) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!fields.contains(name)) {
          parser.skipChildren();
        } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
          found.put(name, parser.getText());
        } else {
          found.remove(name);
          parser.skipChildren();
        }
      }
      return parser.nextToken() == null;
    } catch (JsonProcessingException notJson) {
      return false;
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory cannot fail", impossible);
    }
  }

  /**
   * Returns what EventBridge counts; at least, where the detail type depends on the body. The trace
   * header is not among it.
   */
  long sizeInBytes(Message message) {
    FanoutRecord record = message.records().get(0);
    Instant time = record.arrivedAt();
    long typeBytes =
        fields.isEmpty()
            ? detailType.render(record, source, field -> null).map(EventEntries::utf8).orElse(0L)
            : (long) LONGEST_DETAIL_TYPE * BYTES_A_CHARACTER;
    long wrapper = message.storedLength() > 0 ? CLAIM_CHECK.length() + 1 : 0;
    return fixedBytes
        + typeBytes
        + (time == null ? 0 : TIME_BYTES)
        + wrapper
        + message.bodyLength();
  }

  private static long utf8(String text) {
    return Bytes.utf8(text).length();
  }
}
