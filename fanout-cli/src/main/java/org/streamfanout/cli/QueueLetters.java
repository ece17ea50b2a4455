package org.streamfanout.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * Letters in an SQS queue. A message is deleted once its letter was accepted, and only then. One
 * that is in hand is kept out of sight, for as long as that takes. So is one that stays, to the
 * end, so that it is not met again and again; then it is given back.
 */
final class QueueLetters implements LetterSource {
  /** SQS waits for 20 seconds at most (as known 2026-11); whoever asks for the end waits less. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  /** A queue lets go of only so many messages, 20,000 of a FIFO queue (as known 2026-11). */
  private static final int MOST_LEFT = 10_000;

  private static final int TRIES = 3;

  /** What the extended client libraries of SQS and SNS write in place of a large body. */
  private static final String POINTER = "[\"software.amazon.payloadoffloading.PayloadS3Pointer\"";

  private static final JsonMapper MAPPER = new JsonMapper();

  private final SqsClient client;
  private final String url;
  private final boolean fifo;
  private final Settings settings;
  private final AwsLetters aws;
  private final long expected;
  private final HiddenMessages hidden;
  private final Repeating extending;

  /** The ids of what stays. */
  private final Set<String> left = new HashSet<>();

  private long received;

  /**
   * How a queue is read.
   *
   * @param visibility how long a message is nobody else's, each time
   * @param idle how long the queue has to be empty to be at its end
   * @param stopAsked whether to wait for nothing more
   * @param warn hears what a person should know
   */
  record Settings(
      Duration visibility, Duration idle, BooleanSupplier stopAsked, Consumer<String> warn) {}

  QueueLetters(SqsClient client, String url, Settings settings, AwsLetters aws) {
    this.client = client;
    this.url = url;
    this.fifo = url.endsWith(".fifo");
    this.settings = settings;
    this.aws = aws;
    this.expected = approximateSize();
    this.hidden =
        new HiddenMessages(client, url, settings.visibility(), System::nanoTime, settings.warn());
    this.extending =
        Repeating.start("fanout-visibility", settings.visibility().dividedBy(3), hidden::extend);
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
    Deadline end = Deadline.after(mayWait ? settings.idle() : Duration.ZERO);
    boolean first = true;
    while (first || !(end.isExpired() || settings.stopAsked().getAsBoolean())) {
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
    long asked = System.nanoTime();
    List<Message> messages =
        AwsLetters.call(
            "queue " + url,
            () ->
                client
                    .receiveMessage(
                        request ->
                            request
                                .queueUrl(url)
                                .maxNumberOfMessages(Math.min(HiddenMessages.AT_ONCE, atMost))
                                .waitTimeSeconds((int) wait)
                                .messageSystemAttributeNames(
                                    MessageSystemAttributeName.MESSAGE_GROUP_ID)
                                .visibilityTimeout((int) settings.visibility().toSeconds()))
                    .messages());
    List<Found> found = new ArrayList<>();
    for (Message message : messages) {
      if (hidden.add(message.messageId(), message.receiptHandle(), asked)) {
        received++;
        found.add(found(message));
      }
    }
    return found;
  }

  private Found found(Message message) {
    String place = "message " + message.messageId();
    String handle = message.messageId();
    String group = message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID);
    Bytes body = Bytes.utf8(message.body());
    if (!message.body().startsWith(POINTER)) {
      return new Found(place, body, handle, group, null);
    }
    try {
      JsonNode object = MAPPER.readTree(message.body()).path(1);
      return new Found(
          place,
          aws.object(object.path("s3BucketName").asText(), object.path("s3Key").asText()),
          handle,
          group,
          null);
    } catch (IOException e) {
      return new Found(place, body, handle, group, "a pointer to an object that is no JSON");
    } catch (UnusableException e) {
      return new Found(
          place, body, handle, group, "its object: " + String.join("; ", e.problems()));
    }
  }

  @Override
  public void settle(List<Found> accepted) {
    Map<String, String> open = hidden.take(accepted.stream().map(QueueLetters::id).toList());
    String why = "";
    for (int tried = 0; tried < TRIES && !open.isEmpty(); tried++) {
      for (List<String> ids : HiddenMessages.inTens(List.copyOf(open.keySet()))) {
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
    left.add(id(letter));
  }

  private static String id(Found letter) {
    return (String) letter.handle();
  }

  /** A FIFO queue shows nothing of a group of which a message is hidden. */
  @Override
  public long unseen() {
    return fifo && !left.isEmpty() ? approximateSize() : 0;
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
      extending.close();
      hidden.giveBack();
    } finally {
      aws.close();
    }
  }
}
