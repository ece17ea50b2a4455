package org.streamfanout.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.lambda.EventText.bytes;
import static org.streamfanout.lambda.EventText.dynamoDb;
import static org.streamfanout.lambda.EventText.event;
import static org.streamfanout.lambda.EventText.kinesis;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.FanoutException;

final class LambdaEventsHostileTest {
  private static final String GOOD = kinesis("1", "payload");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "kinesis":{                        | "x":{                        | needs the object 'kinesis'
          "eventSource":"aws:kinesis"        | "x":1                        | eventSource is missing
          "eventSource":"aws:kinesis"        | "eventSource":"aws:s3"       | eventSource is 'aws:s3'
          "eventSource":"aws:kinesis"        | "eventSource":7              | eventSource is not text
          "eventSource":"aws:kinesis"        | "eventSource":null           | eventSource is missing
          "eventSource":"aws:kinesis"        | "eventSource":"aws:dynamodb" | needs the object 'dynamodb'
          "eventID":"shardId-000000000006:1" | "x":1                        | eventID is missing
          "eventID":"shardId-000000000006:1" | "eventID":"1"                | eventID '1' is not
          "eventID":"shardId-000000000006:1" | "eventID":":1"               | eventID ':1' is not
          "eventID":"shardId-000000000006:1" | "eventID":"s:2"              | eventID 's:2' is not
          "sequenceNumber":"1"               | "x":1                        | kinesis.sequenceNumber is missing
          "sequenceNumber":"1"               | "sequenceNumber":""          | kinesis.sequenceNumber is missing
          "sequenceNumber":"1"               | "sequenceNumber":1           | kinesis.sequenceNumber is not text
          "partitionKey":"k-1"               | "x":1                        | kinesis.partitionKey is missing
          "data":"cGF5bG9hZA=="              | "x":1                        | kinesis.data is missing
          "data":"cGF5bG9hZA=="              | "data":null                  | kinesis.data is missing
          "data":"cGF5bG9hZA=="              | "data":{}                    | kinesis.data is not text
          "data":"cGF5bG9hZA=="              | "data":"cGF5bG9hZA"          | kinesis.data is not base64
          "data":"cGF5bG9hZA=="              | "data":"cGF5bG9hZA=$"        | kinesis.data is not base64
          "data":"cGF5bG9hZA=="              | "data":"=GF5bG9hZA=="        | kinesis.data is not base64
          "data":"cGF5bG9hZA=="              | "data":"===="                | kinesis.data is not base64
          "data":"cGF5bG9hZA=="              | "data":"cGF5\\nbG9"          | kinesis.data is not base64
          "data":"cGF5bG9hZA=="              | "data":"YQ==","data":"YQ=="  | member 'data' is there twice
          "data":"cGF5bG9hZA=="              | "data":"YQ==","d\\u0061ta":""| member 'data' is there twice
          "eventVersion":"1.0"               | "eventID":"s:1"              | member 'eventID' is there twice
          "eventVersion":"1.0"               | "kinesis":{}                 | member 'kinesis' is there twice
          "eventVersion":"1.0"               | "dynamodb":{}                | and no 'dynamodb'
          "eventVersion":"1.0"               | "Sns":{}                     | and no 'Sns'
          "eventVersion":"1.0"               | "body":""                    | and no 'messageId'
          "eventVersion":"1.0"               | "EventSource":"aws:sns"      | member 'eventSource' is there twice
          "eventVersion":"1.0"               | "x":tru                      | 'true' expected
          "eventVersion":"1.0"               | "x":01                       | not a number
          "eventVersion":"1.0"               | "x":1.                       | a digit expected
          "eventVersion":"1.0"               | "x":-                        | a digit expected
          "eventVersion":"1.0"               | "x":1e                       | a digit expected
          "eventVersion":"1.0"               | "x":.5                       | a value expected
          "eventVersion":"1.0"               | "x":"\\x"                    | no such escape
          "eventVersion":"1.0"               | "x":"\\u12g4"                | four hexadecimal digits
          "eventVersion":"1.0"               | x:1                          | a member's name expected
          "eventVersion":"1.0"               | "x" 1                        | ':' expected
          "eventVersion":"1.0"               | "x":1,                       | a member's name expected
          "eventVersion":"1.0"               | "x":[1,]                     | a value expected
          "eventVersion":"1.0"               | "x":[1 2]                    | ']' expected
          "k-1"                              | "\\ud800"                    | half a surrogate pair
          1545084650.987                     | 1e999999999                  | approximateArrivalTimestamp is not a time
          1545084650.987                     | 1e99999999999999             | approximateArrivalTimestamp is not a time
          1545084650.987                     | 1545084650987000000000       | approximateArrivalTimestamp is not a time
          1545084650.987                     | "1545084650"                 | approximateArrivalTimestamp is not a number
          arn:aws:kinesis:us-east-1:         | arn:aws:s3:us-east-1:        | is no source's ARN
          arn:aws:kinesis:us-east-1:         | arn:aws:sqs:us-east-1:       | is not one of eventSource
          arn:aws:kinesis:us-east-1:         | nonsense                     | is no source's ARN
          """)
  void parse_aRecordThatCannotBeRead_isNamedWithWhatIsWrong(
      String part, String replacement, String problem) {
    assertThat(GOOD).contains(part);
    byte[] event = event(GOOD, GOOD.replace(part, replacement.replace("\\\\", "\\")), GOOD);

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .isInstanceOf(FanoutException.class)
        .hasMessageStartingWith("Lambda event, record 1: ")
        .hasMessageContaining(problem)
        .hasMessageNotContaining("payload")
        .hasMessageNotContaining("cGF5bG9hZA");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                        | the event ends too soon
          `  `                      | the event ends too soon
          []                        | not a JSON object
          null                      | not a JSON object
          "text"                    | not a JSON object
          {}                        | there is no member 'Records'
          {"records":{}}            | eventSource is missing
          {"eventSource":"aws:s3","records":{}} | eventSource is 'aws:s3'
          {"eventSource":"aws:kafka","records":[]} | 'records' is not an object
          {"eventSource":"aws:kafka","records":{},"Records":[]} | stand in one event
          {"Records":{}}            | 'Records' is not an array
          {"Records":null}          | 'Records' is not an array
          {"Records":[],"Records":[]} | member 'Records' is there twice
          {"Records":[7]}           | record 0: a record is not an object
          {"Records":[null]}        | record 0: a record is not an object
          {"Records":[]}x           | more after the end
          {"Records":[]}{}          | more after the end
          {"Records":[]             | the event ends too soon
          """)
  void parse_anEventThatIsNone_saysWhatIsWrong(String event, String problem) {
    assertThatThrownBy(() -> LambdaEvents.parse(bytes(event)))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining(problem);
  }

  /** One of each kind. */
  static List<byte[]> events() {
    return List.of(
        event(kinesis("1", "aé"), kinesis("2", "b")),
        event(dynamoDb("2", "INSERT", "\"NewImage\":{},")),
        EventText.kafka(
            EventText.kafkaRecord(0, 15, "k", "é"), EventText.kafkaRecord(0, 16, null, null)),
        event(EventText.sqs(EventText.QUEUE, "m-1", "g", "é")),
        event(EventText.sns("m-1", "é")));
  }

  @ParameterizedTest
  @MethodSource("events")
  void parse_truncatedAtAnyByte_isAnErrorAndNeverAPart(byte[] event) {
    for (int length = 0; length < event.length; length++) {
      byte[] part = Arrays.copyOf(event, length);

      assertThatThrownBy(() -> LambdaEvents.parse(part))
          .as("the first %s bytes", length)
          .isInstanceOf(FanoutException.class);
    }
    assertThatCode(() -> LambdaEvents.parse(event)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("events")
  void parse_anyByteChanged_isAnErrorOrStillJson(byte[] good) {
    ObjectMapper json = new ObjectMapper();
    Random random = new Random(11);
    for (int round = 0; round < 10_000; round++) {
      byte[] event = good.clone();
      event[random.nextInt(event.length)] = (byte) random.nextInt(256);
      try {
        LambdaEvents.parse(event);
      } catch (FanoutException e) {
        continue;
      }
      assertThatCode(() -> json.readTree(event)).doesNotThrowAnyException();
    }
  }

  @Test
  void parse_randomBytes_isAnError() {
    Random random = new Random(12);
    for (int round = 0; round < 5_000; round++) {
      byte[] event = new byte[random.nextInt(200)];
      random.nextBytes(event);

      assertThatThrownBy(() -> LambdaEvents.parse(event)).isInstanceOf(FanoutException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void parse_deepNesting_isAnError(String open) {
    byte[] event = bytes("{\"state\":" + open.repeat(1_000_000));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("nest deeper than 200 levels");
  }

  @Test
  void parse_textThatIsNotUtf8_isAnError() {
    for (int[] wrong :
        new int[][] {
          {0x80},
          {0xc0, 0x80},
          {0xc3, 0x28},
          {0xe0, 0x80, 0x80},
          {0xed, 0xa0, 0x80},
          {0xf5, 0x80},
          {0xf0, 0x80, 0x80, 0x80},
          {0xf4, 0x90, 0x80, 0x80},
          {0xe2, 0x82},
          {0xff}
        }) {
      byte[] event = event(GOOD.replace("k-1", "k" + "x".repeat(wrong.length) + "k"));
      int at = new String(event, StandardCharsets.UTF_8).indexOf("kx") + 1;
      for (int index = 0; index < wrong.length; index++) {
        event[at + index] = (byte) wrong[index];
      }

      assertThatThrownBy(() -> LambdaEvents.parse(event)).hasMessageContaining("not UTF-8");
    }
  }

  @Test
  void parse_rawControlCharacterInText_isAnError() {
    byte[] event = event(GOOD.replace("k-1", "k\n1"));

    assertThatThrownBy(() -> LambdaEvents.parse(event)).hasMessageContaining("control character");
  }

  @Test
  void parse_aStreamWithoutEnd_stopsAtTheBound() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }

          @Override
          public int read(byte[] buffer, int offset, int length) {
            Arrays.fill(buffer, offset, offset + length, (byte) ' ');
            return length;
          }
        };

    assertThatThrownBy(() -> LambdaEvents.parse(endless))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("larger than 67108864 bytes");
  }

  @Test
  void parse_aStreamThatBreaks_passesItsExceptionOn() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("broken");
          }
        };

    assertThatThrownBy(() -> LambdaEvents.parse(broken)).isInstanceOf(IOException.class);
  }

  @Test
  void parse_aLongNameOutOfTheEvent_isQuotedShort() {
    byte[] event = event(GOOD.replace("aws:kinesis\"", "aws:" + "x".repeat(5_000) + "\""));

    assertThatThrownBy(() -> LambdaEvents.parse(event))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }

  @Test
  void parse_byteBeyondAsciiAfterTheEvent_isAnErrorAndNoEnd() {
    byte[] event = event(GOOD);
    for (int wrong : new int[] {0x80, 0x96, 0xff}) {
      byte[] more = Arrays.copyOf(event, event.length + 1);
      more[event.length] = (byte) wrong;

      assertThatThrownBy(() -> LambdaEvents.parse(more.clone()))
          .isInstanceOf(FanoutException.class)
          .hasMessageContaining("after the end of the event");
      assertThatThrownBy(() -> LambdaEvents.parseAll(more.clone()))
          .isInstanceOf(FanoutException.class);
    }
  }
}
