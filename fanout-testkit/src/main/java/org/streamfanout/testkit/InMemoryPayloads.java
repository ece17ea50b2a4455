package org.streamfanout.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Payload;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/**
 * A place in memory for bodies that are too large, {@code claimCheck} {@code memory:<anything>},
 * that keeps everything it takes and misbehaves as it is told. Thread-safe.
 */
public final class InMemoryPayloads implements PayloadStoreProvider {
  private static final String COLUMN = "memory:";
  private static final Pattern POINTER = Pattern.compile("\\[\"memory\",\\{\"key\":\"(.*)\"}]");

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Bytes> stored = new LinkedHashMap<>();
  private final List<String> attempts = new ArrayList<>();
  private final Deque<Puts> next = new ArrayDeque<>();
  private Puts always = Puts.take();
  private int closes;

  /** Makes a place that takes everything. */
  public InMemoryPayloads() {}

  /** What one put does. */
  @FunctionalInterface
  public interface Puts {
    /**
     * Does the put.
     *
     * @param payloads what is to be stored
     * @param into takes what is really stored
     * @return an outcome for each, where the behaviour is a sound one
     */
    List<Outcome> put(List<Payload> payloads, Into into) throws Exception;

    /** Takes everything. */
    static Puts take() {
      return failing(null);
    }

    /** Takes nothing, or everything if there is no failure. */
    static Puts failing(@Nullable Failure failure) {
      return (payloads, into) -> {
        List<Outcome> outcomes = new ArrayList<>();
        for (Payload payload : payloads) {
          if (failure == null) {
            into.store(payload);
          }
          outcomes.add(failure == null ? Outcome.accepted() : Outcome.failed(failure));
        }
        return outcomes;
      };
    }

    /** Takes everything, then throws: the caller cannot know. */
    static Puts takeThenRaise(Exception error) {
      return (payloads, into) -> {
        payloads.forEach(into::store);
        throw error;
      };
    }

    /** Waits at a gate, then does something else; an interrupt ends the wait and the put. */
    static Puts hang(Gate gate, Puts then) {
      return (payloads, into) -> {
        gate.pass();
        return then.put(payloads, into);
      };
    }
  }

  /** Takes what is stored. */
  @FunctionalInterface
  public interface Into {
    /** Keeps a body. */
    void store(Payload payload);
  }

  /** Sets what puts do from now on, unless {@link #next} has something for them. */
  public InMemoryPayloads always(Puts puts) {
    locked(() -> always = puts);
    return this;
  }

  /** Sets what the next puts do, one each, after those that were set already. */
  public InMemoryPayloads next(Puts... puts) {
    locked(() -> next.addAll(Arrays.asList(puts)));
    return this;
  }

  /** Returns everything stored, by key. */
  public Map<String, Bytes> stored() {
    lock.lock();
    try {
      return new LinkedHashMap<>(stored);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the key of every body that somebody tried to store, in that order. */
  public List<String> attempts() {
    lock.lock();
    try {
      return List.copyOf(attempts);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets everything stored, as if it had expired. */
  public void expireAll() {
    locked(stored::clear);
  }

  /** Returns how often a store was closed. */
  public int closes() {
    lock.lock();
    try {
      return closes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the body that a message's own body points to, or the message's own if it is no pointer.
   *
   * @throws AssertionError if it points to nothing
   */
  public Bytes redeem(Bytes body) {
    Matcher pointer = POINTER.matcher(body.utf8());
    if (!pointer.matches()) {
      return body;
    }
    Bytes found = stored().get(pointer.group(1));
    if (found == null) {
      throw new AssertionError("nothing is stored under " + pointer.group(1));
    }
    return found;
  }

  @Override
  public String scheme() {
    return "memory";
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    if (COLUMN.equals(target.claimCheck())) {
      throw new InvalidTargetException(
          List.of("column 'claimCheck' is '" + COLUMN + "'; write something behind it"));
    }
  }

  @Override
  public PayloadStore open(TargetConfig target, ProviderContext context) {
    return new Store(target.id());
  }

  private final class Store implements PayloadStore {
    private final String subject;

    Store(String subject) {
      this.subject = subject;
    }

    @Override
    public List<Outcome> put(List<Payload> payloads, Deadline deadline) throws Exception {
      return begin(payloads).put(payloads, this::keep);
    }

    private Puts begin(List<Payload> payloads) {
      lock.lock();
      try {
        payloads.forEach(payload -> attempts.add(payload.key()));
        Puts first = next.poll();
        return first != null ? first : always;
      } finally {
        lock.unlock();
      }
    }

    private void keep(Payload payload) {
      locked(
          () -> {
            Bytes before = stored.put(payload.key(), payload.body());
            if (before != null && !before.equals(payload.body())) {
              throw new IllegalStateException(payload.key() + " was stored with another body");
            }
          });
    }

    @Override
    public Bytes pointer(String key) {
      return Bytes.utf8("[\"memory\",{\"key\":\"" + key + "\"}]");
    }

    @Override
    public List<Finding> check(Deadline deadline) {
      return List.of(new Finding(Finding.Severity.OK, subject, "memory can be reached"));
    }

    @Override
    public void close() {
      locked(() -> closes++);
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
