package org.streamfanout.core.internal.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

/**
 * What an engine keeps of one target between calls: its sender, slots, breaker and what was learned
 * of its limits. Thread-safe. A changed row gets a new one, and the old one closes its sender when
 * its last send has returned.
 */
public final class TargetRuntime {
  private static final Logger LOG = LoggerFactory.getLogger(TargetRuntime.class);

  /** While probes are out, others look again this soon. */
  private static final long HALF_OPEN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final TargetConfig config;
  private final Capabilities capabilities;
  private final TargetSender sender;
  private final @Nullable ClaimChecks claims;
  private final Slots slots;
  private final CircuitBreaker breaker;
  private final AtomicLong openUntil;
  private final AtomicLong learnedMessageBytes = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong pausedUntil;
  private final AtomicLong throttles = new AtomicLong();
  private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private int users;
  private boolean retired;
  private boolean closed;

  /** Opens a target's runtime around its sender, and the store of what is too large, if any. */
  public TargetRuntime(
      TargetConfig config,
      Capabilities capabilities,
      TargetSender sender,
      @Nullable PayloadStore store,
      CircuitOptions circuit,
      LongSupplier nanoTime) {
    this.config = config;
    this.capabilities = capabilities;
    this.sender = sender;
    this.claims = store == null ? null : new ClaimChecks(store, nanoTime);
    this.slots = new Slots(config.maxInFlight());
    this.pausedUntil = new AtomicLong(nanoTime.getAsLong());
    this.openUntil = new AtomicLong(nanoTime.getAsLong());
    this.breaker =
        CircuitBreaker.of(
            config.id(),
            CircuitBreakerConfig.custom()
                .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(circuit.window())
                .minimumNumberOfCalls(circuit.minimumCalls())
                .failureRateThreshold(circuit.failureRatePercent())
                .waitDurationInOpenState(circuit.openFor())
                .permittedNumberOfCallsInHalfOpenState(circuit.probes())
                // Half-open ends without a timer of its own: a probe that hangs counts as failed
                // when
                // its attempt times out.
                .clock(new MonotonicClock(nanoTime))
                .currentTimestampFunction(clock -> nanoTime.getAsLong(), TimeUnit.NANOSECONDS)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(
            event -> {
              if (event.getStateTransition().getToState() == CircuitBreaker.State.OPEN) {
                openUntil.set(nanoTime.getAsLong() + circuit.openFor().toNanos());
              }
            });
  }

  /**
   * The breaker's view of the engine's ticker, so that a jump of the wall clock cannot move it. It
   * starts anew, since the ticker may pass the greatest long, and instants are compared.
   */
  private static final class MonotonicClock extends Clock {
    private final LongSupplier nanoTime;
    private final long start;

    MonotonicClock(LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      this.start = nanoTime.getAsLong();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.EPOCH.plusNanos(nanoTime.getAsLong() - start);
    }
  }

  /** Returns the row. */
  public TargetConfig config() {
    return config;
  }

  /** Returns what the destination can do. */
  public Capabilities capabilities() {
    return capabilities;
  }

  /** Returns the open destination. */
  public TargetSender sender() {
    return sender;
  }

  /** Returns how bodies go that are too large; null if they do not. */
  @Nullable ClaimChecks claims() {
    return claims;
  }

  Slots slots() {
    return slots;
  }

  CircuitBreaker breaker() {
    return breaker;
  }

  /** Returns when a breaker that refused may let a call through, by the engine's ticker. */
  long nextProbeAt(long now) {
    long until = openUntil.get();
    boolean open = breaker.getState() == CircuitBreaker.State.OPEN && until - now > 0;
    return open ? until : now + HALF_OPEN_PAUSE_NANOS;
  }

  /** Returns the limits to pack by: the destination's, lowered by the row and by refusals. */
  Limits limits(Limits known) {
    Limits lowered = config.lower(known);
    long learned = Math.max(1, Math.min(learnedMessageBytes.get(), lowered.maxMessageBytes()));
    return Limits.of(lowered.maxMessages(), lowered.maxBatchBytes(), learned);
  }

  /** Remembers that a message of this size was too large by itself. */
  void learnTooLarge(long size) {
    learnedMessageBytes.accumulateAndGet(Math.max(1, size - 1), Math::min);
  }

  /** Counts a throttled call and returns how many there were in a row. */
  int throttled() {
    return (int) Math.min(Integer.MAX_VALUE, throttles.incrementAndGet());
  }

  void notThrottled() {
    throttles.set(0);
  }

  /** Lets nothing out of this target before a time of the engine's ticker. */
  void pauseUntil(long time) {
    pausedUntil.accumulateAndGet(time, (a, b) -> a - b > 0 ? a : b);
  }

  long pausedUntil() {
    return pausedUntil.get();
  }

  /** Counts a call that uses this runtime; returns false if it is closed. */
  public boolean acquire() {
    lock.lock();
    try {
      if (!closed) {
        users++;
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Ends a call's use. */
  public void release() {
    lock.lock();
    try {
      users--;
    } finally {
      lock.unlock();
    }
    closeIfIdle();
  }

  void enter(Attempt attempt) {
    underWay.add(attempt);
  }

  void leave(Attempt attempt) {
    underWay.remove(attempt);
    closeIfIdle();
  }

  /** Lets the runtime go: its sender is closed when no send is under way. */
  public void retire() {
    lock.lock();
    try {
      retired = true;
    } finally {
      lock.unlock();
    }
    closeIfIdle();
  }

  private void closeIfIdle() {
    lock.lock();
    try {
      if (!retired || closed || users > 0 || !underWay.isEmpty()) {
        return;
      }
      closed = true;
    } finally {
      lock.unlock();
    }
    try {
      sender.close();
      if (claims != null) {
        claims.close();
      }
    } catch (RuntimeException e) {
      LOG.warn("closing target '{}' failed", config.id(), e);
    }
  }

  /** Returns whether the sender has been closed. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Interrupts every send under way. */
  public void interruptAll() {
    underWay.forEach(Attempt::interrupt);
  }

  /** Returns how many sends are under way. */
  public int sendsUnderWay() {
    return underWay.size();
  }
}
