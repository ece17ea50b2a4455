package org.streamfanout.provider.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;

/** What events look like, to the byte. */
class SourceEventTest {
  private static String render(Source source, boolean passthrough, FanoutRecord... records) {
    TargetConfig target =
        TargetConfig.builder(source, "t", "lambda", "f").passthrough(passthrough).build();
    return new String(
        SourceEvent.of(target).render(Arrays.stream(records).map(Messages::of).toList()),
        StandardCharsets.UTF_8);
  }

  private static String render(Source source, FanoutRecord... records) {
    return render(source, false, records);
  }

  @Test
  void render_recordsOfALambdaEvent_areVerbatim() {
    String event =
        """
        {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"a",\
        "sequenceNumber":"495","data":"eyJuIjoxfQ==","approximateArrivalTimestamp":1545084650.987},\
        "eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000006:495",\
        "eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::123456789012:role/r",\
        "awsRegion":"us-east-1", "eventSourceARN":"arn:aws:kinesis:us-east-1:123456789012:stream/in"}]}""";
    SourceBatch batch = LambdaEvents.parse(event.getBytes(StandardCharsets.UTF_8)).get(0);

    assertThat(render(batch.source(), batch.records().get(0))).isEqualTo(event);
  }

  /** Members and white space that nothing here knows, too. */
  @Test
  void render_recordsOfEventsOfEveryOtherKind_areVerbatim() {
    for (String event :
        List.of(
            """
            {"eventSource":"SelfManagedKafka","bootstrapServers":"a:1,b:2","records":{"t-0":[\
            {"topic":"t","partition":0,"offset":15, "timestampType":"CREATE_TIME","value":null,\
            "headers":[{"h":[255]}]}]}}""",
            """
            {"eventSource":"aws:kafka","eventSourceArn":\
            "arn:aws:kafka:us-east-1:123456789012:cluster/c/u-1","records":{"t-0":[\
            {"topic":"t","partition":0,"offset":15,"key":"aw==","value":"dg==","x":[ ]}]}}""",
            """
            {"Records":[{"messageId":"m","receiptHandle":"r","body":"b","attributes":\
            {"MessageGroupId":"g"},"messageAttributes":{"a":{"stringValue":"s","dataType":"String"}},\
            "eventSource":"aws:sqs", "eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:q.fifo"}]}""",
            """
            {"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"MessageId":"m",\
            "Subject":"s", "TopicArn":"arn:aws:sns:us-east-1:123456789012:n","Message":"b"}}]}""")) {
      SourceBatch batch = LambdaEvents.parse(event.getBytes(StandardCharsets.UTF_8)).get(0);

      assertThat(render(batch.source(), batch.records().get(0))).isEqualTo(event);
    }
  }

  @Test
  void render_kinesisRecordOfAnotherHost_hasWhatIsKnown() {
    FanoutRecord record = Records.kinesis(1, "k\"\u00e9", "{}");

    assertThat(render(Records.KINESIS, record))
        .isEqualTo(
            """
            {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"k\\"é",\
            "sequenceNumber":"%s","data":"e30=","approximateArrivalTimestamp":1767225600.001},\
            "eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000000:%s",\
            "eventName":"aws:kinesis:record","awsRegion":"eu-west-1",\
            "eventSourceARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/orders"}]}"""
                .formatted(record.sequenceNumber(), record.sequenceNumber()));
  }

  @Test
  void render_userRecords_areRecordsOfTheirOwn() {
    FanoutRecord aggregate = Records.kinesis(1, "outer", "aggregate");

    String event =
        render(
            Records.KINESIS,
            aggregate.userRecord(0, "a", null, Bytes.utf8("x")),
            aggregate.userRecord(1, "b", "7", Bytes.utf8("y")));

    assertThat(event)
        .contains("\"partitionKey\":\"a\",\"sequenceNumber\":\"" + aggregate.sequenceNumber())
        .contains("\"partitionKey\":\"b\",\"explicitHashKey\":\"7\",\"sequenceNumber\"")
        .contains("\"eventID\":\"" + aggregate.id() + "#0\"")
        .contains("\"eventID\":\"" + aggregate.id() + "#1\"")
        .doesNotContain("outer");
  }

