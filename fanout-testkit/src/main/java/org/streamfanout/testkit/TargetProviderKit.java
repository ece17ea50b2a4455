package org.streamfanout.testkit;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;

/**
 * What "correct" means for a provider: a JUnit 5 class whose tests a provider inherits by naming a
 * way to open a destination and to read back what arrived.
 */
public abstract class TargetProviderKit {
  /** Returns a new provider. */
  protected abstract TargetProvider provider();

  /** Opens an empty, sound destination. */
  protected abstract KitDestination open() throws Exception;

  /**
   * Returns rows that are invalid, each with what the text of its problems must mention: one word
   * for every problem that it has.
   */
  protected abstract List<InvalidTarget> invalidTargets();

  /**
   * A row with what must be said of it.
   *
   * @param target the row
   * @param mentions a piece of text of each problem, in any order
   */
  public record InvalidTarget(TargetConfig target, List<String> mentions) {}

  /** Returns the troubles that the destination can be put in; all by default. */
  protected Set<Trouble> troubles() {
    return EnumSet.allOf(Trouble.class);
  }

  /** Returns whether the destination answers entry by entry; true by default. */
  protected boolean failsEntries() {
    return true;
  }

  /**
   * Returns a body of exactly so many bytes, different for each number, that the destination takes;
   * by default a JSON object.
   */
  protected Bytes body(int number, int length) {
    throw new UnsupportedOperationException("in the making");
  }

  /** Returns the shortest body that {@link #body} can make, in bytes. */
  protected int shortestBody() {
    return 40;
  }

  /** Returns what reading back gives for a message; its body by default. */
  protected Bytes expected(Message message) {
    return message.body();
  }

  /**
   * Returns which of the hostile destinations, though valid, are names that reach no host of their
   * own; none by default.
   */
  protected Predicate<String> isHarmless() {
    return destination -> false;
  }

  /** Returns whether {@code META-INF/services} names the provider; true by default. */
  protected boolean isRegistered() {
    return true;
  }

  /** Returns how long to wait for what must happen, before it counts as never; 30 s by default. */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }
}
