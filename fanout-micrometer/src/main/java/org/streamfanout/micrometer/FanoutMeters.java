package org.streamfanout.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.streamfanout.core.Ledger;
import org.streamfanout.spi.FanoutListener;

/**
 * The numbers of an engine as Micrometer's meters: a listener of the engine, bound to one or more
 * registries before the engine is used.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>Name</th><th>Kind</th><th>Tags</th><th>Meaning</th></tr>
 *   <tr><td>fanout.records</td><td>counter</td><td>source, target, outcome</td><td>records, as the
 *       target decodes them, by their end: accepted, filtered, dead_lettered, dropped,
 *       already_settled, released</td></tr>
 *   <tr><td>fanout.calls</td><td>counter</td><td>source, target, outcome</td><td>calls of the
 *       destination: accepted, or the kind of the first failure</td></tr>
 *   <tr><td>fanout.retries</td><td>counter</td><td>source, target</td><td>messages that were sent
 *       again</td></tr>
 *   <tr><td>fanout.send</td><td>timer</td><td>source, target</td><td>how long the calls took</td>
 *       </tr>
 *   <tr><td>fanout.expiring</td><td>counter</td><td>source, target</td><td>warnings that what is
 *       held comes near the end of the source's retention</td></tr>
 *   <tr><td>fanout.held</td><td>gauge</td><td>source, target</td><td>records that wait for the
 *       target now</td></tr>
 *   <tr><td>fanout.held.age</td><td>gauge, s</td><td>source, target</td><td>how long ago the oldest
 *       of them came into the source; 0 if none waits</td></tr>
 *   <tr><td>fanout.retention</td><td>gauge, s</td><td>source</td><td>how long the source keeps a
 *       record; 0 if that is not known</td></tr>
 *   <tr><td>fanout.ledger.difference</td><td>gauge</td><td></td><td>by how many records the books do
 *       not add up; 0, or the engine is wrong</td></tr>
 * </table>
 *
 * <p>{@code source} is the source's id, {@code target} the target's. A registry keeps its meters
 * for as long as it lives, so their number is bounded: those of targets beyond {@value
 * #MOST_TARGETS}, or as many as the constructor is told, are counted under {@code other} for both
 * tags, and have no gauges. Neither shards nor anything of a record is ever a tag.
 *
 * <p>Thread-safe. What happens before it is bound is in the gauges only.
 */
public final class FanoutMeters implements FanoutListener, MeterBinder {
  /** How many targets have meters of their own, and how many sources; 13 to 20 meters each. */
  public static final int MOST_TARGETS = 500;

  private final Ledger ledger;
  private final Clock clock;
  private final int mostTargets;
  private final List<BoundMeters> bound = new CopyOnWriteArrayList<>();

  /** Makes meters of at most {@value #MOST_TARGETS} targets. */
  public FanoutMeters() {
    this(MOST_TARGETS, Clock.systemUTC());
  }

  /**
   * Makes meters.
   *
   * @param mostTargets how many targets, and how many sources, have meters of their own
   * @param clock tells the age of what is held
   * @throws IllegalArgumentException if {@code mostTargets} is below 1
   */
  public FanoutMeters(int mostTargets, Clock clock) {
    if (mostTargets < 1) {
      throw new IllegalArgumentException("mostTargets " + mostTargets + " is below 1");
    }
    this.mostTargets = mostTargets;
    this.clock = Objects.requireNonNull(clock, "clock");
    this.ledger = new Ledger(clock);
  }

  /** Adds the meters to a registry; a second time to the same one is nothing new. */
  @Override
  public void bindTo(MeterRegistry registry) {
    Objects.requireNonNull(registry, "registry");
    if (bound.stream().noneMatch(each -> each.isOf(registry))) {
      bound.add(new BoundMeters(registry, ledger, clock, mostTargets));
    }
  }

  /** Returns the books that the gauges are read from. */
  public Ledger ledger() {
    return ledger;
  }

  @Override
  public void sent(SendEvent event) {
    each(meters -> meters.sent(event));
  }

  @Override
  public void settled(TargetEvent event) {
    ledger.settled(event);
    each(meters -> meters.settled(event));
  }

  @Override
  public void finished(FanoutEvent event) {
    each(meters -> meters.finished(event));
  }

  @Override
  public void expiring(ExpiryEvent event) {
    each(meters -> meters.expiring(event));
  }

  private void each(Consumer<BoundMeters> what) {
    bound.forEach(what);
  }
}
