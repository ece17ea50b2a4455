package org.streamfanout.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.spi.Failure;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;

/**
 * The messages of a queue that were received and are neither deleted nor given back. They are kept
 * out of others' sight, however long that takes, by {@link #extend}. Thread-safe.
 */
final class HiddenMessages {
  /** SQS: so many messages a call, as known 2026-11. */
  static final int AT_ONCE = 10;

  /** SQS: a message is hidden for 12 hours at most since it was received, as known 2026-11. */
  private static final Duration LONGEST = Duration.ofHours(12);

  /** What a request takes, so that it never asks for more than that. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final ReentrantLock lock = new ReentrantLock();
  private final SqsClient client;
  private final String url;
  private final Duration visibility;
  private final LongSupplier nanoTime;
  private final Consumer<String> warn;
  private final Map<String, Hidden> messages = new LinkedHashMap<>();
  private final Set<String> told = new HashSet<>();

  /** A message; times by the clock in nanoseconds. */
  private record Hidden(String receipt, long since, long until) {}

  /**
   * Makes a set.
   *
   * @param visibility how long a message is hidden each time
   * @param warn hears once of each reason why messages could not be kept hidden
   */
  HiddenMessages(
      SqsClient client,
      String url,
      Duration visibility,
      LongSupplier nanoTime,
      Consumer<String> warn) {
    this.client = client;
    this.url = url;
    this.visibility = visibility;
    this.nanoTime = nanoTime;
    this.warn = warn;
  }

  /**
   * Takes a message.
   *
   * @param asked when it was asked for: it is hidden since then, at the earliest
   * @return false if it is one that came into sight again, and was received once more
   */
  boolean add(String id, String receipt, long asked) {
    lock.lock();
    try {
      return messages.put(id, new Hidden(receipt, asked, asked + visibility.toNanos())) == null;
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of messages that are to be deleted, and returns what deletes them, by id. */
  Map<String, String> take(List<String> ids) {
    lock.lock();
    try {
      Map<String, String> receipts = receipts(ids);
      receipts.keySet().forEach(messages::remove);
      return receipts;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what SQS knows messages by; without those that are none of these any more. */
  private Map<String, String> receipts(List<String> ids) {
    lock.lock();
    try {
      Map<String, String> receipts = new LinkedHashMap<>();
      for (String id : ids) {
        Hidden hidden = messages.get(id);
        if (hidden != null) {
          receipts.put(id, hidden.receipt());
        }
      }
      return receipts;
    } finally {
      lock.unlock();
    }
  }

  /** Hides those again that would come into sight soon. To be called three times a visibility. */
  void extend() {
    long now = nanoTime.getAsLong();
    Map<String, Integer> due = new LinkedHashMap<>();
    lock.lock();
    try {
      messages.forEach(
          (id, hidden) -> {
            if (hidden.until() - now <= visibility.toNanos() * 3 / 4) {
              due.put(id, secondsFor(hidden, now));
            }
          });
    } finally {
      lock.unlock();
    }
    for (List<String> ids : inTens(List.copyOf(due.keySet()))) {
      if (Thread.currentThread().isInterrupted()) {
        return;
      }
      extend(ids, due);
    }
  }

  private int secondsFor(Hidden hidden, long now) {
    long left = LONGEST.minus(MARGIN).toNanos() - (now - hidden.since());
    return (int) Math.max(0, Math.min(visibility.toSeconds(), Duration.ofNanos(left).toSeconds()));
  }

  private void extend(List<String> ids, Map<String, Integer> seconds) {
    List<String> possible = ids.stream().filter(id -> seconds.getOrDefault(id, 0) > 0).toList();
    if (possible.size() < ids.size()) {
      warn("TwelveHours, the longest that SQS hides a message");
    }
    Map<String, String> receipts = receipts(possible);
    if (receipts.isEmpty()) {
      return;
    }
    long asked = nanoTime.getAsLong();
    try {
      ChangeMessageVisibilityBatchResponse answer = change(receipts, seconds);
      answer.successful().forEach(entry -> extended(entry.id(), asked, seconds));
      for (BatchResultErrorEntry failed : answer.failed()) {
        if (isHere(failed.id())) {
          warn(failed.code() + ", " + failed.message());
        }
      }
    } catch (SdkException e) {
      if (!Thread.currentThread().isInterrupted()) {
        failed(possible, AwsFailures.classify(e));
      }
    }
  }

  /** It is tried again before they come into sight, unless that is of no use. */
  private void failed(List<String> ids, Failure failure) {
    long now = nanoTime.getAsLong();
    boolean late;
    lock.lock();
    try {
      late =
          ids.stream()
              .map(messages::get)
              .anyMatch(hidden -> hidden != null && hidden.until() - now <= 0);
    } finally {
      lock.unlock();
    }
    boolean later =
        failure.kind() == Failure.Kind.RETRYABLE || failure.kind() == Failure.Kind.THROTTLED;
    if (late || !later) {
      warn(failure.code() + ", " + failure.detail());
    }
  }

  private void extended(String id, long asked, Map<String, Integer> seconds) {
    lock.lock();
    try {
      messages.computeIfPresent(
          id,
          (key, hidden) ->
              new Hidden(
                  hidden.receipt(),
                  hidden.since(),
                  asked + Duration.ofSeconds(seconds.getOrDefault(id, 0)).toNanos()));
    } finally {
      lock.unlock();
    }
  }

  private boolean isHere(String id) {
    lock.lock();
    try {
      return messages.containsKey(id);
    } finally {
      lock.unlock();
    }
  }

  private void warn(String why) {
    String code = why.substring(0, why.indexOf(','));
    boolean isNew;
    lock.lock();
    try {
      isNew = told.add(code);
    } finally {
      lock.unlock();
    }
    if (isNew) {
      warn.accept(
          "letters in hand cannot be kept hidden in queue "
              + url
              + " ("
              + why
              + "): what takes longer than "
              + visibility.toSeconds()
              + " s may be received by another reader meanwhile, and be sent twice");
    }
  }

  private ChangeMessageVisibilityBatchResponse change(
      Map<String, String> receipts, Map<String, Integer> seconds) {
    return client.changeMessageVisibilityBatch(
        request ->
            request
                .queueUrl(url)
                .entries(
                    receipts.entrySet().stream()
                        .map(
                            each ->
                                ChangeMessageVisibilityBatchRequestEntry.builder()
                                    .id(each.getKey())
                                    .receiptHandle(each.getValue())
                                    .visibilityTimeout(seconds.getOrDefault(each.getKey(), 0))
                                    .build())
                        .toList()));
  }

  /**
   * Gives all back, so that others see them. One that cannot be given back comes into sight by
   * itself.
   *
   * @throws UnusableException if the queue cannot be reached
   */
  void giveBack() {
    List<String> ids;
    lock.lock();
    try {
      ids = List.copyOf(messages.keySet());
    } finally {
      lock.unlock();
    }
    for (List<String> some : inTens(ids)) {
      AwsLetters.call("queue " + url, () -> change(receipts(some), Map.of()));
    }
  }

  static List<List<String>> inTens(List<String> ids) {
    List<List<String>> tens = new ArrayList<>();
    for (int at = 0; at < ids.size(); at += AT_ONCE) {
      tens.add(ids.subList(at, Math.min(ids.size(), at + AT_ONCE)));
    }
    return tens;
  }
}
