package org.streamfanout.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.streamfanout.simulator.Violation.Rule;
import org.streamfanout.spi.Ordering;

/**
 * What has taken effect at one target, in order, and the rules of order and of duplicates.
 *
 * <p>The rules of order, for a target by key (by shard alike): a record takes effect for the first
 * time when all earlier ones of its key are settled. It takes effect after a newer one only as a
 * repetition: within one batch, where an attempt carried both, took effect and was not known to; in
 * a later batch, which reads again from the committed place; or from a process that has lost the
 * shard.
 */
final class Arrivals {
  private final Oracle oracle;
  private final String targetId;
  private final List<Effect> all = new ArrayList<>();
  private final Map<Item, List<Effect>> byItem = new HashMap<>();
  private final Map<Item, List<Effect>> letters = new HashMap<>();
  private int repeated;

  Arrivals(Oracle oracle, String targetId) {
    this.oracle = oracle;
    this.targetId = targetId;
  }

  boolean has(Item item) {
    return byItem.containsKey(item) || letters.containsKey(item);
  }

  int repeated() {
    return repeated;
  }

  int size() {
    return all.size();
  }

  /** A record took effect. */
  void add(Effect effect, Predicate<Item> passed) {
    List<Effect> earlier = byItem.getOrDefault(effect.item(), List.of());
    if (!effect.stray()) {
      checkRepetition(effect, earlier, "");
    }
    Ordering ordering = effect.send().at.ordering();
    if (ordering == Ordering.KEY || ordering == Ordering.SHARD) {
      boolean byKey = ordering == Ordering.KEY;
      if (earlier.isEmpty()) {
        checkFirst(effect, byKey, passed);
      }
      checkNewer(effect, earlier, byKey);
    }
    all.add(effect);
    repeated += earlier.isEmpty() ? 0 : 1;
    byItem.computeIfAbsent(effect.item(), item -> new ArrayList<>()).add(effect);
  }

  /** A record of this target was taken by its dead-letter target. */
  void addLetter(Effect effect) {
    List<Effect> earlier = letters.getOrDefault(effect.item(), List.of());
    if (!effect.stray()) {
      checkRepetition(effect, earlier, "the dead letter of ");
    }
    letters.computeIfAbsent(effect.item(), item -> new ArrayList<>()).add(effect);
  }

  private void checkRepetition(Effect effect, List<Effect> earlier, String what) {
    Chain chain = effect.send().chain;
    for (Effect before : earlier) {
      Chain other = before.send().chain;
      boolean allowed;
      if (other == chain) {
        allowed =
            before.send().at != effect.send().at
                || (before.send().returned && !before.send().accepted.contains(effect.item()));
      } else {
        allowed =
            (other.lease() != chain.lease() || chain.lease().retries())
                && !effect.send().remembered.contains(effect.item());
      }
      if (!allowed) {
        oracle.violated(
            Rule.DUPLICATE,
            what + effect.item() + " by " + effect.send() + ", which it had by " + before.send());
      }
    }
  }

  private void checkFirst(Effect effect, boolean byKey, Predicate<Item> passed) {
    for (Item before : effect.item().before()) {
      if (effect.item().follows(before, byKey) && !passed.test(before)) {
        oracle.violated(
            Rule.ORDER,
            effect.item() + " took effect by " + effect.send() + " before " + before + " did");
      }
    }
  }

  private void checkNewer(Effect effect, List<Effect> earlier, boolean byKey) {
    Chain chain = effect.send().chain;
    for (Effect newer : all) {
      if (!newer.item().follows(effect.item(), byKey)) {
        continue;
      }
      Chain other = newer.send().chain;
      boolean allowed;
      if (other == chain) {
        allowed = earlier.stream().anyMatch(before -> before.send() == newer.send());
      } else if (chain.isAfter(other)) {
        allowed = true;
      } else {
        boolean gone = !chain.lease().isHeld() || chain.lease().retries();
        allowed =
            effect.stray()
                || (gone && (chain.process() != other.process() || chain.shard() != other.shard()));
      }
      if (!allowed && !newer.stray()) {
        oracle.violated(
            Rule.ORDER,
            effect.item()
                + " took effect by "
                + effect.send()
                + " after the newer "
                + newer.item()
                + " by "
                + newer.send());
      }
    }
  }

  /**
   * Checks that the last arrivals of every lane are in order, for a target that has to hold what it
   * cannot deliver. Left out is what came from a process that had lost the shard or was killed, and
   * what the host gave up.
   */
  void checkLast(boolean byKey) {
    Map<Item, Integer> last = new HashMap<>();
    for (int place = 0; place < all.size(); place++) {
      Effect effect = all.get(place);
      if (!effect.stray() && !oracle.isDiscarded(effect.item()) && !oracle.isSuperseded(effect)) {
        last.put(effect.item(), place);
      }
    }
    last.forEach(
        (item, place) -> {
          for (Item before : item.before()) {
            Integer other = last.get(before);
            if (other != null && item.follows(before, byKey) && other > place) {
              oracle.violated(
                  Rule.ORDER, targetId + " ends with the older " + before + " on top of " + item);
            }
          }
        });
  }
}
