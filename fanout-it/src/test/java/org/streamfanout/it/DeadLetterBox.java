package org.streamfanout.it;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.testkit.Records;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** Dead letters, and a queue of them. */
record DeadLetterBox(SqsClient sqs, String url) {

  static DeadLetterBox standard(SqsClient sqs) {
    return new DeadLetterBox(
        sqs, sqs.createQueue(request -> request.queueName("letters")).queueUrl());
  }

  static DeadLetterBox fifo(SqsClient sqs) {
    return new DeadLetterBox(
        sqs,
        sqs.createQueue(
                request ->
                    request
                        .queueName("letters.fifo")
                        .attributes(
                            Map.of(
                                QueueAttributeName.FIFO_QUEUE, "true",
                                QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true")))
            .queueUrl());
  }

  void put(String body) {
    sqs.sendMessage(request -> request.queueUrl(url).messageBody(body));
  }

  void put(String group, String body) {
    sqs.sendMessage(request -> request.queueUrl(url).messageBody(body).messageGroupId(group));
  }

  /** Returns about how many messages are in it, hidden or not. */
  long size() {
    return sum(
        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
        QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE);
  }

  long visible() {
    return sum(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES);
  }

  private long sum(QueueAttributeName... attributes) {
    return sqs
        .getQueueAttributes(request -> request.queueUrl(url).attributeNames(List.of(attributes)))
        .attributes()
        .values()
        .stream()
        .mapToLong(Long::parseLong)
        .sum();
  }

  static String letter(String target, int number, String key, int bytes) {
    return DeadLetter.builder(
            Records.KINESIS,
            target,
            Records.kinesis(
                Records.SHARD,
                number,
                key,
                Bytes.wrap("x".repeat(bytes).getBytes(StandardCharsets.UTF_8))),
            Failure.rejected("Poison", "never"))
        .shard(Records.SHARD)
        .build()
        .toJson()
        .utf8();
  }
}