  @Test
  void render_dynamoDbRecordOfAnotherHost_hasWhatIsKnown() {
    Map<String, AttributeValue> item = Map.of("id", new AttributeValue.S("a"));
    FanoutRecord record =
        Records.dynamoDb(1, "a", new TableChange(TableChange.Type.REMOVE, item, null, item));

    assertThat(render(Records.DYNAMODB, record))
        .isEqualTo(
            """
            {"Records":[{"eventID":"%s","eventVersion":"1.1","dynamodb":{\
            "ApproximateCreationDateTime":1767225600.001,"Keys":{"id":{"S":"a"}},\
            "OldImage":{%s},"SequenceNumber":"%s"},"eventName":"REMOVE",\
            "eventSource":"aws:dynamodb","awsRegion":"eu-west-1","eventSourceARN":"%s"}]}"""
                .formatted(
                    record.id(),
                    "\"id\":{\"S\":\"a\"}",
                    record.sequenceNumber(),
                    Records.DYNAMODB.id()));
  }

  @Test
  void render_transformedChange_hasItsDataAndNothingOfTheChange() {
    FanoutRecord record =
        Records.dynamoDb(1, TableChange.Type.INSERT, "secret").withData(Bytes.utf8("redacted"));

    String event = render(Records.DYNAMODB, record);

    assertThat(event)
        .contains("\"data\":\"" + Bytes.utf8("redacted").toBase64() + "\",\"SequenceNumber\"")
        .doesNotContain("secret", "Keys", "NewImage", "eventName");
  }

  @Test
  void render_kafkaRecords_areGroupedByPartition() {
    FanoutRecord other =
        FanoutRecord.builder("orders-1:7", "7").shard("orders-1").data(Bytes.utf8("c")).build();

    assertThat(
            render(
                Records.KAFKA, Records.kafka(15, "k", "a"), other, Records.kafka(16, null, null)))
        .isEqualTo(
            """
            {"eventSource":"SelfManagedKafka","bootstrapServers":"localhost:9092","records":{\
            "orders-0":[{"topic":"orders","partition":0,"offset":15,"timestamp":1767225600015,\
            "key":"aw==","value":"YQ==","headers":[]},\
            {"topic":"orders","partition":0,"offset":16,"timestamp":1767225600016,\
            "value":null,"headers":[]}],\
            "orders-1":[{"topic":"orders","partition":1,"offset":7,"value":"Yw==","headers":[]}]}}""");
  }

  @Test
  void render_recordsOfMsk_nameTheCluster() {
    Source topic = Source.of("arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/orders");

    assertThat(render(topic, Records.kafka(1, "k", "a")))
        .startsWith(
            "{\"eventSource\":\"aws:kafka\",\"eventSourceArn\":"
                + "\"arn:aws:kafka:eu-west-1:123456789012:cluster/c/u-1\",\"records\":{\"orders-0\":[");
  }

  @Test
  void render_transformedMessagesOfQueuesAndTopics_areTexts() {
    FanoutRecord record = FanoutRecord.builder("m-1", "m-1").data(Bytes.utf8("a\n\"b\"")).build();
    Source queue = Source.of("arn:aws:sqs:eu-west-1:123456789012:q");
    Source topic = Source.of("arn:aws:sns:eu-west-1:123456789012:n");

    assertThat(render(queue, record))
        .isEqualTo(
            """
            {"Records":[{"messageId":"m-1","body":"a\\u000a\\"b\\"","attributes":{},\
            "messageAttributes":{},"eventSource":"aws:sqs","awsRegion":"eu-west-1",\
            "eventSourceARN":"arn:aws:sqs:eu-west-1:123456789012:q"}]}""");
    assertThat(render(topic, record))
        .isEqualTo(
            """
            {"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{\
            "Type":"Notification","MessageId":"m-1",\
            "TopicArn":"arn:aws:sns:eu-west-1:123456789012:n","Message":"a\\u000a\\"b\\""}}]}""");
  }

  @Test
  void render_passthrough_isTheRecordAfterDecoding() {
    FanoutRecord removed =
        Records.dynamoDb(2, TableChange.Type.REMOVE, "a").converted(Bytes.utf8("{}"));

    assertThat(render(Records.DYNAMODB, true, removed))
        .isEqualTo(
            """
            {"Records":[{"key":"a","sequenceNumber":"%s","subSequenceNumber":0,"data":"e30=",\
            "action":"REMOVE","source":"aws:dynamodb","region":"eu-west-1"}]}"""
                .formatted(removed.sequenceNumber()));
  }

  @Test
  void render_passthrough_ignoresTheEnvelope() {
    FanoutRecord record =
        FanoutRecord.builder("shardId-0:5", "5")
            .key("k")
            .data(Bytes.utf8("a"))
            .envelope(Bytes.utf8("{}"))
            .build()
            .userRecord(2, "user", null, Bytes.utf8("b"));

    assertThat(render(Records.KINESIS, true, record))
        .isEqualTo(
            """
            {"Records":[{"key":"user","sequenceNumber":"5","subSequenceNumber":2,"data":"Yg==",\
            "action":"PUT","source":"aws:kinesis","region":"eu-west-1"}]}""");
  }
}
