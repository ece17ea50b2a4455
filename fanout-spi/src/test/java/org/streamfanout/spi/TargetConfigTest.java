package org.streamfanout.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetConfigTest {
  private static final String STREAM = "arn:aws:kinesis:us-east-1:123456789012:stream/in";

  private static Map<String, Object> row(Object... more) {
    Map<String, Object> row = new HashMap<>();
    row.put("sourceArn", STREAM);
    row.put("id", "one");
    row.put("type", "sqs");
    row.put("destination", "https://sqs.us-east-1.amazonaws.com/123456789012/q");
    for (int index = 0; index < more.length; index += 2) {
      row.put((String) more[index], more[index + 1]);
    }
    return row;
  }

  private static List<String> problems(Map<String, Object> row) {
    try {
      TargetConfig.fromRow(row);
      return List.of();
    } catch (InvalidTargetException e) {
      return e.problems();
    }
  }

  @Test
  void fromRow_rowOfTheOriginal_hasItsDefaults() {
    TargetConfig target = TargetConfig.fromRow(row());

    assertThat(target.active()).isFalse();
    assertThat(target.parallel()).isTrue();
    assertThat(target.ordering()).isEqualTo(Ordering.NONE);
    assertThat(target.collapse()).isNull();
    assertThat(target.convertDdb()).isFalse();
    assertThat(target.deaggregate()).isFalse();
    assertThat(target.onFailure()).isEqualTo(OnFailure.HOLD);
    assertThat(target.oversize()).isEqualTo(Oversize.REJECT);
    assertThat(target.maxInFlight()).isEqualTo(2);
    assertThat(target.unknownColumns()).isEmpty();
  }

  @Test
  void fromRow_flagsAsTextOrBoolean_readStrictly() {
    TargetConfig target =
        TargetConfig.fromRow(
            row("convertDDB", "false", "deaggregate", "true", "active", true, "parallel", "false"));

    assertThat(target.convertDdb()).isFalse();
    assertThat(target.deaggregate()).isTrue();
    assertThat(target.active()).isTrue();
    assertThat(target.ordering()).isEqualTo(Ordering.BATCH);
  }

  @Test
  void fromRow_orderingColumn_winsOverParallel() {
    assertThat(TargetConfig.fromRow(row("parallel", false, "ordering", "key")).ordering())
        .isEqualTo(Ordering.KEY);
  }

  @Test
  void fromRow_nullColumns_areAbsent() {
    TargetConfig target = TargetConfig.fromRow(row("role", null, "externalId", null, "x", null));

    assertThat(target.role()).isNull();
    assertThat(target.unknownColumns()).isEmpty();
  }

  @Test
  void fromRow_everyProblem_isListed() {
    Map<String, Object> row =
        row(
            "convertDDB",
            "yes",
            "ordering",
            "random",
            "onFailure",
            "EXPLODE",
            "maxInFlight",
            0,
            "maxBatchBytes",
            "1.5",
            "options",
            "format=raw",
            "filter",
            7);
    row.put("sourceArn", "in");
    row.remove("destination");

    assertThat(problems(row))
        .hasSize(9)
        .anySatisfy(problem -> assertThat(problem).contains("sourceArn"))
        .anySatisfy(problem -> assertThat(problem).contains("destination"))
        .anySatisfy(problem -> assertThat(problem).contains("convertDDB").contains("yes"))
        .anySatisfy(problem -> assertThat(problem).contains("ordering").contains("random"))
        .anySatisfy(problem -> assertThat(problem).contains("onFailure"))
        .anySatisfy(problem -> assertThat(problem).contains("maxInFlight"))
        .anySatisfy(problem -> assertThat(problem).contains("maxBatchBytes").contains("1.5"))
        .anySatisfy(problem -> assertThat(problem).contains("options"))
        .anySatisfy(problem -> assertThat(problem).contains("filter"));
  }

  @Test
  void fromRow_unknownColumns_areKept() {
    TargetConfig target = TargetConfig.fromRow(row("endpoint", "evil.example", "note", "mine"));

    assertThat(target.unknownColumns())
        .containsEntry("endpoint", "evil.example")
        .containsEntry("note", "mine");
    assertThat(target.toRow()).containsEntry("note", "mine");
  }

  @Test
  void toRow_andBack_isTheSameTarget() {
    TargetConfig target =
        TargetConfig.fromRow(
            row(
                "active",
                true,
                "role",
                "arn:aws:iam::123456789012:role/r",
                "externalId",
                "x",
                "region",
                "eu-west-1",
                "collapse",
                "concat-b64",
                "parallel",
                false,
                "convertDDB",
                true,
                "deaggregate",
                true,
                "appendNewlines",
                true,
                "wholeChange",
                true,
                "passthrough",
                true,
                "ordering",
                "SHARD",
                "onFailure",
                "DEAD_LETTER",
                "deadLetter",
                "dlq",
                "oversize",
                "CLAIM_CHECK",
                "claimCheck",
                "s3://bucket/prefix",
                "filter",
                "{\"data\":{\"a\":[1]}}",
                "transform",
                "mask",
                "maxInFlight",
                new BigDecimal(4),
                "maxMessages",
                5,
                "maxBatchBytes",
                6_000L,
                "maxMessageBytes",
                "700",
                "options",
                Map.of("format", "raw", "n", 1, "b", true),
                "unknown",
                "kept"));

    assertThat(TargetConfig.fromRow(target.toRow())).isEqualTo(target);
    assertThat(target.toBuilder().build()).isEqualTo(target);
    assertThat(target.options()).containsEntry("n", "1").containsEntry("b", "true");
  }

  @Test
  void lower_rowLimits_onlyGoDown() {
    TargetConfig target =
        TargetConfig.fromRow(
            row("maxMessages", 5, "maxMessageBytes", 1_000_000, "maxBatchBytes", 50));

    assertThat(target.lower(Limits.of(10, 1_000, 100))).isEqualTo(Limits.of(5, 50, 50));
    assertThat(target.lower(Limits.of(3, 40, 40))).isEqualTo(Limits.of(3, 40, 40));
  }

  @Test
  void build_numbersOutOfRange_areRefused() {
    assertThatThrownBy(
            () -> TargetConfig.builder(Source.of(STREAM), "", "sqs", "q").maxInFlight(0).build())
        .asInstanceOf(type(InvalidTargetException.class))
        .satisfies(e -> assertThat(e.problems()).hasSize(2));
  }

  @Test
  void targets_ofRows_tellsActiveInvalidAndInactiveApart() {
    Targets targets =
        Targets.ofRows(
            List.of(
                row("id", "good", "active", true),
                row("id", "off"),
                row("id", "offAndBroken", "active", "false", "ordering", "?"),
                row("id", "broken", "active", true, "ordering", "?"),
                row("id", "odd", "active", "yes"),
                row("id", "twice", "active", true),
                row("id", "twice")));

    assertThat(targets.valid()).extracting(TargetConfig::id).containsExactly("good");
    assertThat(targets.invalid())
        .extracting(Targets.Invalid::id)
        .containsExactlyInAnyOrder("broken", "odd", "twice");
    assertThat(targets.inactive()).containsExactlyInAnyOrder("off", "offAndBroken");
    assertThat(targets.isEmpty()).isFalse();
    assertThat(Targets.ofRows(List.of()).isEmpty()).isTrue();
  }
}
