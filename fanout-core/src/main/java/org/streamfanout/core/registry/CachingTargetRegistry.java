package org.streamfanout.core.registry;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;

/**
 * Keeps what another registry answered for a while, and longer if that registry cannot be reached.
 *
 * <p>Refreshes on the thread of a caller, one at a time for each source: others use the copy
 * meanwhile, or wait if there is none yet. If a refresh fails, the copy is served with {@link
 * Targets#staleSince()}, and the next refresh is tried after {@link #STALE_WAIT}. An answer without
 * rows is kept like any other. Thread-safe.
 */
public final class CachingTargetRegistry implements TargetRegistry {
  /** How long an answer is kept: one minute, as aws-lambda-fanout promises. */
  public static final Duration TTL = Duration.ofSeconds(60);

  /**
   * How long a stale copy is served before the next refresh is tried: long enough not to burden a
   * registry in trouble, short enough to see it recover.
   */
  public static final Duration STALE_WAIT = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(CachingTargetRegistry.class);

  private final TargetRegistry delegate;
  private final Duration ttl;
  private final Clock clock;
  private final Map<Source, Entry> entries = new ConcurrentHashMap<>();

  /** Puts a cache in front of a registry; keeps answers for {@link #TTL}. */
  public CachingTargetRegistry(TargetRegistry delegate) {
    this(delegate, TTL, Clock.systemUTC());
  }

  /**
   * Puts a cache in front of a registry.
   *
   * @param ttl how long an answer is kept
   * @param clock tells the time
   * @throws IllegalArgumentException if the time is not positive
   */
  public CachingTargetRegistry(TargetRegistry delegate, Duration ttl, Clock clock) {
    this.delegate = Objects.requireNonNull(delegate, "delegate");
    this.ttl = Objects.requireNonNull(ttl, "ttl");
    this.clock = Objects.requireNonNull(clock, "clock");
    if (ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("ttl " + ttl + " is not positive");
    }
  }

  @Override
  public Targets targetsFor(Source source) {
    Entry entry = entries.computeIfAbsent(source, key -> new Entry());
    Copy copy = entry.copy;
    if (copy == null) {
      return entry.firstRead(source);
    }
    return copy.isDue(clock.instant()) ? entry.refresh(source, copy) : copy.answer;
  }

  /**
   * An answer.
   *
   * @param answer what to serve
   * @param readAt when the delegate gave it
   * @param from since when this copy stands
   * @param until when to ask again
   */
  private record Copy(Targets answer, Instant readAt, Instant from, Instant until) {
    // Before its time, too: then the wall clock was set back, and the copy's age is unknown.
    boolean isDue(Instant now) {
      return !now.isBefore(until) || now.isBefore(from);
    }
  }

  private final class Entry {
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Copy copy;
    private volatile int reads;
    private @Nullable RuntimeException lastFailure;

    Targets firstRead(Source source) {
      int before = reads;
      lock.lock();
      try {
        Copy current = copy;
        if (current != null) {
          return current.answer;
        }
        RuntimeException failure = lastFailure;
        if (failure != null && reads > before) {
          // Asked while this caller waited: its answer is as good as a new one.
          throw cannotRead(source, failure);
        }
        return read(source).answer;
      } catch (RegistryException e) {
        throw e;
      } catch (RuntimeException e) {
        throw cannotRead(source, e);
      } finally {
        lock.unlock();
      }
    }

    Targets refresh(Source source, Copy old) {
      if (!lock.tryLock()) {
        return old.answer;
      }
      try {
        Copy current = Objects.requireNonNull(copy);
        if (!current.isDue(clock.instant())) {
          return current.answer;
        }
        try {
          return read(source).answer;
        } catch (RuntimeException e) {
          LOG.warn(
              "targets of '{}' cannot be refreshed ({}); serving those read at {}, next try in {}",
              source.id(),
              e.toString(),
              current.readAt,
              STALE_WAIT);
          Instant now = clock.instant();
          Targets stale = current.answer.stale(current.readAt);
          copy = new Copy(stale, current.readAt, now, now.plus(STALE_WAIT));
          return stale;
        }
      } finally {
        lock.unlock();
      }
    }

    private Copy read(Source source) {
      Instant now = clock.instant();
      try {
        Copy fresh = new Copy(delegate.targetsFor(source), now, now, now.plus(ttl));
        copy = fresh;
        lastFailure = null;
        return fresh;
      } catch (RuntimeException e) {
        lastFailure = e;
        throw e;
      } finally {
        reads = reads + 1;
      }
    }

    private RegistryException cannotRead(Source source, RuntimeException cause) {
      return new RegistryException(
          "targets of '" + source.id() + "' cannot be read: " + cause.getMessage(), cause);
    }
  }
}
