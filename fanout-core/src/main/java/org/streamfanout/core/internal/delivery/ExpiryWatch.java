package org.streamfanout.core.internal.delivery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.ExpiryEvent;
import org.streamfanout.spi.Source;

/**
 * Compares the age of what is held with the retention of its source, and warns when it passes a
 * step. Thread-safe.
 */
public final class ExpiryWatch {
  /** Targets of shards that were once held up; far more than one process has. */
  static final int MOST = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(ExpiryWatch.class);

  private final Retentions retentions;
  private final Clock clock;
  private final FanoutListener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Place, Known> places = new LinkedHashMap<>(16, 0.75f, true);

  private record Place(Source source, @Nullable String shard, String targetId) {}

  /**
   * What is known of a target of a shard.
   *
   * @param heldSince since when it holds something; null while it holds nothing
   * @param percent the last step passed
   */
  private record Known(@Nullable Instant heldSince, int percent) {
    static final Known NOTHING = new Known(null, 0);
  }

  /** Starts with nothing held. */
  public ExpiryWatch(Retentions retentions, Clock clock, FanoutListener listener) {
    this.retentions = retentions;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Takes in what a call left at a target. Not for a batch that the host ran ahead to while the
   * target holds an earlier one, whose records are older.
   */
  public void look(Source source, @Nullable String shard, TargetState state) {
    String targetId = state.result().targetId();
    Place place = new Place(source, shard, targetId);
    ExpiryEvent event;
    lock.lock();
    try {
      event = state.result().counts().held() == 0 ? empty(place) : held(place, state.oldestHeld());
    } finally {
      lock.unlock();
    }
    if (event != null) {
      LOG.warn(
          "target '{}' holds records of '{}', shard '{}', since {}; at {} % of the {} after which"
              + " the source forgets them. Repair the target, or give it a dead letter",
          targetId, source.id(), shard, event.oldestHeld(), event.percent(), event.retention());
      listener.expiring(event);
    }
  }

  /** Keeps the step: a target that works off old records holds some of them now and then. */
  private @Nullable ExpiryEvent empty(Place place) {
    Known known = places.get(place);
    if (known != null) {
      places.put(place, new Known(null, known.percent));
    }
    return null;
  }

  private @Nullable ExpiryEvent held(Place place, @Nullable Instant arrived) {
    Instant now = clock.instant();
    Known known = places.getOrDefault(place, Known.NOTHING);
    Instant since = known.heldSince == null ? now : known.heldSince;
    Instant oldest = arrived == null ? since : arrived;
    Duration age = Duration.between(oldest, now);
    age = age.isNegative() ? Duration.ZERO : age;
    Duration retention = retentions.of(place.source);
    int percent = retention == null ? 0 : step(age, retention);
    places.put(place, new Known(since, percent));
    forgetEldest();
    return retention == null || percent <= known.percent
        ? null
        : new ExpiryEvent(
            place.source, place.shard, place.targetId, oldest, age, retention, percent);
  }

  private static int step(Duration age, Duration retention) {
    double used = 100 * seconds(age) / seconds(retention);
    int passed = 0;
    for (int step : ExpiryEvent.STEPS) {
      passed = used >= step ? step : passed;
    }
    return passed;
  }

  /** A record may say that it came at any time at all, which milliseconds could not count. */
  private static double seconds(Duration time) {
    return time.getSeconds() + time.getNano() / 1e9;
  }

  private void forgetEldest() {
    if (places.size() > MOST) {
      var eldest = places.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }
}
