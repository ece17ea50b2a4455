package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.QUEUE;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.EventText.sns;
import static org.streamfanout.lambda.EventText.sqs;
import static org.streamfanout.lambda.LambdaEventsTest.only;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Source;

/** Messages of queues and topics. */
final class LambdaEventsMessagesTest {
  private static final List<Header> HEADERS =
      List.of(
          new Header("who", Bytes.utf8("é")), new Header("raw", Bytes.wrap(new byte[] {0, -1})));

  @Test
  void parse_messageOfAQueue_isARecord() {
    byte[] event = event(sqs(QUEUE, "m-1", null, "a \\u00e9"));

    SourceBatch batch = LambdaEvents.parse(event).get(0);
    FanoutRecord record = only(event);

    assertThat(batch.source()).isEqualTo(new Source(QUEUE, Source.Type.SQS, "us-east-1"));
    assertThat(batch.shard()).isNull();
    assertThat(record.id()).isEqualTo("m-1");
    assertThat(record.key()).isEmpty();
    assertThat(record.data()).isEqualTo(Bytes.utf8("a é"));
    assertThat(record.headers()).isEqualTo(HEADERS);
    assertThat(record.arrivedAt()).isEqualTo(Instant.ofEpochMilli(1545082649183L));
    assertThat(Objects.requireNonNull(record.envelope()).utf8())
        .isEqualTo(sqs(QUEUE, "m-1", null, "a \\u00e9"));
  }

  @Test
  void parse_messageOfAGroup_hasItForItsKey() {
    assertThat(only(event(sqs(QUEUE + ".fifo", "m-1", "g", "a"))).key()).isEqualTo("g");
  }

  @Test
  void parse_emptyBody_isARecordOfNoBytes() {
    assertThat(only(event(sqs(QUEUE, "m-1", null, ""))).isTombstone()).isFalse();
  }

  @Test
  void parse_messageOfATopic_isARecord() {
    byte[] event = event(sns("m-1", "{\\\"n\\\":1}"));

    SourceBatch batch = LambdaEvents.parse(event).get(0);
    FanoutRecord record = only(event);

    assertThat(batch.source()).isEqualTo(new Source(EventText.TOPIC, Source.Type.SNS, "us-east-1"));
    assertThat(batch.shard()).isNull();
    assertThat(record.id()).isEqualTo("m-1");
    assertThat(record.key()).isEmpty();
    assertThat(record.data()).isEqualTo(Bytes.utf8("{\"n\":1}"));
    assertThat(record.headers()).isEqualTo(HEADERS);
    assertThat(record.arrivedAt()).isEqualTo(Instant.parse("2019-01-02T12:45:07.123Z"));
    assertThat(record.envelope()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "messageId":"m-1"              | "x":1                  | messageId is missing
          "messageId":"m-1"              | "messageId":""         | messageId is missing
          "messageId":"m-1"              | "messageId":7          | messageId is not text
          "body":"payload"               | "x":1                  | body is missing
          "body":"payload"               | "body":null            | body is missing
          "body":"payload"               | "body":"\\ud800"       | half a surrogate pair
          "body":"payload"               | "body":"","body":""    | member 'body' is there twice
          "SentTimestamp":"1545082649183"| "SentTimestamp":"soon" | SentTimestamp is not a whole number
          "SentTimestamp":"1545082649183"| "SentTimestamp":7      | SentTimestamp is not text
          "raw":{                        | "who":{                | has an attribute twice
          "binaryValue":"AP8="           | "binaryValue":"AP8"    | binaryValue of an attribute is not base64
          "binaryValue":"AP8="           | "stringValue":"a"      | a binary attribute has no binaryValue
          "stringValue":"é"              | "x":1                  | an attribute has no stringValue
          "messageAttributes":{          | "messageAttributes":7,"x":{ | messageAttributes is not an object
          "attributes":{                 | "attributes":7,"x":{   | attributes is not an object
          "awsRegion":"us-east-1"        | "kinesis":{}           | and no 'kinesis'
          "awsRegion":"us-east-1"        | "Sns":{}               | and no 'Sns'
          :sqs:us-east-1:                | :sns:us-east-1:        | is not one of eventSource aws:sqs
          :sqs:us-east-1:                | :s3:us-east-1:         | is no source's ARN
          "eventSourceARN":"             | "x":"                  | eventSourceARN is missing
          """)
  void parse_aMessageOfAQueueThatCannotBeRead_isNamedWithWhatIsWrong(
      String part, String replacement, String problem) {
    assertNamed(sqs(QUEUE, "m-1", "g", "payload"), part, replacement, problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Sns":{                        | "x":{                  | needs the object 'Sns'
          "MessageId":"m-1"              | "x":1                  | Sns.MessageId is missing
          "Message":"payload"            | "x":1                  | Sns.Message is missing
          "Message":"payload"            | "Message":7            | Sns.Message is not text
          "Type":"Notification"          | "Message":""           | member 'Message' is there twice
          2019-01-02T12:45:07.123Z       | yesterday              | Sns.Timestamp is not a time
          "TopicArn":"                   | "x":"                  | Sns.TopicArn is missing
          "TopicArn":"arn:aws:sns        | "TopicArn":"arn:aws:sqs | Sns.TopicArn 'arn:aws:sqs
          "Value":"AP8="                 | "Value":"AP8"          | Value of a binary attribute is not base64
          "Value":"AP8="                 | "x":"AP8="             | an attribute has no Value
          "raw":{                        | "who":{                | has an attribute twice
          "EventVersion":"1.0"           | "body":"a"             | and no 'messageId'
          "EventSource":"aws:sns"        | "x":1                  | eventSource is missing
          """)
  void parse_aMessageOfATopicThatCannotBeRead_isNamedWithWhatIsWrong(
      String part, String replacement, String problem) {
    assertNamed(sns("m-1", "payload"), part, replacement, problem);
  }

  private static void assertNamed(String good, String part, String replacement, String problem) {
    assertThat(good).contains(part);

    assertThatThrownBy(() -> LambdaEvents.parse(event(good, good.replace(part, replacement))))
        .isInstanceOf(FanoutException.class)
        .hasMessageStartingWith("Lambda event, record 1: ")
        .hasMessageContaining(problem)
        .hasMessageNotContaining("payload");
  }

  @Test
  void parse_queueAndTopicInOneEvent_isAnError() {
    byte[] event = event(sqs(QUEUE, "m-1", null, "a"), sns("m-2", "b"));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .hasMessage("Lambda event, record 1: a record of SNS stands in an event of SQS");
  }
}
