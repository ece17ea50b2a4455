package org.streamfanout.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.lambda.ModelEvent.Item;

/**
 * What Lambda makes of an answer: all done, or which records are named; null for those is a failure
 * of the whole batch. An identifier that names nothing of the event fails the test, although Lambda
 * would just send the whole batch again.
 */
record ModelAnswer(boolean isSuccess, @Nullable List<Item> named) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads an answer.
   *
   * @param answer the function's; null if it threw
   * @param partial whether the mapping looks at what a function answers
   */
  static ModelAnswer of(
      @Nullable String answer, boolean partial, ModelEvent events, List<Item> items) {
    if (answer == null) {
      return new ModelAnswer(false, null);
    }
    if (!partial) {
      return new ModelAnswer(true, null);
    }
    try {
      JsonNode failures = JSON.readTree(answer).path("batchItemFailures");
      List<Item> named = new ArrayList<>();
      for (JsonNode failure : failures) {
        Item item = events.named(failure, items);
        if (item == null) {
          throw new AssertionError(
              "the whole batch comes again, since " + failure + " is no record");
        }
        named.add(item);
      }
      return new ModelAnswer(named.isEmpty(), named.isEmpty() ? null : named);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
