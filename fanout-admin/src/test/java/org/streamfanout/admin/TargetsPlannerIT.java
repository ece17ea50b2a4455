package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;
import static org.streamfanout.admin.TableFixture.STREAM;
import static org.streamfanout.admin.TableFixture.row;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.testkit.InMemoryTarget;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Plans over a table in DynamoDB Local, with the kit's provider of the type {@code memory}. */
class TargetsPlannerIT {
  private static final String TYPE = "memory";

  private static TableFixture fixture;
  private static TargetCheck check;

  private final TargetsTable table = fixture.table();
  private final TargetsPlanner planner = new TargetsPlanner(table, check);

  @BeforeAll
  static void start() {
    fixture = new TableFixture();
    check = TargetCheck.of(Map.of(), List.of(InMemoryTarget.ofType(TYPE)));
  }

  @AfterAll
  static void stop() {
    check.close();
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

  private static RowChange set(String column, Object value) {
    return new RowChange(Map.of(column, value), Set.of());
  }

  private StoredTarget stored(String id, Object... columns) {
    StoredTarget row = row(id, columns);
    assertThat(table.add(row)).isTrue();
    return row;
  }

  @Test
  void register_newRow_isAddedByCarryOutAlone() {
    RowPlan plan = planner.register(row("t", "type", TYPE, "destination", "x"));

    assertThat(plan.kind()).isEqualTo(RowPlan.Kind.ADD);
    assertThat(table.rows()).isEmpty();
    plan.carryOut(table);
    assertThat(table.rows()).extracting(StoredTarget::id).containsExactly("t");
  }

  @Test
  void register_inactiveRowWithProblems_tellsThemAll() {
    assertThatThrownBy(
            () ->
                planner.register(
                    row("t", "type", TYPE, "destination", "x", "ordering", "?", "maxInFlight", 0)))
        .isInstanceOf(AdminException.class)
        .extracting(thrown -> ((AdminException) thrown).problems(), LIST)
        .hasSize(2);
  }

  @Test
  void register_theSameAgain_changesNothing() {
    stored("t", "type", TYPE, "destination", "x", "maxInFlight", 4L);

    assertThat(
            planner.register(row("t", "type", TYPE, "destination", "x", "maxInFlight", 4)).kind())
        .isEqualTo(RowPlan.Kind.NONE);
  }

  @Test
  void register_anotherRowOfThatId_isRefusedWithTheDifference() {
    stored("t", "type", TYPE, "destination", "x");

    assertThatThrownBy(() -> planner.register(row("t", "type", TYPE, "destination", "y")))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("registered already")
        .hasMessageContaining("differs in destination");
  }

  /** Both rows are written switched off, and switched on later. */
  @Test
  void register_deadLettersOfAnInactiveRow_areSound() {
    stored("letters", "type", TYPE, "destination", "x", "deadLetterOnly", true, "active", false);

    RowPlan plan =
        planner.register(
            row(
                "t",
                "type",
                TYPE,
                "destination",
                "x",
                "onFailure",
                "DEAD_LETTER",
                "deadLetter",
                "letters"));

    assertThat(plan.kind()).isEqualTo(RowPlan.Kind.ADD);
  }

  @Test
  void update_brokenRow_canBeMendedStepByStep() {
    stored(
        "t", "type", TYPE, "destination", "x", "ordering", "?", "maxInFlight", 0, "active", true);

    RowPlan first = planner.update(STREAM, "t", set("ordering", "KEY"));
    assertThat(first.kind()).isEqualTo(RowPlan.Kind.CHANGE);
    assertThat(first.warnings()).singleElement().asString().contains("maxInFlight");
    first.carryOut(table);

    assertThat(planner.update(STREAM, "t", set("maxInFlight", 2)).warnings()).isEmpty();
  }

  @Test
  void update_thatBreaksTheRow_isRefused() {
    stored("t", "type", TYPE, "destination", "x", "active", true);

    assertThatThrownBy(() -> planner.update(STREAM, "t", set("ordering", "?")))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("ordering");
  }

  @Test
  void update_switchingABrokenRowOn_isRefusedAndOffIsNot() {
    stored("t", "type", TYPE, "destination", "x", "ordering", "?", "active", false);

    assertThatThrownBy(() -> planner.update(STREAM, "t", set("active", true)))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("ordering");
    assertThat(planner.update(STREAM, "t", set("active", false)).kind())
        .isEqualTo(RowPlan.Kind.NONE);
  }

  @Test
  void update_whatIsSoAlready_writesNothing() {
    stored("t", "type", TYPE, "destination", "x", "maxInFlight", 4);

    RowPlan plan = planner.update(STREAM, "t", set("maxInFlight", 4L));

    assertThat(plan.kind()).isEqualTo(RowPlan.Kind.NONE);
    plan.carryOut(table);
  }

  @Test
  void update_rowThatIsNotThere_isRefused() {
    assertThatThrownBy(() -> planner.update(STREAM, "t", set("active", true)))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("no target 't'");
  }

  @Test
  void unregister_whereActiveRowsSendDeadLetters_isRefused() {
    stored("letters", "type", TYPE, "destination", "x", "deadLetterOnly", true, "active", true);
    stored("t", "type", TYPE, "destination", "x", "deadLetter", "letters", "active", true);

    assertThatThrownBy(() -> planner.unregister(STREAM, "letters"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("'t' sends its dead letters to 'letters'");
    assertThat(planner.unregister(STREAM, "nobody")).isEmpty();
  }

  @Test
  void carryOut_whatSomebodyElseHasDone_isRefusedUnlessWanted() {
    RowPlan adds = planner.register(row("t", "type", TYPE, "destination", "x"));
    stored("t", "type", TYPE, "destination", "y");
    RowPlan changes = planner.update(STREAM, "t", set("maxInFlight", 3));
    RowPlan removes = planner.unregister(STREAM, "t").get(0);

    assertThatThrownBy(() -> adds.carryOut(table)).hasMessageContaining("was added");
    table.remove(STREAM, "t");
    assertThatThrownBy(() -> changes.carryOut(table)).hasMessageContaining("was removed");
    removes.carryOut(table);
    assertThat(table.rows()).isEmpty();
  }

  @Test
  void problems_textThatIsNoBoolean_isOne() {
    fixture.put(
        "t",
        Map.of(
            "type", AttributeValue.fromS(TYPE),
            "destination", AttributeValue.fromS("x"),
            "convertDDB", AttributeValue.fromS("false"),
            "deaggregate", AttributeValue.fromS("yes")));

    StoredTarget row = table.find(STREAM, "t").orElseThrow();
    assertThat(check.problems(row, List.of(row)))
        .singleElement()
        .asString()
        .contains("'deaggregate' is 'yes'");
  }

  // ---------------------------------------------------------------- a file

  private void carryOut(List<RowPlan> plans) {
    plans.forEach(plan -> plan.carryOut(table));
  }

  @Test
  void replace_rowsOfAFile_areAddedChangedAndLeft() {
    stored("changed", "type", TYPE, "destination", "x", "maxInFlight", 4, "owner", "me");
    stored("same", "type", TYPE, "destination", "x");
    stored("other", "type", TYPE, "destination", "x");

    List<RowPlan> plans =
        planner.replace(
            List.of(
                row("new", "type", TYPE, "destination", "x"),
                row("changed", "type", TYPE, "destination", "y"),
                row("same", "type", TYPE, "destination", "x")),
            false);
    carryOut(plans);

    assertThat(plans)
        .extracting(RowPlan::kind)
        .containsExactly(RowPlan.Kind.NONE, RowPlan.Kind.ADD, RowPlan.Kind.CHANGE);
    assertThat(table.find(STREAM, "changed").orElseThrow().columns())
        .containsEntry("destination", "y")
        .containsEntry("owner", "me")
        .doesNotContainKey("maxInFlight");
    assertThat(table.rows()).extracting(StoredTarget::id).contains("other", "new");
  }

  @Test
  void replace_again_isNothing() {
    List<StoredTarget> rows =
        List.of(
            row("a", "type", TYPE, "destination", "x", "maxInFlight", 3),
            row("b", "type", TYPE, "destination", "x"));
    carryOut(planner.replace(rows, true));

    assertThat(planner.replace(rows, true))
        .extracting(RowPlan::kind)
        .containsOnly(RowPlan.Kind.NONE);
    assertThat(
            planner.replace(TargetsFile.YAML.read(TargetsFile.YAML.write(table.rows()), "f"), true))
        .extracting(RowPlan::kind)
        .containsOnly(RowPlan.Kind.NONE);
  }

  /** After each step there is no row that names one which is not there. */
  @Test
  void replace_deadLetterRows_comeFirstAndGoLast() {
    StoredTarget letters =
        row("letters", "type", TYPE, "destination", "x", "deadLetterOnly", true, "active", true);
    stored("old", "type", TYPE, "destination", "x", "deadLetterOnly", true, "active", true);
    stored(
        "t",
        "type",
        TYPE,
        "destination",
        "x",
        "onFailure",
        "DEAD_LETTER",
        "deadLetter",
        "old",
        "active",
        true);
    StoredTarget moved =
        row(
            "t",
            "type",
            TYPE,
            "destination",
            "x",
            "onFailure",
            "DEAD_LETTER",
            "deadLetter",
            "letters",
            "active",
            true);

    List<RowPlan> plans = planner.replace(List.of(moved, letters), true);

    for (RowPlan plan : plans) {
      plan.carryOut(table);
      List<StoredTarget> rows = table.rows(STREAM);
      assertThat(rows).allSatisfy(row -> assertThat(check.problems(row, rows)).isEmpty());
    }
    assertThat(table.rows()).extracting(StoredTarget::id).containsExactly("letters", "t");
  }

  @Test
  void replace_pruningWhatARowStillNames_isRefused() {
    stored("letters", "type", TYPE, "destination", "x", "deadLetterOnly", true, "active", true);

    assertThatThrownBy(
            () ->
                planner.replace(
                    List.of(
                        row(
                            "t",
                            "type",
                            TYPE,
                            "destination",
                            "x",
                            "onFailure",
                            "DEAD_LETTER",
                            "deadLetter",
                            "letters",
                            "active",
                            true)),
                    true))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("letters");
    assertThat(table.rows()).hasSize(1);
  }

  @Test
  void replace_everyProblemOfEveryRow_isToldAndNothingPlanned() {
    assertThatThrownBy(
            () ->
                planner.replace(
                    List.of(
                        row("a", "type", TYPE, "destination", "x", "ordering", "?"),
                        row("b", "type", "nothing", "destination", "x"),
                        row("c", "type", TYPE, "destination", "x"),
                        row("c", "type", TYPE, "destination", "x")),
                    false))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("'a': ")
        .hasMessageContaining("'b': ")
        .hasMessageContaining("'c': it is there twice");
  }

  @Test
  void replace_rowThatWasBroken_mayStayAsBroken() {
    stored("t", "type", TYPE, "destination", "x", "ordering", "?", "active", true);

    List<RowPlan> plans =
        planner.replace(
            List.of(row("t", "type", TYPE, "destination", "x", "ordering", "?", "active", true)),
            false);

    assertThat(plans).extracting(RowPlan::kind).containsExactly(RowPlan.Kind.NONE);
  }

  @Test
  void replace_rowOfTheTableTwice_isRefused() {
    stored("t", "type", TYPE, "destination", "x");
    StoredTarget one = row("t", "type", TYPE, "destination", "y");
    StoredTarget other = row("t", "type", TYPE, "destination", "z");

    for (boolean prune : new boolean[] {false, true}) {
      assertThatThrownBy(() -> planner.replace(List.of(one, other), prune))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("'t': it is there twice");
    }
  }

  /** The registry asks for a consumer's stream, and for bootstrap servers in order. */
  @Test
  void replace_sourceWhereNobodyLooks_isRefused() {
    for (String source : List.of(STREAM + "/consumer/c:1", "kafka://b:9092,a:9092/orders")) {
      StoredTarget row =
          StoredTarget.of(Map.of("sourceArn", source, "id", "t", "type", TYPE, "destination", "x"));

      assertThatThrownBy(() -> planner.replace(List.of(row), false))
          .isInstanceOf(AdminException.class)
          .hasMessageContaining("where no host looks; write it as '");
    }
  }
}
