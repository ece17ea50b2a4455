package org.streamfanout.kcl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/**
 * Makes records of a table stream's, equal to those that Lambda's event of the same change gives:
 * the id is the event's, no shard is named, and the envelope is the event's record. Thread-safe.
 */
final class TableRecords {
  private final Source stream;
  private final List<String> keyAttributes;

  /**
   * Makes records of one stream.
   *
   * @param keyAttributes the names of the table's key attributes, in the order in which their
   *     values make a record's key
   */
  TableRecords(Source stream, List<String> keyAttributes) {
    this.stream = stream;
    this.keyAttributes = List.copyOf(keyAttributes);
  }

  /** Returns the records of a batch, in order. */
  List<FanoutRecord> of(List<Record> batch) {
    List<FanoutRecord> records = new ArrayList<>(batch.size());
    for (Record each : batch) {
      records.add(of(each));
    }
    return records;
  }

  /**
   * Returns a record.
   *
   * @throws FanoutException if it cannot be understood; the text quotes no payload
   */
  FanoutRecord of(Record record) {
    StreamRecord data = record.dynamodb();
    if (data == null || data.sequenceNumber() == null || record.eventID() == null) {
      throw new FanoutException("a stream's record has no event id, or no sequence number");
    }
    TableChange change =
        new TableChange(
            type(record),
            keys(data),
            data.hasNewImage() ? TableAttributes.of(data.newImage()) : null,
            data.hasOldImage() ? TableAttributes.of(data.oldImage()) : null);
    return FanoutRecord.builder(record.eventID(), data.sequenceNumber())
        .key(DynamoDbConverter.key(change.keys()))
        .change(change)
        .arrivedAt(data.approximateCreationDateTime())
        .envelope(TableEnvelope.of(stream, record, change))
        .build();
  }

  private static TableChange.Type type(Record record) {
    String name = record.eventNameAsString();
    return switch (name == null ? "" : name) {
      case "INSERT" -> TableChange.Type.INSERT;
      case "MODIFY" -> TableChange.Type.MODIFY;
      case "REMOVE" -> TableChange.Type.REMOVE;
      default ->
          throw new FanoutException("eventName is '" + name + "', not INSERT, MODIFY or REMOVE");
    };
  }

  /** The SDK reads them into a map without an order. */
  private Map<String, AttributeValue> keys(StreamRecord data) {
    Map<String, AttributeValue> read = TableAttributes.of(data.keys());
    if (!read.keySet().equals(new HashSet<>(keyAttributes))) {
      throw new FanoutException(
          "a record's keys are " + read.keySet() + ", and the table's " + keyAttributes);
    }
    Map<String, AttributeValue> ordered = new LinkedHashMap<>();
    for (String name : keyAttributes) {
      ordered.put(name, read.get(name));
    }
    return ordered;
  }
}
