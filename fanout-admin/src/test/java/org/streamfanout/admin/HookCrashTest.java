package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.admin.HookFixture.NOTHING;
import static org.streamfanout.admin.HookFixture.STREAM;
import static org.streamfanout.admin.HookFixture.TABLE_STREAM;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever runs a command dies at each of its calls in turn, before the call takes effect and after
 * it: at no moment is an answer taken for a success that is none, and the same command again ends
 * where one without an accident does.
 */
class HookCrashTest {
  private static final HookSource SOURCE = HookSource.of(STREAM);
  private static final String REPORTING =
      "{'EventSourceArn':'%s','BatchSize':100,"
          + "'FunctionResponseTypes':['ReportBatchItemFailures']}";
  private static final String SILENT = "{'EventSourceArn':'%s','BatchSize':100}";

  private static HookFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new HookFixture();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @BeforeEach
  void reset() {
    fixture.lambda.reset();
  }

  private static void speaking() {
    fixture.lambda.function("fanout", 30, Map.of("FANOUT_PARTIAL_RESPONSES", "true", "A", "b"));
  }

  private static Arguments scenario(
      String name, Consumer<HookFixture> before, Function<HookFixture, HookPlan> command) {
    return Arguments.of(name, before, command);
  }

  static Stream<Arguments> scenarios() {
    return Stream.of(
        scenario(
            "hook of a consumer that is registered",
            all -> all.lambda.mapping("fanout", REPORTING.formatted(TABLE_STREAM)),
            all ->
                all.hook(
                    HookSource.consumer(STREAM, "c"),
                    HookSettings.builder().createConsumer(true).build())),
        scenario(
            "partial responses switched on everywhere",
            all -> {
              all.lambda.mapping("fanout", SILENT.formatted(TABLE_STREAM));
              all.lambda.mapping("fanout", SILENT.formatted(STREAM));
            },
            all -> all.hook(SOURCE, HookSettings.builder().partialResponses(true).build())),
        scenario(
            "partial responses mended, on both sides",
            all -> {
              speaking();
              all.lambda.mapping("fanout", REPORTING.formatted(TABLE_STREAM));
              all.lambda.mapping("fanout", REPORTING.formatted(STREAM));
              all.lambda.mapping("fanout", REPORTING.formatted(STREAM + "2"));
            },
            all ->
                all.hook(
                    SOURCE, HookSettings.builder().batchSize(7).partialResponses(true).build())),
        scenario(
            "partial responses switched off",
            all -> {
              speaking();
              all.lambda.mapping("fanout", REPORTING.formatted(TABLE_STREAM));
              all.lambda.mapping("fanout", REPORTING.formatted(STREAM));
            },
            all -> all.hook(SOURCE, HookSettings.builder().partialResponses(false).build())),
        scenario(
            "hook of a topic that cannot report",
            all -> {
              speaking();
              all.lambda.mapping("fanout", REPORTING.formatted(STREAM));
            },
            all -> all.hook(HookSource.kafka("a:9092", "orders"), NOTHING)),
        scenario(
            "unhook",
            all -> {
              speaking();
              all.lambda.mapping("fanout", REPORTING.formatted(STREAM));
            },
            all -> all.planner().unhook(SOURCE)),
        scenario(
            "pause",
            all -> all.lambda.mapping("fanout", SILENT.formatted(STREAM)),
            all -> all.planner().pause(SOURCE)),
        scenario(
            "resume",
            all -> {
              all.lambda.mapping("fanout", REPORTING.formatted(STREAM));
              all.planner().pause(SOURCE).carryOut();
            },
            all -> all.planner().resume(SOURCE)));
  }

  private record End(List<JsonNode> mappings, Map<String, String> variables, int consumers) {
    static End of(HookFixture fixture) {
      return new End(
          fixture.lambda.mappings(),
          fixture.lambda.variables("fanout"),
          fixture.lambda.consumers());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scenarios")
  void command_endedAtAnyCall_losesNothingAndIsCompletedByTheNext(
      String name, Consumer<HookFixture> before, Function<HookFixture, HookPlan> command) {
    before.accept(fixture);
    int start = fixture.lambda.calls().size();
    command.apply(fixture).carryOut();
    int calls = fixture.lambda.calls().size() - start;
    End wanted = End.of(fixture);
    assertThat(fixture.lambda.hazards()).isEmpty();
    assertThat(calls).isGreaterThan(3);

    for (int call = 1; call <= calls; call++) {
      for (boolean afterwards : new boolean[] {false, true}) {
        fixture.lambda.reset();
        before.accept(fixture);
        fixture.lambda.dieAt(fixture.lambda.calls().size() + call, afterwards);
        String where = name + ", " + (afterwards ? "after" : "before") + " call " + call;
        assertThat(dies(command)).as(where).isTrue();

        fixture.lambda.live();
        command.apply(fixture).carryOut();

        assertThat(End.of(fixture)).as(where).isEqualTo(wanted);
        assertThat(fixture.lambda.hazards()).as(where).isEmpty();
      }
    }
  }

  private static boolean dies(Function<HookFixture, HookPlan> command) {
    try {
      command.apply(fixture).carryOut();
      return false;
    } catch (AdminException e) {
      return e.getMessage().contains("CallerIsDead") || e.getMessage().contains("has died");
    }
  }

  @Test
  void standIn_wrongOrder_isNoticed() {
    fixture.lambda.function("fanout", 30, Map.of("FANOUT_PARTIAL_RESPONSES", "true"));
    String uuid = fixture.lambda.mapping("fanout", REPORTING.formatted(STREAM));
    fixture.lambda.change(uuid, "{'FunctionResponseTypes':[]}");

    assertThat(fixture.lambda.hazards()).singleElement().asString().contains("speaks");
  }
}
