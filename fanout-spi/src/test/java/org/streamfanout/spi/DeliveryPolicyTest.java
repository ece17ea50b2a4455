package org.streamfanout.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeliveryPolicyTest {
  private static Map<String, Object> row(Object... more) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("sourceArn", "arn:aws:kinesis:us-east-1:123456789012:stream/in");
    row.put("id", "one");
    row.put("type", "sqs");
    row.put("destination", "https://sqs.us-east-1.amazonaws.com/123456789012/q");
    for (int index = 0; index < more.length; index += 2) {
      row.put((String) more[index], more[index + 1]);
    }
    return row;
  }

  private static List<String> problems(Object... more) {
    try {
      TargetConfig.fromRow(row(more));
      return List.of();
    } catch (InvalidTargetException e) {
      return e.problems();
    }
  }

  @Test
  void fromRow_noneOfTheColumns_hasTheDefaults() {
    DeliveryPolicy policy = TargetConfig.fromRow(row()).delivery();

    assertThat(policy).isEqualTo(DeliveryPolicy.DEFAULT);
    assertThat(policy.maxAttempts()).isNull();
    assertThat(policy.maxRecordAge()).isNull();
    assertThat(policy.onOpen()).isNull();
    assertThat(policy.maxRecordsPerSecond()).isNull();
    assertThat(policy.maxBytesPerSecond()).isNull();
    assertThat(policy.retryBudgetPercent()).isEqualTo(10);
  }

  @Test
  void toRow_andBack_everyColumnIsKept() {
    Map<String, Object> row =
        row(
            "onFailure",
            "DEAD_LETTER",
            "deadLetter",
            "letters",
            "maxAttempts",
            3,
            "maxRecordAge",
            3_600L,
            "onOpen",
            "PARK",
            "maxRecordsPerSecond",
            500L,
            "maxBytesPerSecond",
            1_000_000L,
            "retryBudget",
            25);
    TargetConfig target = TargetConfig.fromRow(row);

    assertThat(target.delivery())
        .isEqualTo(
            DeliveryPolicy.builder()
                .maxAttempts(3)
                .maxRecordAge(Duration.ofHours(1))
                .onOpen(OnOpen.PARK)
                .maxRecordsPerSecond(500L)
                .maxBytesPerSecond(1_000_000L)
                .retryBudgetPercent(25)
                .build());
    assertThat(target.toRow()).containsAllEntriesOf(row);
    assertThat(TargetConfig.fromRow(target.toRow())).isEqualTo(target);
    assertThat(target.toBuilder().build()).isEqualTo(target);
    assertThat(target.delivery().toBuilder().build()).isEqualTo(target.delivery());
    assertThat(target.unknownColumns()).isEmpty();
  }

  @Test
  void fromRow_defaults_areNotWritten() {
    assertThat(TargetConfig.fromRow(row("retryBudget", 10)).toRow())
        .doesNotContainKeys("onOpen", "retryBudget", "maxAttempts", "maxRecordAge");
  }

  @Test
  void onOpen_notChosen_followsOnFailure() {
    assertThat(TargetConfig.fromRow(row()).onOpen()).isEqualTo(OnOpen.HOLD);
    assertThat(TargetConfig.fromRow(row("onFailure", "DROP")).onOpen()).isEqualTo(OnOpen.HOLD);
    assertThat(
            TargetConfig.fromRow(row("onFailure", "DEAD_LETTER", "deadLetter", "letters")).onOpen())
        .isEqualTo(OnOpen.PARK);
    // That says how long they may wait.
    assertThat(
            TargetConfig.fromRow(
                    row("onFailure", "DEAD_LETTER", "deadLetter", "letters", "maxRecordAge", 60))
                .onOpen())
        .isEqualTo(OnOpen.HOLD);
  }

  @Test
  void onOpen_chosen_winsAndIsWritten() {
    TargetConfig target =
        TargetConfig.fromRow(
            row("onFailure", "DEAD_LETTER", "deadLetter", "letters", "onOpen", "hold"));

    assertThat(target.onOpen()).isEqualTo(OnOpen.HOLD);
    assertThat(target.toRow()).containsEntry("onOpen", "HOLD");
    assertThat(TargetConfig.fromRow(target.toRow())).isEqualTo(target);
  }

  @Test
  void fromRow_numbersOutOfRange_areProblemsWithTheRange() {
    assertThat(
            problems(
                "maxAttempts", 1_001,
                "maxRecordAge", 0,
                "maxRecordsPerSecond", "1.5",
                "maxBytesPerSecond", -1,
                "retryBudget", 1_001,
                "onOpen", "PANIC"))
        .hasSize(6)
        .anySatisfy(each -> assertThat(each).contains("maxAttempts").contains("1 to 1000"))
        .anySatisfy(each -> assertThat(each).contains("maxRecordAge").contains("from 1"))
        .anySatisfy(each -> assertThat(each).contains("maxRecordsPerSecond").contains("1.5"))
        .anySatisfy(each -> assertThat(each).contains("maxBytesPerSecond").contains("-1"))
        .anySatisfy(each -> assertThat(each).contains("retryBudget").contains("1 to 1000"))
        .anySatisfy(each -> assertThat(each).contains("onOpen").contains("[HOLD, PARK, SHED]"));
  }

  @Test
  void fromRow_everyWrongCombination_saysWhatToDo() {
    assertThat(problems("maxRecordAge", 60)).singleElement().asString().contains("DEAD_LETTER");
    assertThat(problems("onOpen", "PARK"))
        .singleElement()
        .asString()
        .contains("is HOLD; set onFailure=DEAD_LETTER and 'deadLetter'");
    assertThat(problems("onOpen", "PARK", "onFailure", "DROP"))
        .singleElement()
        .asString()
        .contains("is DROP; set onFailure=DEAD_LETTER and 'deadLetter'");
    assertThat(problems("onOpen", "SHED"))
        .singleElement()
        .asString()
        .contains("set onFailure=DROP or DEAD_LETTER, or onOpen=HOLD");
    assertThat(problems("onOpen", "SHED", "maxRecordAge", 1)).hasSize(2);
    // What cannot be read is said once, not twice.
    assertThat(problems("onOpen", "SHED", "onFailure", "EXPLODE")).hasSize(1);
  }

  @Test
  void fromRow_combinationsThatFit_haveNoProblem() {
    for (String onFailure : List.of("DROP", "DEAD_LETTER")) {
      for (String onOpen : List.of("HOLD", "SHED")) {
        assertThat(problems("onFailure", onFailure, "onOpen", onOpen, "maxRecordAge", 1)).isEmpty();
      }
    }
    assertThat(problems("onFailure", "DEAD_LETTER", "onOpen", "PARK", "maxRecordAge", 1)).isEmpty();
    assertThat(problems("maxAttempts", 1, "retryBudget", 1, "maxRecordsPerSecond", 1)).isEmpty();
  }

  @Test
  void build_inCode_checksTheSame() {
    TargetConfig.Builder target =
        TargetConfig.builder(
                Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/in"), "t", "sqs", "q")
            .delivery(DeliveryPolicy.builder().onOpen(OnOpen.PARK).build());
    assertThatThrownBy(target::build)
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("onFailure=DEAD_LETTER");
    assertThat(target.onFailure(OnFailure.DEAD_LETTER).deadLetter("d").build().delivery().onOpen())
        .isEqualTo(OnOpen.PARK);

    DeliveryPolicy.Builder wrong =
        DeliveryPolicy.builder()
            .maxAttempts(0)
            .retryBudgetPercent(0)
            .maxBytesPerSecond(0L)
            .maxRecordsPerSecond(0L)
            .maxRecordAge(Duration.ofMillis(1_500));
    assertThatThrownBy(wrong::build)
        .isInstanceOfSatisfying(
            InvalidTargetException.class, e -> assertThat(e.problems()).hasSize(5));
  }
}
