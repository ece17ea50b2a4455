package org.streamfanout.aws;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Outcome;

/**
 * Turns the answer to a batch call into one outcome per message. What is not answered without doubt
 * is {@code RETRYABLE}: sending twice is allowed, losing is not. Stateless.
 */
public final class BatchAnswers {
  private BatchAnswers() {}

  /**
   * Reads an answer that lists its entries in the order of the request, as Kinesis and Firehose do.
   * If its length is another, no place can be trusted and every entry counts as unanswered.
   *
   * @param messages how many entries were sent
   * @param outcome what one answered entry means
   */
  public static <E> List<Outcome> byIndex(
      String service, int messages, List<E> entries, Function<? super E, Outcome> outcome) {
    if (entries.size() != messages) {
      return Collections.nCopies(messages, Outcome.failed(AwsFailures.unanswered(service)));
    }
    List<Outcome> outcomes = new ArrayList<>(messages);
    for (E entry : entries) {
      outcomes.add(outcome.apply(entry));
    }
    return outcomes;
  }

  /**
   * Reads an answer that names its entries, as SQS and SNS do; the id of an entry is its index.
   * Names that were not sent are ignored; an entry named as taken and as refused counts as refused.
   *
   * @param messages how many entries were sent
   * @param accepted the ids of the entries that were taken
   * @param refused the ids of the others, and why
   */
  public static List<Outcome> byId(
      String service, int messages, List<String> accepted, Map<String, Failure> refused) {
    Map<String, Outcome> answers = new HashMap<>();
    accepted.forEach(id -> answers.put(id, Outcome.accepted()));
    refused.forEach((id, failure) -> answers.put(id, Outcome.failed(failure)));
    Outcome unanswered = Outcome.failed(AwsFailures.unanswered(service));
    List<Outcome> outcomes = new ArrayList<>(messages);
    for (int index = 0; index < messages; index++) {
      outcomes.add(answers.getOrDefault(Integer.toString(index), unanswered));
    }
    return outcomes;
  }
}
