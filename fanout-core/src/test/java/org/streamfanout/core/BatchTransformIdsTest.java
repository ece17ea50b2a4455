package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.core.Transformed.output;
import static org.streamfanout.core.Transformed.row;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;
import org.streamfanout.testkit.InMemoryTarget;

class BatchTransformIdsTest {
  private final Transformed given = new Transformed();

  private List<String> ids(BatchTransform transform, FanoutRecord... records) {
    InMemoryTarget fresh = new InMemoryTarget();
    try (Fixture fixture =
        new Fixture(
            Fixture.quick().provider(fresh).batchTransform("made", transform),
            row().ordering(Ordering.SHARD).build())) {
      fixture.process(records);
      return fresh.received("t").stream().map(Message::id).toList();
    }
  }

  @Test
  void messageId_twoOutputsOfTheSameInputs_differ() {
    BatchTransform twice =
        records ->
            List.of(
                output(records.get(0), "same", records.get(0)),
                output(records.get(0), "same", records.get(0)));

    assertThat(ids(twice, Fixture.records("a"))).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void messageId_sameFirstInputAndMoreOthers_differs() {
    List<String> few = ids(Transformed::byKey, Fixture.records("a", "a"));
    List<String> more = ids(Transformed::byKey, Fixture.records("a", "a", "a"));

    assertThat(few).doesNotContainAnyElementsOf(more);
  }

  @Test
  void messageId_sameBatchAgain_isTheSame() {
    assertThat(ids(Transformed::byKey, Fixture.records("a", "b", "a")))
        .isEqualTo(ids(Transformed::byKey, Fixture.records("a", "b", "a")));
  }

  @Test
  void messageId_sameInputsInAnotherBatch_isTheSame() {
    FanoutRecord[] records = Fixture.records("a", "b", "b");

    assertThat(ids(Transformed::byKey, records[1], records[2]))
        .isEqualTo(ids(Transformed::byKey, records).subList(1, 2));
  }

  @Test
  void messageId_inputsInAnotherOrderAndTwice_isTheSame() {
    BatchTransform plain =
        records -> List.of(output(records.get(0), "x", records.get(0), records.get(1)));
    BatchTransform odd =
        records ->
            List.of(output(records.get(0), "x", records.get(1), records.get(0), records.get(1)));

    assertThat(ids(odd, Fixture.records("a", "b")))
        .isEqualTo(ids(plain, Fixture.records("a", "b")));
  }

  @Test
  void recordId_ofOutputs_namesTheRecordAndIsUnique() {
    try (Fixture fixture =
        given.fixture(
            records ->
                List.of(
                    output(records.get(0), "x", records.get(0)),
                    output(records.get(0), "y", records.get(0))),
            row().build())) {
      fixture.process(Fixture.records("a"));

      assertThat(given.target.records("t"))
          .extracting(FanoutRecord::id)
          .doesNotHaveDuplicates()
          .allSatisfy(id -> assertThat(id).matches(Fixture.SHARD + ":0/[0-9a-f]{32}"));
    }
  }
}
