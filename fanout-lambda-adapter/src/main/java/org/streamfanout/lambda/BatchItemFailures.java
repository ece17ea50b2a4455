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
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;

/**
 * The answer of a function whose event source mapping has {@code ReportBatchItemFailures}, by the
 * kind of source. Stateless; for handlers of one's own, and for those who show what a function
 * answers.
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
public final class BatchItemFailures {
  private static final JsonFactory JSON = new JsonFactory();

  private BatchItemFailures() {}

  /**
   * Returns whether a source has such answers; where it has none, only an exception makes Lambda
   * send an event again.
   */
  public static boolean areKnownTo(Source source) {
    return switch (source.type()) {
      case KINESIS, DYNAMODB, KAFKA, SQS -> true;
      case SNS -> false;
    };
  }

  /**
   * Returns the answer as JSON in UTF-8.
   *
   * @param batches an event's
   * @param unsettled the records of each batch that are not settled, in the batch's order, as
   *     {@link org.streamfanout.core.FanoutResult#unsettled} has them; empty where all are
   * @throws IllegalArgumentException if the lists differ in length, or records that are not settled
   *     have no answer or no identifier
   */
  public static byte[] of(List<SourceBatch> batches, List<List<Position>> unsettled) {
    if (batches.size() != unsettled.size()) {
      throw new IllegalArgumentException(
          batches.size() + " batches, and what is unsettled of " + unsettled.size());
    }
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(answer)) {
      json.writeStartObject();
      json.writeArrayFieldStart("batchItemFailures");
      for (int index = 0; index < batches.size(); index++) {
        if (!unsettled.get(index).isEmpty()) {
          write(batches.get(index), unsettled.get(index), json);
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot be written", e);
    }
    return answer.toByteArray();
  }

  private static void write(SourceBatch batch, List<Position> unsettled, JsonGenerator json)
      throws IOException {
    switch (batch.source().type()) {
      case KINESIS, DYNAMODB -> text(json, batch, unsettled.get(0).sequenceNumber());
      case KAFKA -> {
        json.writeStartObject();
        json.writeObjectFieldStart("itemIdentifier");
        json.writeStringField("partition", partition(batch));
        json.writeNumberField("offset", lowestOffset(unsettled));
        json.writeEndObject();
        json.writeEndObject();
      }
      case SQS -> {
        for (String messageId : messageIds(batch, unsettled)) {
          text(json, batch, messageId);
        }
      }
      case SNS ->
          throw new IllegalArgumentException(
              "an event of " + batch.source().id() + " cannot be answered in part");
    }
  }

  private static void text(JsonGenerator json, SourceBatch batch, String identifier)
      throws IOException {
    if (identifier.isEmpty()) {
      throw new IllegalArgumentException(
          "a record of " + batch.source().id() + " is not settled and has no identifier");
    }
    json.writeStartObject();
    json.writeStringField("itemIdentifier", identifier);
    json.writeEndObject();
  }

  private static String partition(SourceBatch batch) {
    String partition = batch.shard();
    if (partition == null || partition.isEmpty()) {
      throw new IllegalArgumentException(
          "records of " + batch.source().id() + " are not settled and of no partition");
    }
    return partition;
  }

  private static long lowestOffset(List<Position> unsettled) {
    return unsettled.stream()
        .mapToLong(position -> Long.parseLong(position.sequenceNumber()))
        .min()
        .orElseThrow();
  }

  /** A message's id is its place; an id that is there twice is named once. */
  private static Collection<String> messageIds(SourceBatch batch, List<Position> unsettled) {
    Set<Position> open = new HashSet<>(unsettled);
    boolean isFifo = batch.source().id().endsWith(".fifo");
    Set<String> closedGroups = new HashSet<>();
    Set<String> ids = new LinkedHashSet<>();
    for (FanoutRecord message : batch.records()) {
      boolean follows = isFifo && closedGroups.contains(message.key());
      if (follows || open.contains(message.position())) {
        closedGroups.add(message.key());
        ids.add(message.id());
      }
    }
    return ids;
  }
}
