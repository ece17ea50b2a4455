package org.streamfanout.lambda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.streamfanout.lambda.ModelEvent.Item;

/**
 * A model of Lambda's event source mapping for streams, by what its pages say (as known 2026-11:
 * https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html and {@code
 * services-kinesis-batchfailurereporting.html}, {@code kafka-retry-configurations.html}).
 *
 * <p>A batch is sent until it is done, of each shard or partition from the lowest record named; a
 * batch that failed as a whole is halved, if bisecting is on, which costs no retry; what has no
 * retries left or is too old goes to the on-failure destination. With a parallelization factor the
 * records of a key group make a batch of their own, and groups overtake one another. It fails when
 * a record is passed that some target has not taken. A delivery without batches, such as that of
 * SNS, is the same with batches of one.
 */
final class StreamMapping {
  /** A negative number of retries or age is none. */
  record Settings(
      boolean partial,
      boolean bisect,
      int maxRetries,
      int maxAge,
      int batchSize,
      int parallelization) {}

  private record Part(List<Item> items, int retries) {}

  private final ModelEvent events;
  private final Settings settings;
  private final ModelFunction function;
  private final List<Deque<Item>> waiting = new ArrayList<>();
  private final List<Deque<Part>> work = new ArrayList<>();
  private final Map<Item, Integer> takenAt = new HashMap<>();
  private final Set<Integer> onFailure = new HashSet<>();
  private int now;

  StreamMapping(ModelEvent events, Settings settings, ModelFunction function) {
    this.events = events;
    this.settings = settings;
    this.function = function;
  }

  /** Runs until the stream is empty; returns what went to the on-failure destination. */
  Set<Integer> run(List<Item> stream, long seed) {
    for (int group = 0; group < settings.parallelization; group++) {
      waiting.add(new ArrayDeque<>());
      work.add(new ArrayDeque<>());
    }
    stream.forEach(
        item ->
            waiting.get(Math.floorMod(item.key().hashCode(), settings.parallelization)).add(item));
    SplittableRandom random = new SplittableRandom(seed);
    int done = 0;
    while (done < settings.parallelization) {
      int group = random.nextInt(settings.parallelization);
      done = 0;
      for (int each = 0; each < settings.parallelization; each++) {
        done += waiting.get(each).isEmpty() && work.get(each).isEmpty() ? 1 : 0;
      }
      step(group);
      if (++now > 100_000) {
        throw new AssertionError("the stream does not move on");
      }
    }
    for (Item item : stream) {
      if (!onFailure.contains(item.number())) {
        function.requireAccepted(item.number(), "the stream is at its end");
      }
    }
    return onFailure;
  }

  private void step(int group) {
    Deque<Part> parts = work.get(group);
    if (parts.isEmpty()) {
      List<Item> batch = new ArrayList<>();
      while (batch.size() < settings.batchSize && !waiting.get(group).isEmpty()) {
        batch.add(waiting.get(group).remove());
      }
      batch.forEach(item -> takenAt.put(item, now));
      parts.add(new Part(batch, 0));
    }
    Part part = parts.remove();
    List<Item> items = part.items.stream().filter(this::isYoung).toList();
    if (items.isEmpty()) {
      return;
    }
    ModelAnswer answer =
        ModelAnswer.of(function.invoke(events.of(items)), settings.partial, events, items);
    if (answer.isSuccess()) {
      items.forEach(this::pass);
      return;
    }
    List<Item> named = answer.named();
    if (named == null && settings.bisect && items.size() > 1) {
      int half = items.size() / 2;
      parts.addFirst(new Part(items.subList(half, items.size()), part.retries));
      parts.addFirst(new Part(items.subList(0, half), part.retries));
      return;
    }
    List<Item> rest = new ArrayList<>();
    for (Item item : items) {
      if (named == null || named.stream().anyMatch(from -> isFrom(from, item))) {
        rest.add(item);
      } else {
        pass(item);
      }
    }
    if (settings.maxRetries >= 0 && part.retries >= settings.maxRetries) {
      rest.forEach(item -> onFailure.add(item.number()));
    } else {
      parts.addFirst(new Part(rest, part.retries + 1));
    }
  }

  private static boolean isFrom(Item from, Item item) {
    return from.shard().equals(item.shard()) && from.number() <= item.number();
  }

  private boolean isYoung(Item item) {
    if (settings.maxAge < 0 || now - takenAt.get(item) <= settings.maxAge) {
      return true;
    }
    onFailure.add(item.number());
    return false;
  }

  /** The checkpoint moves past a record. */
  private void pass(Item item) {
    function.requireAccepted(item.number(), "the checkpoint is past it");
  }
}
