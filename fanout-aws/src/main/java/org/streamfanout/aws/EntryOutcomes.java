package org.streamfanout.aws;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Outcome;

/**
 * Collects one outcome per message of a batch call. What is not answered without doubt is {@code
 * RETRYABLE}: sending twice is allowed, losing is not. A refusal wins over an acceptance. Not
 * thread-safe: made for one call.
 */
public final class EntryOutcomes {
  private final String service;
  private final @Nullable Outcome[] outcomes;

  /**
   * Starts with nothing answered.
   *
   * @param service for people, such as {@code SQS}
   * @param messages how many messages the batch has
   */
  public EntryOutcomes(String service, int messages) {
    this.service = service;
    this.outcomes = new @Nullable Outcome[messages];
  }

  /** Notes that a message was taken, unless it was refused. */
  public void accept(int index) {
    if (outcomes[index] == null) {
      outcomes[index] = Outcome.accepted();
    }
  }

  /** Notes why a message was refused. */
  public void refuse(int index, Failure failure) {
    outcomes[index] = Outcome.failed(failure);
  }

  /** Notes that an entry whose id is its index was taken; an id that was not sent is ignored. */
  public void accept(@Nullable String id) {
    int index = indexOf(id);
    if (index >= 0) {
      accept(index);
    }
  }

  /** Notes why an entry whose id is its index was refused; an id that was not sent is ignored. */
  public void refuse(@Nullable String id, Failure failure) {
    int index = indexOf(id);
    if (index >= 0) {
      refuse(index, failure);
    }
  }

  /**
   * What an answer says of one entry where entries have no ids.
   *
   * @param id what the service gave to an entry that it took; null if it took none
   * @param failure why it was refused; null if it was not
   */
  public record Answered(@Nullable String id, @Nullable Failure failure) {}

  /**
   * Notes an answer whose entries are told apart by their place alone: one of another length says
   * nothing about any of them, and one that counts more failures than its entries show has taken
   * none for sure.
   *
   * @param sent the indexes of the messages that were sent, in order
   * @param answers what is said of each, in the same order
   * @param failures how many failures the answer counts; null if it does not
   */
  public void answerByPlace(
      List<Integer> sent, List<Answered> answers, @Nullable Integer failures) {
    if (answers.size() != sent.size()) {
      return;
    }
    long refused = answers.stream().filter(answer -> answer.failure() != null).count();
    boolean areTrusted = failures == null || failures <= refused;
    for (int place = 0; place < answers.size(); place++) {
      Answered answer = answers.get(place);
      if (answer.failure() != null) {
        refuse(sent.get(place), answer.failure());
      } else if (areTrusted && answer.id() != null) {
        accept(sent.get(place));
      }
    }
  }

  private int indexOf(@Nullable String id) {
    for (int index = 0; index < outcomes.length; index++) {
      if (Integer.toString(index).equals(id)) {
        return index;
      }
    }
    return -1;
  }

  /** Returns whether a message has no outcome yet. */
  public boolean isOpen(int index) {
    return outcomes[index] == null;
  }

  /** Gives every message without an outcome the one of a call that failed as a whole. */
  public void failOpen(Throwable error) {
    int open = 0;
    for (Outcome outcome : outcomes) {
      open += outcome == null ? 1 : 0;
    }
    Outcome failed = Outcome.failed(AwsFailures.ofCall(error, open));
    for (int index = 0; index < outcomes.length; index++) {
      if (outcomes[index] == null) {
        outcomes[index] = failed;
      }
    }
  }

  /** Returns one outcome per message, in order. */
  public List<Outcome> toList() {
    List<Outcome> list = new ArrayList<>(outcomes.length);
    for (Outcome outcome : outcomes) {
      list.add(outcome != null ? outcome : Outcome.failed(AwsFailures.unanswered(service)));
    }
    return list;
  }
}
