package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.streamfanout.kcl.ProofLeases.Lease;
import org.streamfanout.kcl.ProofLog.Line;
import org.streamfanout.kcl.ProofLog.Place;
import org.streamfanout.spi.FanoutRecord;

/** What is claimed of a stream's content and of what the targets took of it. */
final class ProofClaims {
  private final ProofStream.Content content;
  private final List<Line> lines;

  /** A record at a target. */
  private record Arrival(String target, Place place) {}

  ProofClaims(ProofStream.Content content, List<Line> lines) {
    this.content = content;
    this.lines = lines;
  }

  private static Arrival arrival(Line line) {
    return new Arrival(line.target(), line.place());
  }

  /** Counts what has arrived, each record once for each target. */
  static int arrived(List<Line> lines) {
    return (int) lines.stream().map(ProofClaims::arrival).distinct().count();
  }

  /** Each target has each record of the stream, with its key and its bytes, and no other. */
  void everyRecordArrived() {
    Map<Place, String> expected = new HashMap<>();
    content
        .records()
        .forEach(
            (shard, records) ->
                records.forEach(
                    record ->
                        expected.put(
                            new Place(shard, record.position()),
                            record.key() + " " + ProofLog.base64(record))));
    assertThat(expected).hasSize(content.size());
    for (String target : ProofWorker.TARGETS) {
      Map<Place, String> actual = new HashMap<>();
      for (Line line : of(target)) {
        String said = line.key() + " " + line.data();
        assertThat(actual.getOrDefault(line.place(), said)).isEqualTo(said);
        actual.put(line.place(), said);
      }
      assertThat(actual.equals(expected))
          .as("%s: %s arrived, %s expected", target, actual.size(), expected.size())
          .isTrue();
    }
  }

  private List<Line> of(String target) {
    return lines.stream().filter(line -> line.target().equals(target)).toList();
  }

  private Map<Arrival, List<String>> workersByArrival() {
    return lines.stream()
        .collect(
            Collectors.groupingBy(
                ProofClaims::arrival,
                LinkedHashMap::new,
                Collectors.mapping(Line::worker, Collectors.toList())));
  }

  void nothingCameTwice() {
    assertThat(workersByArrival().entrySet())
        .filteredOn(each -> each.getValue().size() > 1)
        .isEmpty();
  }

  /**
   * At each target, first arrivals of a key are in the order of its shard, and none of a shard
   * comes before all of the shards that it was made of.
   */
  void orderHolds() {
    for (String target : ProofWorker.TARGETS) {
      Map<String, List<Place>> byShard = new HashMap<>();
      Map<String, Map<String, List<Place>>> byKey = new HashMap<>();
      Map<Place, Integer> first = new HashMap<>();
      for (Line line : of(target)) {
        if (first.putIfAbsent(line.place(), first.size()) == null) {
          String shard = line.place().shard();
          byShard.computeIfAbsent(shard, unused -> new ArrayList<>()).add(line.place());
          byKey
              .computeIfAbsent(shard, unused -> new HashMap<>())
              .computeIfAbsent(line.key(), unused -> new ArrayList<>())
              .add(line.place());
        }
      }
      content
          .records()
          .forEach(
              (shard, records) ->
                  assertThat(byKey.getOrDefault(shard, Map.of()))
                      .as("%s, %s", target, shard)
                      .isEqualTo(placesByKey(shard, records)));
      content
          .parents()
          .forEach(
              (shard, parents) ->
                  parents.forEach(parent -> assertAfter(first, byShard, parent, shard)));
    }
  }

  private static Map<String, List<Place>> placesByKey(String shard, List<FanoutRecord> records) {
    return records.stream()
        .collect(
            Collectors.groupingBy(
                FanoutRecord::key,
                Collectors.mapping(
                    record -> new Place(shard, record.position()), Collectors.toList())));
  }

  private static void assertAfter(
      Map<Place, Integer> first, Map<String, List<Place>> byShard, String parent, String child) {
    int last =
        byShard.getOrDefault(parent, List.of()).stream().mapToInt(first::get).max().orElse(-1);
    assertThat(byShard.getOrDefault(child, List.of()))
        .as("%s after %s", child, parent)
        .allMatch(place -> first.get(place) > last);
  }

  /**
   * What came twice was brought by the killed worker and then by another, once each, and was past
   * its checkpoint of the shard, by no more than it may run ahead.
   *
   * @param left the killed worker's leases as it left them
   * @param inHand how many source records of a shard may be in hand
   * @return how many arrivals were repeated
   */
  int onlyWhatWasInFlightCameTwice(String killed, Map<String, Lease> left, int inHand) {
    Map<Arrival, List<String>> repeated = workersByArrival();
    repeated.values().removeIf(workers -> workers.size() == 1);
    Map<String, Set<String>> inFlight = new HashMap<>();
    repeated.forEach(
        (arrival, workers) -> {
          assertThat(workers).as("%s", arrival).hasSize(2).startsWith(killed);
          assertThat(workers.get(1)).isNotEqualTo(killed);
          String shard = arrival.place().shard();
          String sequenceNumber = arrival.place().position().sequenceNumber();
          assertThat(left).containsKey(shard);
          assertThat(Objects.requireNonNull(left.get(shard)).isOpen(sequenceNumber)).isTrue();
          inFlight.computeIfAbsent(shard, unused -> new HashSet<>()).add(sequenceNumber);
        });
    assertThat(inFlight.values())
        .allSatisfy(numbers -> assertThat(numbers).hasSizeLessThanOrEqualTo(inHand));
    return repeated.size();
  }

  @Override
  public String toString() {
    return content.size()
        + " user records of "
        + content.records().size()
        + " shards at "
        + ProofWorker.TARGETS.size()
        + " targets";
  }
}
