package org.streamfanout.provider.lambda;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.regex.Pattern;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/**
 * How a record stands in an event. Members that the record does not tell are left out, never made
 * up. Stateless.
 *
 * <p>The members are those of the events that <a
 * href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html">Lambda's
 * event source mappings</a> make (as known 2026-11).
 */
enum RecordFormat {
  /** Without {@code invokeIdentityArn}, which only Lambda knows. */
  KINESIS {
    @Override
    void write(Message message, Source source, JsonOutput json) {
      FanoutRecord record = message.records().get(0);
      json.raw("{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"partitionKey\":")
          .text(record.key());
      if (record.explicitHashKey() != null) {
        json.raw(",\"explicitHashKey\":").text(record.explicitHashKey());
      }
      json.raw(",\"sequenceNumber\":").text(record.sequenceNumber()).raw(",\"data\":");
      body(message, json);
      if (record.arrivedAt() != null) {
        json.raw(",\"approximateArrivalTimestamp\":").raw(seconds(record.arrivedAt()));
      }
      json.raw("},\"eventSource\":\"aws:kinesis\",\"eventVersion\":\"1.0\",\"eventID\":")
          .text(record.part() == Position.WHOLE ? record.id() : record.id() + "#" + record.part())
          .raw(",\"eventName\":\"aws:kinesis:record\"");
      origin(source, json);
      json.raw("}");
    }
  },

  /**
   * Without {@code SizeBytes}, {@code StreamViewType} and {@code userIdentity}, which records do
   * not carry. A record that was transformed says no more what changed: it has {@code data} in
   * {@code dynamodb}, and neither {@code eventName} nor keys and images.
   */
  DYNAMODB {
    @Override
    void write(Message message, Source source, JsonOutput json) {
      FanoutRecord record = message.records().get(0);
      json.raw("{\"eventID\":").text(record.id()).raw(",\"eventVersion\":\"1.1\",\"dynamodb\":{");
      if (record.arrivedAt() != null) {
        json.raw("\"ApproximateCreationDateTime\":").raw(seconds(record.arrivedAt())).raw(",");
      }
      TableChange change = record.change();
      if (change == null) {
        json.raw("\"data\":");
        body(message, json);
      } else {
        json.raw("\"Keys\":").attributes(change.keys());
        if (change.newImage() != null) {
          json.raw(",\"NewImage\":").attributes(change.newImage());
        }
        if (change.oldImage() != null) {
          json.raw(",\"OldImage\":").attributes(change.oldImage());
        }
      }
      json.raw(",\"SequenceNumber\":").text(record.sequenceNumber()).raw("}");
      if (change != null) {
        json.raw(",\"eventName\":").text(change.type().name());
      }
      json.raw(",\"eventSource\":\"aws:dynamodb\"");
      origin(source, json);
      json.raw("}");
    }
  },

  /** Without {@code timestampType}. */
  KAFKA {
    @Override
    void write(Message message, Source source, JsonOutput json) {
      FanoutRecord record = message.records().get(0);
      String place = topicPartition(record);
      int dash = place.lastIndexOf('-');
      json.raw("{\"topic\":").text(place.substring(0, Math.max(dash, 0)));
      json.raw(",\"partition\":").raw(number(place.substring(dash + 1)));
      json.raw(",\"offset\":").raw(number(record.sequenceNumber()));
      if (record.arrivedAt() != null) {
        json.raw(",\"timestamp\":").raw(Long.toString(record.arrivedAt().toEpochMilli()));
      }
      Bytes key = record.keyBytes();
      if (key != null || !record.key().isEmpty()) {
        json.raw(",\"key\":").base64(key != null ? key : Bytes.utf8(record.key()));
      }
      json.raw(",\"value\":");
      body(message, json);
      json.raw(",\"headers\":").array(record.headers(), header -> header(header, json)).raw("}");
    }
  },

  /** Without {@code receiptHandle}, {@code messageAttributes} and the rest that a queue adds. */
  SQS {
    @Override
    void write(Message message, Source source, JsonOutput json) {
      FanoutRecord record = message.records().get(0);
      json.raw("{\"messageId\":").text(record.id()).raw(",\"body\":").text(dataAsText(record));
      json.raw(",\"attributes\":{");
      if (record.arrivedAt() != null) {
        json.raw("\"SentTimestamp\":").text(Long.toString(record.arrivedAt().toEpochMilli()));
      }
      json.raw("},\"messageAttributes\":{},\"eventSource\":\"aws:sqs\"");
      origin(source, json);
      json.raw("}");
    }
  },

