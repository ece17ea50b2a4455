package org.streamfanout.lambda;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.FanoutException;

/**
 * Reads the events that AWS Lambda gets from Kinesis data streams, DynamoDB streams, topics of
 * Kafka (of Amazon MSK or of a cluster of one's own), queues of SQS and topics of SNS, as Lambda
 * makes them. Thread-safe.
 *
 * <p>An event's records become one batch per source and shard, in the event's order; the records of
 * an event are of one kind. What a record is made of:
 *
 * <table>
 *   <caption>Records by source</caption>
 *   <tr><th>Source</th><th>Batch</th><th>Id</th><th>Key</th><th>Headers</th></tr>
 *   <tr><td>Kinesis</td><td>stream and shard; the ARN of an enhanced fan-out consumer becomes that of
 *       its stream</td><td>{@code shardId:sequenceNumber}</td><td>partition key</td><td></td></tr>
 *   <tr><td>DynamoDB</td><td>stream; an event does not name its shards</td><td>event id</td><td>the
 *       item's</td><td></td></tr>
 *   <tr><td>Kafka</td><td>topic, by its ARN on MSK and by {@code kafka://} elsewhere, and
 *       partition</td><td>{@code topic-partition:offset}</td><td>the record's, as {@link
 *       org.streamfanout.core.kafka.KafkaRecords} makes it for every host; a value that is null or
 *       not there is a tombstone</td><td>the record's, with repeats</td></tr>
 *   <tr><td>SQS</td><td>queue</td><td>message id</td><td>message group, where there is
 *       one</td><td>message attributes</td></tr>
 *   <tr><td>SNS</td><td>topic</td><td>message id</td><td>none</td><td>message attributes</td></tr>
 * </table>
 *
 * <p>Members that nothing here needs, such as those of a tumbling window, are passed over.
 * Envelopes are slices of the event, which therefore stays in memory as long as its records.
 *
 * <p>Nothing is left out: an event with anything in it that cannot be read, or that contradicts
 * itself, makes a {@link FanoutException} that names the record's index and what is wrong, and
 * never quotes payload.
 */
public final class LambdaEvents {
  /**
   * The most bytes of one event. AWS sends 6 MB at most
   * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, as known 2026-11);
   * this bounds what a file or a stand-in can make us hold.
   */
  public static final int MAX_EVENT_BYTES = 64 * 1024 * 1024;

  private LambdaEvents() {}

  /**
   * Reads one event to the end of the stream, which stays open.
   *
   * @return the batches; none if there are no records
   * @throws FanoutException if the event cannot be read, or is larger than {@link #MAX_EVENT_BYTES}
   * @throws IOException if the stream cannot be read
   */
  public static List<SourceBatch> parse(InputStream event) throws IOException {
    byte[] json = event.readNBytes(MAX_EVENT_BYTES + 1);
    return parse(json);
  }

  /**
   * Reads one event.
   *
   * @param event JSON in UTF-8; the caller gives up writing to the array
   * @return the batches; none if there are no records
   * @throws FanoutException if the event cannot be read, or is larger than {@link #MAX_EVENT_BYTES}
   */
  public static List<SourceBatch> parse(byte[] event) {
    Objects.requireNonNull(event, "event");
    List<List<SourceBatch>> events = parse(event, true);
    return events.get(0);
  }

  /**
   * Reads events that stand one after another, with or without white space between them: a file of
   * one event, however it is laid out, or of one event a line.
   *
   * @param events JSON in UTF-8; the caller gives up writing to the array
   * @return the batches of each event, in order; none if there is only white space
   * @throws FanoutException if one of them cannot be read, naming its index if there are several,
   *     or if they are larger than {@link #MAX_EVENT_BYTES} together
   */
  public static List<List<SourceBatch>> parseAll(byte[] events) {
    Objects.requireNonNull(events, "events");
    return parse(events, false);
  }

  private static List<List<SourceBatch>> parse(byte[] json, boolean single) {
    if (json.length > MAX_EVENT_BYTES) {
      throw new FanoutException(
          "Lambda event is larger than "
              + MAX_EVENT_BYTES
              + " bytes; split it, Lambda itself takes 6 MB at most");
    }
    EventScanner scanner = new EventScanner(json, 0, json.length);
    List<List<SourceBatch>> events = new ArrayList<>(1);
    while (single ? events.isEmpty() : scanner.peek() >= 0) {
      EventReader reader = new EventReader(scanner, json);
      try {
        events.add(reader.read());
        if (single && scanner.peek() >= 0) {
          throw scanner.problem("there is more after the end of the event");
        }
      } catch (EventSyntaxException e) {
        String event =
            events.isEmpty() || single ? "Lambda event" : "Lambda event " + events.size();
        throw new FanoutException(event + reader.place() + ": " + e.getMessage(), e.getCause());
      }
    }
    return events;
  }
}
