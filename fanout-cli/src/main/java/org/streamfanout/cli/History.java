package org.streamfanout.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.streamfanout.cli.status.StatusDocument;
import org.streamfanout.spi.Source;

/**
 * A worker's numbers of the last half hour, in bounded memory: as they were every ten seconds, in
 * all and for the first hundred targets. Thread-safe.
 */
final class History {
  /** How often {@link #add} is to be called. */
  static final Duration EVERY = Duration.ofSeconds(10);

  /** Half an hour. */
  static final int SAMPLES = 180;

  /** Whoever has more wants Prometheus. */
  static final int TARGETS = 100;

  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Key(Source source, String targetId) {}

  private record Point(long accepted, long held) {}

  private record Sample(Instant at, long settled, long held, Map<Key, Point> targets) {}

  /** Takes the numbers of a moment, and forgets those of the earliest if there are too many. */
  void add(WorkerNumbers numbers) {
    Map<Key, Point> targets = new HashMap<>();
    long held = 0;
    for (WorkerNumbers.Target each : numbers.targets()) {
      held += each.counts().held();
      if (targets.size() < TARGETS) {
        targets.put(
            new Key(each.source(), each.id()),
            new Point(each.counts().accepted(), each.counts().held()));
      }
    }
    lock.lock();
    try {
      samples.addLast(new Sample(numbers.at(), numbers.settled(), held, targets));
      if (samples.size() > SAMPLES) {
        samples.removeFirst();
      }
    } finally {
      lock.unlock();
    }
  }

  private List<Sample> samples() {
    lock.lock();
    try {
      return List.copyOf(samples);
    } finally {
      lock.unlock();
    }
  }

  /** Returns a view of what there is now, that does not change. */
  View view() {
    return new View(samples());
  }

  /** Samples, and how they are written. */
  static final class View {
    private final List<Sample> samples;

    private View(List<Sample> samples) {
      this.samples = samples;
    }

    /** Returns when the samples were taken, and the sums of all targets. */
    ObjectNode ofAll() {
      ObjectNode all = StatusDocument.part();
      all.put("everySeconds", EVERY.toSeconds());
      ArrayNode at = all.putArray("at");
      samples.forEach(each -> at.add(each.at.toString()));
      ArrayNode settled = all.putArray("settled");
      samples.forEach(each -> settled.add(each.settled));
      ArrayNode held = all.putArray("held");
      samples.forEach(each -> held.add(each.held));
      return all;
    }

    /**
     * Returns the samples of a target, each at the same place as {@link #ofAll} has its time, null
     * where there was no such target; null if none has it.
     */
    @Nullable ObjectNode of(Source source, String targetId) {
      Key key = new Key(source, targetId);
      if (samples.stream().noneMatch(each -> each.targets.containsKey(key))) {
        return null;
      }
      ObjectNode target = StatusDocument.part();
      put(target.putArray("accepted"), key, Point::accepted);
      put(target.putArray("held"), key, Point::held);
      return target;
    }

    private void put(ArrayNode array, Key key, ToLongFunction<Point> value) {
      for (Sample each : samples) {
        Point point = each.targets.get(key);
        if (point == null) {
          array.addNull();
        } else {
          array.add(value.applyAsLong(point));
        }
      }
    }
  }
}
