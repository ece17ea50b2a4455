package org.streamfanout.core.internal.delivery;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Source;

/**
 * Sends that outlive their call, by source, target and shard: until one returns, what it carries
 * may still take effect, so later calls keep its lanes closed. Thread-safe.
 */
public final class HungSends {
  private record Place(Source source, @Nullable String shard, String targetId) {}

  /**
   * One such send.
   *
   * @param laneKeys the lanes that it holds
   * @param conflictKeys the conflict keys that it holds
   */
  record Hung(Attempt attempt, Set<Object> laneKeys, Set<String> conflictKeys) {}

  private final Map<Place, Set<Hung>> byPlace = new ConcurrentHashMap<>();

  void add(
      Source source,
      @Nullable String shard,
      String targetId,
      Attempt attempt,
      Set<Object> laneKeys,
      Set<String> conflictKeys) {
    Place place = new Place(source, shard, targetId);
    Hung hung = new Hung(attempt, laneKeys, conflictKeys);
    byPlace.compute(
        place,
        (same, known) -> {
          Set<Hung> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(hung);
          return all;
        });
    attempt.whenReturned(
        () ->
            byPlace.computeIfPresent(
                place,
                (same, known) -> {
                  known.remove(hung);
                  return known.isEmpty() ? null : known;
                }));
  }

  List<Hung> at(Source source, @Nullable String shard, String targetId) {
    Set<Hung> known = byPlace.get(new Place(source, shard, targetId));
    return known == null ? List.of() : List.copyOf(known);
  }

  /** Returns how many sends have not returned. */
  public int size() {
    return byPlace.values().stream().mapToInt(Set::size).sum();
  }
}
