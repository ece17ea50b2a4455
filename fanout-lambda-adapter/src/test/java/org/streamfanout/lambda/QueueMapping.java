package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.streamfanout.lambda.ModelEvent.Item;

/**
 * A model of a queue and Lambda's event source mapping for it, by what their pages say (as known
 * 2026-11: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
 *
 * <p>What an answer does not name is deleted; what it names, or all of a batch that failed, comes
 * again after the visibility timeout, until it was received as often as the queue allows and goes
 * to the dead-letter queue. A FIFO queue keeps a group back while one of its messages is invisible.
 * It fails when a message is deleted that some target has not taken.
 */
final class QueueMapping {
  /** A negative receive count is none. */
  record Settings(boolean partial, boolean fifo, int maxReceives, int batchSize, int visibility) {}

  private final ModelEvent events;
  private final Settings settings;
  private final ModelFunction function;
  private final Map<Item, Integer> receives = new HashMap<>();
  private final Map<Item, Integer> visibleAt = new HashMap<>();
  private final Set<Integer> deadLetters = new HashSet<>();
  private int now;

  QueueMapping(ModelEvent events, Settings settings, ModelFunction function) {
    this.events = events;
    this.settings = settings;
    this.function = function;
  }

  /** Runs until the queue is empty; returns what went to the dead-letter queue. */
  Set<Integer> run(List<Item> messages, long seed) {
    List<Item> queue = new ArrayList<>(messages);
    SplittableRandom random = new SplittableRandom(seed);
    while (!queue.isEmpty()) {
      List<Item> batch = receive(queue, random);
      if (!batch.isEmpty()) {
        deliver(batch, queue);
      }
      if (++now > 100_000) {
        throw new AssertionError("the queue does not empty");
      }
    }
    for (Item item : messages) {
      if (!deadLetters.contains(item.number())) {
        function.requireAccepted(item.number(), "the queue is empty");
      }
    }
    return deadLetters;
  }

  private List<Item> receive(List<Item> queue, SplittableRandom random) {
    Set<String> closed = new HashSet<>();
    List<Item> batch = new ArrayList<>();
    List<Item> order = new ArrayList<>(queue);
    if (!settings.fifo) {
      Collections.shuffle(order, new Random(random.nextLong()));
    }
    for (Item item : order) {
      if (batch.size() == settings.batchSize) {
        break;
      }
      boolean visible = visibleAt.getOrDefault(item, 0) <= now;
      if (settings.fifo && (!visible || closed.contains(item.key()))) {
        closed.add(item.key());
      } else if (visible) {
        if (settings.maxReceives >= 0
            && receives.merge(item, 1, Integer::sum) > settings.maxReceives) {
          deadLetters.add(item.number());
          queue.remove(item);
        } else {
          batch.add(item);
        }
      }
    }
    return batch;
  }

  private void deliver(List<Item> batch, List<Item> queue) {
    ModelAnswer answer =
        ModelAnswer.of(function.invoke(events.of(batch)), settings.partial, events, batch);
    List<Item> again = again(answer, batch);
    for (Item item : batch) {
      if (again.contains(item)) {
        visibleAt.put(item, now + settings.visibility);
      } else {
        function.requireAccepted(item.number(), "it was deleted from the queue");
        queue.remove(item);
      }
    }
  }

  private static List<Item> again(ModelAnswer answer, List<Item> batch) {
    @Nullable List<Item> named = answer.named();
    return answer.isSuccess() ? List.of() : named == null ? batch : named;
  }
}
