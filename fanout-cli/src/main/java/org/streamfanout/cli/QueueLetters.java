package org.streamfanout.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Letters in an SQS queue. A message is deleted once its letter was accepted, and only then. One
 * that stays is kept out of sight to the end, so that it is not met again and again, and is then
 * given back.
 */
final class QueueLetters implements LetterSource {
  /** SQS: at most ten messages a call, and at most 20 seconds of waiting, as known 2026-11. */
  private static final int AT_ONCE = 10;

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  /** SQS: at most 12 hours, as known 2026-11. */
  private static final Duration LONGEST_VISIBILITY = Duration.ofHours(12);

  /** A queue lets go of only so many messages, 20,000 of a FIFO queue (as known 2026-11). */
  private static final int MOST_LEFT = 10_000;

  private static final int TRIES = 3;

  /** What the extended client libraries of SQS and SNS write in place of a large body. */
  private static final String POINTER = "[\"software.amazon.payloadoffloading.PayloadS3Pointer\"";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final SqsClient client;
  private final String url;
  private final int visibilitySeconds;
  private final Duration idle;
  private final AwsLetters aws;
  private final long expected;

  /** Receipt handles of what stays, by message id. */
  private final Map<String, String> left = new LinkedHashMap<>();

  private long received;

  private record Handle(String messageId, String receipt) {}

  QueueLetters(SqsClient client, String url, Duration visibility, Duration idle, AwsLetters aws) {
    this.client = client;
    this.url = url;
    this.visibilitySeconds =
        (int) Math.min(LONGEST_VISIBILITY.toSeconds(), Math.max(1, visibility.toSeconds()));
    this.idle = idle;
    this.aws = aws;
    this.expected = approximateSize();
  }

  private long approximateSize() {
    String size =
        AwsLetters.call(
            "queue " + url,
            () ->
                client
                    .getQueueAttributes(
                        request ->
                            request
                                .queueUrl(url)
                                .attributeNames(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
                    .attributes()
                    .get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES));
    return size == null ? 0 : Long.parseLong(size);
  }

  @Override
  public List<Found> next(boolean mayWait, int atMost) {
    Deadline end = Deadline.after(mayWait ? idle : Duration.ZERO);
    boolean first = true;
    while (first || !end.isExpired()) {
      first = false;
      List<Found> found = receive(end, atMost);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  private List<Found> receive(Deadline end, int atMost) {
    if (left.size() > MOST_LEFT) {
      throw UnusableException.underWay(
          List.of(
              "queue "
                  + url
                  + " has more than "
                  + MOST_LEFT
                  + " messages that stay in it, and cannot be looked at all at once; give each"
                  + " target a queue of its own, or replay without --dry-run"));
    }
    // Rounded up: without any waiting SQS asks some of its hosts only, and may miss messages.
    long wait =
        end.isExpired() ? 0 : Math.min(LONGEST_WAIT.toSeconds(), end.remaining().toSeconds() + 1);
    List<Message> messages =
        AwsLetters.call(
            "queue " + url,
            () ->
                client
                    .receiveMessage(
                        request ->
                            request
                                .queueUrl(url)
                                .maxNumberOfMessages(Math.min(AT_ONCE, atMost))
                                .waitTimeSeconds((int) wait)
                                .visibilityTimeout(visibilitySeconds))
                    .messages());
    List<Found> found = new ArrayList<>();
    for (Message message : messages) {
      if (left.replace(message.messageId(), message.receiptHandle()) == null) {
        received++;
        found.add(found(message));
      }
    }
    return found;
  }

  private Found found(Message message) {
    String place = "message " + message.messageId();
    Handle handle = new Handle(message.messageId(), message.receiptHandle());
    Bytes body = Bytes.utf8(message.body());
    if (!message.body().startsWith(POINTER)) {
      return new Found(place, body, handle);
    }
    try {
      JsonNode object = MAPPER.readTree(message.body()).path(1);
      return new Found(
          place,
          aws.object(object.path("s3BucketName").asText(), object.path("s3Key").asText()),
          handle);
    } catch (IOException e) {
      return new Found(place, body, handle, "a pointer to an object that is no JSON");
    } catch (UnusableException e) {
      return new Found(place, body, handle, "its object: " + String.join("; ", e.problems()));
    }
  }

  @Override
  public void settle(List<Found> accepted) {
    Map<String, String> open = new LinkedHashMap<>();
    accepted.forEach(each -> open.put(handle(each).messageId(), handle(each).receipt()));
    String why = "";
    for (int tried = 0; tried < TRIES && !open.isEmpty(); tried++) {
      for (List<String> ids : inTens(open)) {
        try {
          client
              .deleteMessageBatch(
                  request ->
                      request
                          .queueUrl(url)
                          .entries(
                              ids.stream()
                                  .map(
                                      id ->
                                          DeleteMessageBatchRequestEntry.builder()
                                              .id(id)
                                              .receiptHandle(open.get(id))
                                              .build())
                                  .toList()))
              .successful()
              .forEach(entry -> open.remove(entry.id()));
        } catch (SdkException e) {
          why = ": " + e.getMessage();
        }
      }
    }
    if (!open.isEmpty()) {
      throw UnusableException.underWay(
          List.of(
              open.size()
                  + " letters were accepted, but cannot be deleted from queue "
                  + url
                  + why
                  + "; they would be sent again"));
    }
  }

  @Override
  public void leave(Found letter) {
    left.put(handle(letter).messageId(), handle(letter).receipt());
  }

  private static Handle handle(Found letter) {
    return (Handle) letter.handle();
  }

  private static List<List<String>> inTens(Map<String, String> messages) {
    List<String> ids = List.copyOf(messages.keySet());
    List<List<String>> tens = new ArrayList<>();
    for (int at = 0; at < ids.size(); at += AT_ONCE) {
      tens.add(ids.subList(at, Math.min(ids.size(), at + AT_ONCE)));
    }
    return tens;
  }

  @Override
  public long passedOver() {
    return 0;
  }

  @Override
  public double progress() {
    return expected == 0 ? Double.NaN : Math.min(1, (double) received / expected);
  }

  /** Gives back what stays. What cannot be given back comes into sight by itself, later. */
  @Override
  public void close() {
    try {
      for (List<String> ids : inTens(left)) {
        AwsLetters.call(
            "queue " + url,
            () ->
                client.changeMessageVisibilityBatch(
                    request ->
                        request
                            .queueUrl(url)
                            .entries(
                                ids.stream()
                                    .map(
                                        id ->
                                            ChangeMessageVisibilityBatchRequestEntry.builder()
                                                .id(id)
                                                .receiptHandle(left.get(id))
                                                .visibilityTimeout(0)
                                                .build())
                                    .toList())));
      }
    } finally {
      aws.close();
    }
  }
}
