package org.streamfanout.lambda;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;

/**
 * The answer of a function whose event source mapping has {@code ReportBatchItemFailures}, by the
 * kind of source. Stateless.
 *
 * <ul>
 *   <li>Kinesis and DynamoDB: the first sequence number that is not settled, of each batch. Lambda
 *       sends the lowest one named, and all after it, again (<a
 *       href="https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html">
 *       Kinesis</a>, checked 2026-11 in a copy).
 *   <li>Kafka: {@code {"partition": "<topic>-<partition>", "offset": <offset>}}, the lowest offset
 *       that is not settled, of each partition (<a
 *       href="https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html">Kafka</a>,
 *       checked 2026-11 in copies, of which the older one calls the first member {@code
 *       topic-partition}; the Powertools for Python say {@code partition}, too). What is not in the
 *       event makes Lambda send all of it again. The page does not say whether what follows the
 *       offset named is sent again; that it is, as with the other streams, is taken for granted.
 *   <li>SQS: every message that is not settled, and of a FIFO queue every later one of its group,
 *       so that the group comes again in order (<a
 *       href="https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html">SQS</a>,
 *       as known 2026-11).
 *   <li>SNS: has no such answer, so that there is none here.
 * </ul>
 *
 * <p>An identifier that is empty or of another event makes Lambda take the whole batch as failed;
 * one that is missing loses its record.
 */
final class BatchItemFailures {
  private static final JsonFactory JSON = new JsonFactory();

  private BatchItemFailures() {}

  /**
   * Returns whether the source has such answers; where it has none, only an exception makes Lambda
   * send an event again.
   */
  static boolean isKnownTo(FanoutResult result) {
    return switch (result.source().type()) {
      case KINESIS, DYNAMODB, KAFKA, SQS -> true;
      case SNS -> false;
    };
  }

  /**
   * Returns the answer as JSON.
   *
   * @param batches the event's
   * @param results what the engine said of each, in their order
   */
  static byte[] of(List<SourceBatch> batches, List<FanoutResult> results) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(answer)) {
      json.writeStartObject();
      json.writeArrayFieldStart("batchItemFailures");
      for (int index = 0; index < results.size(); index++) {
        if (!results.get(index).isSettled()) {
          write(batches.get(index), results.get(index), json);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot be written", e);
    }
    return answer.toByteArray();
  }

  private static void write(SourceBatch batch, FanoutResult result, JsonGenerator json)
      throws IOException {
    switch (result.source().type()) {
      case KINESIS, DYNAMODB -> text(json, first(result));
      case KAFKA -> {
        json.writeStartObject();
        json.writeObjectFieldStart("itemIdentifier");
        json.writeStringField("partition", partition(result));
        json.writeNumberField("offset", lowestOffset(result));
        json.writeEndObject();
        json.writeEndObject();
      }
      case SQS -> {
        for (String messageId : messageIds(batch, result)) {
          text(json, messageId);
        }
      }
      case SNS ->
          throw new IllegalStateException(
              "an event of " + result.source().id() + " cannot be answered in part");
    }
  }

  private static void text(JsonGenerator json, String identifier) throws IOException {
    if (identifier.isEmpty()) {
      throw new IllegalStateException("a record that is not settled has an empty identifier");
    }
    json.writeStartObject();
    json.writeStringField("itemIdentifier", identifier);
    json.writeEndObject();
  }

  private static String first(FanoutResult result) {
    Position first = result.checkpoint().firstUnsettled();
    if (first == null) {
      throw new IllegalStateException(
          "records of " + result.source().id() + " are not settled, but none is the first");
    }
    return first.sequenceNumber();
  }

  private static String partition(FanoutResult result) {
    String partition = result.shard();
    if (partition == null || partition.isEmpty()) {
      throw new IllegalStateException(
          "records of " + result.source().id() + " are not settled, but of no partition");
    }
    return partition;
  }

  private static long lowestOffset(FanoutResult result) {
    return result.unsettled().stream()
        .mapToLong(position -> Long.parseLong(position.sequenceNumber()))
        .min()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "records of " + partition(result) + " are not settled, but none is named"));
  }

  /** A message's id is its place; the ids of standard queues may repeat, and are named once. */
  private static Collection<String> messageIds(SourceBatch batch, FanoutResult result) {
    Set<Position> unsettled = new HashSet<>(result.unsettled());
    boolean isFifo = batch.source().id().endsWith(".fifo");
    Set<String> closedGroups = new HashSet<>();
    Set<String> ids = new LinkedHashSet<>();
    for (FanoutRecord message : batch.records()) {
      boolean follows = isFifo && closedGroups.contains(message.key());
      if (follows || unsettled.contains(message.position())) {
        closedGroups.add(message.key());
        ids.add(message.id());
      }
    }
    return ids;
  }
}
