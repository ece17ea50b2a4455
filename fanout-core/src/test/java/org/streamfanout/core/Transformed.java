package org.streamfanout.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.BatchTransform.Output;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.testkit.Behaviours;
import org.streamfanout.testkit.InMemoryTarget;

/** A target with a batch transform, its dead-letter target, and outputs that tests ask for. */
final class Transformed {
  static final Failure NEVER = Failure.rejected("Bad", "never");
  static final Failure DENIED = Failure.fatal("AccessDenied", "no");
  static final TargetConfig LETTERS =
      TargetConfig.builder(Fixture.SOURCE, "dlq", "letters", "x").deadLetterOnly(true).build();

  final InMemoryTarget target = new InMemoryTarget();
  final InMemoryTarget letters = InMemoryTarget.ofType("letters");

  /** How often the transform was asked. */
  final AtomicInteger computed = new AtomicInteger();

  static TargetConfig.Builder row() {
    return Fixture.target("t").transform("made");
  }

  Fixture fixture(BatchTransform transform, TargetConfig... rows) {
    return new Fixture(
        Fixture.quick()
            .provider(target)
            .provider(letters)
            .batchTransform(
                "made",
                records -> {
                  computed.incrementAndGet();
                  return transform.apply(records);
                }),
        rows);
  }

  /** One output for each key, in the order of first records: the data of all of them. */
  static List<Output> byKey(List<FanoutRecord> records) {
    Map<String, List<FanoutRecord>> groups = new LinkedHashMap<>();
    records.forEach(each -> groups.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each));
    return groups.values().stream().map(Transformed::join).toList();
  }

  static Output join(List<FanoutRecord> from) {
    String text = from.stream().map(each -> text(each)).collect(Collectors.joining("+"));
    return new Output(from.get(from.size() - 1).withData(Bytes.utf8(text)), from);
  }

  static String text(FanoutRecord record) {
    Bytes data = record.data();
    return data == null ? "none" : data.utf8();
  }

  static Output output(FanoutRecord record, String data, FanoutRecord... from) {
    return new Output(record.withData(Bytes.utf8(data)), Arrays.asList(from));
  }

  void reject(String... bodies) {
    target.always(
        Behaviours.failIf(message -> Set.of(bodies).contains(message.body().utf8()), NEVER));
  }

  static TargetCounts counts(FanoutResult result) {
    return result.targets().get(0).counts();
  }

  /** Record 0 is part of both outputs, 1 of the first alone, 2 of the second alone. */
  static List<Output> overlapping(List<FanoutRecord> records) {
    return List.of(
        output(records.get(0), "x", records.get(0), records.get(1)),
        output(records.get(0), "y", records.get(0), records.get(2)));
  }
}
