package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.SnsServer;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResponse;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/** The proxy between the SDK's own clients and real servers, service by service. */
class FaultProxyIT {
  @Test
  void sqs_failedEntries_areReportedAndNotForwarded() {
    try (SqsServer server = SqsServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint());
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), proxy.endpoint())) {
      String queue = sqs.createQueue(request -> request.queueName("q")).queueUrl();
      proxy.next(Fault.failEntries(0, 2));

      SendMessageBatchResponse answer = sendToQueue(sqs, queue, 4);

      assertThat(answer.successful())
          .extracting(SendMessageBatchResultEntry::id)
          .containsExactly("1", "3");
      assertThat(answer.failed()).extracting(BatchResultErrorEntry::id).containsExactly("0", "2");
      assertThat(answer.failed())
          .allSatisfy(
              failed -> {
                assertThat(failed.code()).isEqualTo("InternalError");
                assertThat(failed.senderFault()).isFalse();
              });
      assertThat(receive(sqs, queue)).containsExactlyInAnyOrder("m1", "m3");
      assertThat(proxy.calls("SendMessageBatch"))
          .containsExactly(new ProxiedCall("SendMessageBatch", 4, List.of(1, 3), true));
      assertThat(proxy.problems()).isEmpty();
    }
  }

  @Test
  void sqs_refusals_haveTheServicesCodes() {
    try (SqsServer server = SqsServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint());
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), proxy.endpoint())) {
      String queue = sqs.createQueue(request -> request.queueName("q")).queueUrl();
      proxy.next(
          Fault.throttle(), Fault.serverError(), Fault.expiredCredentials(), Fault.accessDenied());

      assertThat(refusal(() -> sendToQueue(sqs, queue, 1))).isEqualTo("403 RequestThrottled");
      assertThat(refusal(() -> sendToQueue(sqs, queue, 1))).isEqualTo("500 InternalFailure");
      assertThat(refusal(() -> sendToQueue(sqs, queue, 1))).isEqualTo("403 ExpiredToken");
      assertThat(refusal(() -> sendToQueue(sqs, queue, 1))).isEqualTo("403 AccessDenied");
      assertThat(sendToQueue(sqs, queue, 1).failed()).isEmpty();
      assertThat(receive(sqs, queue)).containsExactly("m0");
    }
  }

  @Test
  void sqs_resets_reachTheServerOrNot() {
    try (SqsServer server = SqsServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint());
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), proxy.endpoint())) {
      String queue = sqs.createQueue(request -> request.queueName("q")).queueUrl();

      proxy.next(Fault.reset());
      assertThatThrownBy(() -> sendToQueue(sqs, queue, 1)).isInstanceOf(Exception.class);
      assertThat(receive(sqs, queue)).isEmpty();

      proxy.next(Fault.applyThenReset());
      assertThatThrownBy(() -> sendToQueue(sqs, queue, 2)).isInstanceOf(Exception.class);
      assertThat(receive(sqs, queue)).containsExactlyInAnyOrder("m0", "m1");
      assertThat(proxy.calls("SendMessageBatch"))
          .extracting(ProxiedCall::reached)
          .containsExactly(false, true);
    }
  }

  @Test
  void sns_failedEntries_areReportedAndNotForwarded() {
    try (SnsServer server = SnsServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint());
        SqsClient sqs = AwsTestClients.client(SqsClient.builder(), server.endpoint());
        SnsClient sns = AwsTestClients.client(SnsClient.builder(), proxy.endpoint())) {
      String queue = sqs.createQueue(request -> request.queueName("q")).queueUrl();
      String queueArn =
          sqs.getQueueAttributes(
                  request -> request.queueUrl(queue).attributeNames(QueueAttributeName.QUEUE_ARN))
              .attributes()
              .get(QueueAttributeName.QUEUE_ARN);
      String topic = sns.createTopic(request -> request.name("t")).topicArn();
      sns.subscribe(
          request ->
              request
                  .topicArn(topic)
                  .protocol("sqs")
                  .endpoint(queueArn)
                  .attributes(Map.of("RawMessageDelivery", "true")));
      proxy.next(
          Fault.failEntries(EntryError.bySender("InvalidParameter", "a <b> & c"), 1),
          Fault.throttle(),
          Fault.failEntriesIf(place -> true));

      PublishBatchResponse answer = publish(sns, topic);
      assertThat(answer.successful()).extracting(entry -> entry.id()).containsExactly("0", "2");
      assertThat(answer.failed())
          .singleElement()
          .satisfies(
              failed -> {
                assertThat(failed.id()).isEqualTo("1");
                assertThat(failed.code()).isEqualTo("InvalidParameter");
                assertThat(failed.message()).isEqualTo("a <b> & c");
                assertThat(failed.senderFault()).isTrue();
              });
      assertThat(receive(sqs, queue)).containsExactlyInAnyOrder("ü & <0>", "ü & <2>");
      assertThat(refusal(() -> publish(sns, topic))).isEqualTo("429 Throttled");
      assertThat(publish(sns, topic).failed()).hasSize(3);
      assertThat(receive(sqs, queue)).isEmpty();
      assertThat(proxy.problems()).isEmpty();
    }
  }

  @Test
  void kinesis_failedEntries_areReportedInTheirPlaces() {
    try (KinesisServer server = KinesisServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint());
        KinesisClient kinesis = AwsTestClients.client(KinesisClient.builder(), proxy.endpoint())) {
      kinesis.createStream(request -> request.streamName("s").shardCount(1));
      kinesis
          .waiter()
          .waitUntilStreamExists(
              request -> request.streamName("s"),
              options ->
                  options
                      .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(50)))
                      .maxAttempts(600));
      proxy.next(
          Fault.failEntries(1, 2), Fault.throttle(), Fault.serverError(), Fault.accessDenied());

      PutRecordsResponse answer = put(kinesis);

      assertThat(answer.failedRecordCount()).isEqualTo(2);
      assertThat(answer.records())
          .extracting(PutRecordsResultEntry::errorCode)
          .containsExactly(
              null,
              "ProvisionedThroughputExceededException",
              "ProvisionedThroughputExceededException",
              null);
      assertThat(answer.records().get(3).sequenceNumber()).isNotEmpty();
      assertThat(read(kinesis)).containsExactly("d0", "d3");
      assertThatThrownBy(() -> put(kinesis))
          .isInstanceOf(ProvisionedThroughputExceededException.class);
      assertThat(refusal(() -> put(kinesis))).isEqualTo("500 InternalFailure");
      assertThat(refusal(() -> put(kinesis))).isEqualTo("400 AccessDeniedException");
      assertThat(put(kinesis).failedRecordCount()).isZero();
      assertThat(proxy.problems()).isEmpty();
    }
  }

  @Test
  void dynamoDb_failedEntries_areReturnedAsUnprocessed() {
    try (DynamoDbServer server = DynamoDbServer.start();
        FaultProxy proxy = FaultProxy.to(server.endpoint());
        DynamoDbClient dynamoDb =
            AwsTestClients.client(DynamoDbClient.builder(), proxy.endpoint())) {
      dynamoDb.createTable(
          request ->
              request
                  .tableName("items")
                  .billingMode(BillingMode.PAY_PER_REQUEST)
                  .keySchema(
                      KeySchemaElement.builder().attributeName("id").keyType(KeyType.HASH).build())
                  .attributeDefinitions(
                      AttributeDefinition.builder()
                          .attributeName("id")
                          .attributeType(ScalarAttributeType.S)
                          .build()));
      proxy.next(Fault.failEntries(1), Fault.throttle());

      BatchWriteItemResponse answer = write(dynamoDb);

      assertThat(answer.unprocessedItems().get("items"))
          .singleElement()
          .satisfies(item -> assertThat(item.putRequest().item().get("id").s()).isEqualTo("item1"));
      assertThat(
              dynamoDb.scan(request -> request.tableName("items")).items().stream()
                  .map(item -> item.get("id").s()))
          .containsExactlyInAnyOrder("item0", "item2");
      assertThat(refusal(() -> write(dynamoDb)))
          .isEqualTo("400 ProvisionedThroughputExceededException");
      assertThat(write(dynamoDb).unprocessedItems()).isEmpty();
    }
  }

  private static String refusal(Runnable call) {
    try {
      call.run();
    } catch (AwsServiceException e) {
      return e.statusCode() + " " + e.awsErrorDetails().errorCode();
    }
    return "none";
  }

  private static SendMessageBatchResponse sendToQueue(SqsClient sqs, String queue, int count) {
    return sqs.sendMessageBatch(
        request ->
            request
                .queueUrl(queue)
                .entries(
                    IntStream.range(0, count)
                        .mapToObj(
                            place ->
                                SendMessageBatchRequestEntry.builder()
                                    .id(String.valueOf(place))
                                    .messageBody("m" + place)
                                    .build())
                        .toList()));
  }

  private static List<String> receive(SqsClient sqs, String queue) {
    List<String> bodies = new ArrayList<>();
    while (true) {
      List<Message> messages =
          sqs.receiveMessage(request -> request.queueUrl(queue).maxNumberOfMessages(10)).messages();
      if (messages.isEmpty()) {
        return bodies;
      }
      messages.forEach(message -> bodies.add(message.body()));
    }
  }

  private static PublishBatchResponse publish(SnsClient sns, String topic) {
    return sns.publishBatch(
        request ->
            request
                .topicArn(topic)
                .publishBatchRequestEntries(
                    IntStream.range(0, 3)
                        .mapToObj(
                            place ->
                                PublishBatchRequestEntry.builder()
                                    .id(String.valueOf(place))
                                    .message("ü & <" + place + ">")
                                    .build())
                        .toList()));
  }

  private static PutRecordsResponse put(KinesisClient kinesis) {
    return kinesis.putRecords(
        request ->
            request
                .streamName("s")
                .records(
                    IntStream.range(0, 4)
                        .mapToObj(
                            place ->
                                PutRecordsRequestEntry.builder()
                                    .partitionKey("k")
                                    .data(SdkBytes.fromUtf8String("d" + place))
                                    .build())
                        .toList()));
  }

  private static List<String> read(KinesisClient kinesis) {
    String shard = kinesis.listShards(request -> request.streamName("s")).shards().get(0).shardId();
    String iterator =
        kinesis
            .getShardIterator(
                request ->
                    request
                        .streamName("s")
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
            .shardIterator();
    return kinesis.getRecords(request -> request.shardIterator(iterator)).records().stream()
        .map(record -> record.data().asUtf8String())
        .toList();
  }

  private static BatchWriteItemResponse write(DynamoDbClient dynamoDb) {
    List<WriteRequest> items =
        Stream.of("item0", "item1", "item2")
            .map(
                id ->
                    WriteRequest.builder()
                        .putRequest(put -> put.item(Map.of("id", AttributeValue.fromS(id))))
                        .build())
            .toList();
    return dynamoDb.batchWriteItem(request -> request.requestItems(Map.of("items", items)));
  }
}
