package org.streamfanout.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;

/** What happened at one {@link InMemoryTarget}. Thread-safe. */
final class InMemoryLog {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Delivery> deliveries = new ArrayList<>();
  private final List<Attempt> attempts = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Integer> sends = new HashMap<>();
  private final Set<Object> busy = new HashSet<>();
  private int opens;
  private int closes;
  private int inFlight;
  private int highWater;

  /** One send, as it came in. */
  record Attempt(String targetId, Batch batch) {}

  /** A lane or a conflict key of one target, of which one send at a time may carry messages. */
  private record Exclusive(List<@Nullable Object> names) {}

  void opened() {
    locked(() -> opens++);
  }

  void closed() {
    locked(() -> closes++);
  }

  /** Notes a send that starts, with what is wrong with it, and returns its number. */
  int begin(
      TargetConfig target,
      Batch batch,
      Limits limits,
      Function<Message, Long> size,
      Function<Message, @Nullable String> conflictKey) {
    lock.lock();
    try {
      attempts.add(new Attempt(target.id(), batch));
      inFlight++;
      highWater = Math.max(highWater, inFlight);
      checkLimits(target, batch, limits, size);
      checkConflicts(target, batch, conflictKey);
      for (Object name : exclusives(target, batch, conflictKey)) {
        if (!busy.add(name)) {
          violations.add(target.id() + ": " + name + " is in two sends at once");
        }
      }
      changed.signalAll();
      return sends.merge(target.id(), 1, Integer::sum);
    } finally {
      lock.unlock();
    }
  }

  void end(TargetConfig target, Batch batch, Function<Message, @Nullable String> conflictKey) {
    locked(
        () -> {
          inFlight--;
          busy.removeAll(exclusives(target, batch, conflictKey));
        });
  }

  void take(Delivery delivery) {
    Message message = delivery.message();
    int encoded = message.body().length();
    locked(
        () -> {
          deliveries.add(delivery);
          if (encoded != message.bodyLength()) {
            violations.add(
                delivery.targetId()
                    + ": a body announced with "
                    + message.bodyLength()
                    + " bytes has "
                    + encoded);
          }
        });
  }

  private void checkLimits(
      TargetConfig target, Batch batch, Limits limits, Function<Message, Long> size) {
    long sum = 0;
    long largest = 0;
    for (Message message : batch.messages()) {
      long bytes = size.apply(message);
      sum += bytes;
      largest = Math.max(largest, bytes);
    }
    int count = batch.messages().size();
    if (count > limits.maxMessages()
        || sum > limits.maxBatchBytes()
        || largest > limits.maxMessageBytes()) {
      violations.add(
          target.id()
              + ": a call of "
              + count
              + " messages, "
              + sum
              + " B, the largest of "
              + largest
              + " B, is above the limits: "
              + limits);
    }
  }

  private void checkConflicts(
      TargetConfig target, Batch batch, Function<Message, @Nullable String> conflictKey) {
    Set<String> keys = new HashSet<>();
    for (Message message : batch.messages()) {
      String key = conflictKey.apply(message);
      if (key != null && !keys.add(key)) {
        violations.add(target.id() + ": conflict key " + key + " is twice in one call");
      }
    }
  }

  private static Set<Object> exclusives(
      TargetConfig target, Batch batch, Function<Message, @Nullable String> conflictKey) {
    Set<Object> names = new HashSet<>();
    for (Message message : batch.messages()) {
      List<@Nullable Object> lane = new ArrayList<>();
      lane.add("lane");
      lane.add(batch.source());
      lane.add(batch.shard());
      lane.add(target.id());
      lane.add(message.lane());
      names.add(new Exclusive(lane));
      String key = conflictKey.apply(message);
      if (key != null) {
        names.add(new Exclusive(List.of("conflict key", batch.source(), target.id(), key)));
      }
    }
    return names;
  }

  List<Delivery> deliveries(Predicate<Delivery> wanted) {
    return read(() -> deliveries.stream().filter(wanted).toList());
  }

  List<Batch> batches(Predicate<Attempt> wanted) {
    return read(() -> attempts.stream().filter(wanted).map(Attempt::batch).toList());
  }

  List<String> violations() {
    return read(() -> List.copyOf(violations));
  }

  int opens() {
    return read(() -> opens);
  }

  int closes() {
    return read(() -> closes);
  }

  int inFlight() {
    return read(() -> inFlight);
  }

  int highWater() {
    return read(() -> highWater);
  }

  void await(Duration atMost, BooleanSupplier reached) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Waiting.until(
          changed,
          atMost,
          reached,
          () ->
              attempts.size()
                  + " sends came, "
                  + inFlight
                  + " of them still under way, and "
                  + deliveries.size()
                  + " messages were taken");
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private <T> T read(Supplier<T> value) {
    lock.lock();
    try {
      return value.get();
    } finally {
      lock.unlock();
    }
  }
}
