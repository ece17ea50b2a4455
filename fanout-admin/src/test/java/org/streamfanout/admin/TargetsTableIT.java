package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.streamfanout.admin.TableFixture.STREAM;
import static org.streamfanout.admin.TableFixture.row;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Against DynamoDB Local. */
class TargetsTableIT {
  /** As aws-lambda-fanout's register writes it, with columns that somebody added. */
  private static final Map<String, AttributeValue> ORIGINAL =
      Map.of(
          "type", AttributeValue.fromS("sns"),
          "destination", AttributeValue.fromS("arn:aws:sns:eu-west-1:123456789012:topic"),
          "active", AttributeValue.fromBool(true),
          "collapse", AttributeValue.fromS("JSON"),
          "parallel", AttributeValue.fromBool(true),
          "convertDDB", AttributeValue.fromBool(false),
          "deaggregate", AttributeValue.fromBool(false),
          "owners", AttributeValue.fromSs(List.of("a", "b")),
          "badge", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, 1, -1})),
          "cost", AttributeValue.fromN("12345678901234567890.5"));

  private static TableFixture fixture;

  private final TargetsTable table = fixture.table();

  @BeforeAll
  static void start() {
    fixture = new TableFixture();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @BeforeEach
  void createTable() {
    fixture.create();
  }

  @AfterEach
  void deleteTable() {
    fixture.delete();
  }

  @Test
  void change_ofOneColumn_leavesTheOthersBitForBit() {
    fixture.put("t", ORIGINAL);

    assertThat(
            table.change(STREAM, "t", new RowChange(Map.of("parallel", false), Set.of("collapse"))))
        .isTrue();

    Map<String, AttributeValue> wanted = new LinkedHashMap<>(ORIGINAL);
    wanted.put("parallel", AttributeValue.fromBool(false));
    wanted.remove("collapse");
    wanted.put("sourceArn", AttributeValue.fromS(STREAM));
    wanted.put("id", AttributeValue.fromS("t"));
    assertThat(fixture.item("t")).isEqualTo(wanted);
  }

  @Test
  void change_ofARowThatIsNotThere_addsNone() {
    assertThat(table.change(STREAM, "t", new RowChange(Map.of("active", true), Set.of())))
        .isFalse();
    assertThat(table.rows()).isEmpty();
  }

  @Test
  void change_ofNothingOrTheKey_isRefused() {
    assertThatThrownBy(() -> table.change(STREAM, "t", new RowChange(Map.of(), Set.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> table.change(STREAM, "t", new RowChange(Map.of("id", "u"), Set.of())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void add_whereThereIsOne_leavesIt() {
    fixture.put("t", ORIGINAL);

    assertThat(table.add(row("t", "type", "sqs"))).isFalse();
    assertThat(table.find(STREAM, "t").orElseThrow().text("type")).isEqualTo("sns");
  }

  @Test
  void add_writesBooleansNumbersAndMapsAsTheOriginalDid() {
    assertThat(
            table.add(
                row(
                    "t",
                    "active",
                    false,
                    "maxInFlight",
                    4L,
                    "role",
                    null,
                    "options",
                    Map.of("format", "raw"))))
        .isTrue();

    assertThat(fixture.item("t"))
        .containsEntry("active", AttributeValue.fromBool(false))
        .containsEntry("maxInFlight", AttributeValue.fromN("4"))
        .containsEntry(
            "options", AttributeValue.fromM(Map.of("format", AttributeValue.fromS("raw"))))
        .doesNotContainKey("role");
  }

  @Test
  void remove_twice_saysWhetherThereWasOne() {
    fixture.put("t", ORIGINAL);

    assertThat(table.remove(STREAM, "t")).isTrue();
    assertThat(table.remove(STREAM, "t")).isFalse();
    assertThat(table.find(STREAM, "t")).isEmpty();
  }

  /** A page holds 1 MB. */
  @Test
  void rows_ofSeveralPages_areAllThere() {
    String long40k = "x".repeat(40_000);
    IntStream.range(0, 60)
        .forEach(
            number ->
                fixture.put(
                    String.format("t%03d", number), Map.of("note", AttributeValue.fromS(long40k))));

    List<String> ids =
        IntStream.range(0, 60).mapToObj(number -> String.format("t%03d", number)).toList();
    assertThat(table.rows(STREAM)).extracting(StoredTarget::id).isEqualTo(ids);
    assertThat(table.rows()).extracting(StoredTarget::id).isEqualTo(ids);
    assertThat(table.rows(STREAM + "2")).isEmpty();
  }

  @Test
  void anything_withoutTheTable_saysWhatToCheck() {
    TargetsTable other = TargetsTable.of(fixture.client(), "nowhereTargets");

    assertThatThrownBy(other::rows)
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("'nowhereTargets' is not there")
        .hasMessageContaining("--region");
    assertThatThrownBy(() -> other.add(row("t"))).isInstanceOf(AdminException.class);
    assertThatThrownBy(() -> other.remove(STREAM, "t")).isInstanceOf(AdminException.class);
  }
}