  /** Without the subscription, the subject, the attributes and the signature. */
  SNS {
    @Override
    void write(Message message, Source source, JsonOutput json) {
      FanoutRecord record = message.records().get(0);
      json.raw("{\"EventSource\":\"aws:sns\",\"EventVersion\":\"1.0\",\"Sns\":{")
          .raw("\"Type\":\"Notification\",\"MessageId\":")
          .text(record.id())
          .raw(",\"TopicArn\":")
          .text(source.id())
          .raw(",\"Message\":")
          .text(dataAsText(record));
      if (record.arrivedAt() != null) {
        json.raw(",\"Timestamp\":").text(record.arrivedAt().toString());
      }
      json.raw("}}");
    }
  },

  /** What the original sent with {@code passthrough}: the record after decoding and transforms. */
  PASSTHROUGH {
    @Override
    void write(Message message, Source source, JsonOutput json) {
      FanoutRecord record = message.records().get(0);
      TableChange change = record.change();
      json.raw("{\"key\":")
          .text(record.key())
          .raw(",\"sequenceNumber\":")
          .text(record.sequenceNumber())
          .raw(",\"subSequenceNumber\":")
          .raw(Integer.toString(record.position().subSequenceNumber()))
          .raw(",\"data\":");
      body(message, json);
      json.raw(",\"action\":")
          .text(change == null ? "PUT" : change.type().name())
          .raw(",\"source\":")
          .text(eventSource(source));
      if (source.region() != null) {
        json.raw(",\"region\":").text(source.region());
      }
      json.raw("}");
    }
  };

  private static final Pattern NUMBER = Pattern.compile("0|[1-9]\\d{0,18}");

  /** Puts out a message's only record. */
  abstract void write(Message message, Source source, JsonOutput json);

  /** Returns the format of a source's own events. */
  static RecordFormat of(Source.Type type) {
    return switch (type) {
      case KINESIS -> KINESIS;
      case DYNAMODB -> DYNAMODB;
      case KAFKA -> KAFKA;
      case SQS -> SQS;
      case SNS -> SNS;
    };
  }

  /** Returns the name that events give a source; MSK is told by its ARN. */
  static String eventSource(Source source) {
    return switch (source.type()) {
      case KINESIS -> "aws:kinesis";
      case DYNAMODB -> "aws:dynamodb";
      case KAFKA -> source.id().startsWith("arn:") ? "aws:kafka" : "SelfManagedKafka";
      case SQS -> "aws:sqs";
      case SNS -> "aws:sns";
    };
  }

  /** Returns {@code <topic>-<partition>}, the group of a Kafka record, from its id. */
  static String topicPartition(FanoutRecord record) {
    return record.id().substring(0, Math.max(record.id().lastIndexOf(':'), 0));
  }

  private static void origin(Source source, JsonOutput json) {
    if (source.region() != null) {
      json.raw(",\"awsRegion\":").text(source.region());
    }
    json.raw(",\"eventSourceARN\":").text(source.id());
  }

  /** Base64 of the body, or null for a tombstone. */
  private static void body(Message message, JsonOutput json) {
    if (message.isTombstone()) {
      json.raw("null");
    } else {
      json.base64(message.bodyLength(), message::body);
    }
  }

  /** Lambda writes a header's bytes as signed numbers. */
  private static void header(Header header, JsonOutput json) {
    json.raw("{").text(header.name()).raw(":");
    Bytes value = header.value();
    if (value == null) {
      json.raw("null}");
      return;
    }
    json.raw("[");
    for (int index = 0; index < value.length(); index++) {
      json.raw(index == 0 ? "" : ",").raw(Byte.toString(value.at(index)));
    }
    json.raw("]}");
  }

  private static String seconds(Instant instant) {
    return BigDecimal.valueOf(instant.getEpochSecond())
        .add(BigDecimal.valueOf(instant.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** A source's number is JSON only if it is one. */
  private static String number(String digits) {
    return NUMBER.matcher(digits).matches() ? digits : "null";
  }

  /** Queues and topics carry text; the engine rejects anything else. */
  private static String dataAsText(FanoutRecord record) {
    return record.data() == null ? "" : record.data().utf8();
  }
}
