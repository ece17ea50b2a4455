package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.Ledger;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.Targets;

class WorkerStatusTest {
  private static final Source SOURCE = Source.of(Cli.STREAM);
  private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

  private final History history = new History();
  private long difference;
  private Map<Source, Instant> staleSince = Map.of();
  private Duration retention = Duration.ofDays(1);

  private static WorkerNumbers.Target counted(
      String id, Ledger.@Nullable Held held, WorkerNumbers.Breaker breaker) {
    return new WorkerNumbers.Target(
        SOURCE,
        id,
        "http",
        new TargetCounts(21, 1, 2, 3, 4, 5, 0, 6, 9, 8),
        Map.of("retryable", 7L, "accepted", 2L),
        300,
        new LatencyBuckets.Counter().now(),
        held,
        breaker,
        1,
        Failure.retryable("First", "said at first"),
        new WorkerNumbers.Failed(
            Failure.retryable("Http503", "said by the service"), NOW.minusSeconds(3)));
  }

  private static TargetConfig row(String id, String destination) {
    return TargetConfig.builder(SOURCE, id, "http", destination)
        .active(true)
        .onFailure(OnFailure.DEAD_LETTER)
        .deadLetter("letters")
        .build();
  }

  private WorkerNumbers numbers(WorkerNumbers.Target... targets) {
    return new WorkerNumbers(
        NOW,
        12,
        difference,
        List.of(targets),
        List.of(new WorkerNumbers.Shard(SOURCE, "shard-0", 12)),
        staleSince,
        Map.of(SOURCE, retention));
  }

  private static WorkerStatus.Process process(WorkerStatus.State state, @Nullable Long losses) {
    return new WorkerStatus.Process(
        NOW.minusSeconds(60),
        state,
        List.of(),
        new Worker.Status(List.of(), 3, losses, new ShardStatus(40, 4_000, 2, NOW)));
  }

  private ObjectNode status(WorkerNumbers numbers, WorkerStatus.@Nullable Rows rows) {
    return WorkerStatus.of(
        process(WorkerStatus.State.READY, null),
        numbers,
        history.view(),
        rows == null ? Map.of() : Map.of(SOURCE, rows));
  }

  private static WorkerStatus.Rows rows(TargetConfig... valid) {
    return new WorkerStatus.Rows(
        new Targets(List.of(valid), List.of(), Set.of(), null), Map.of(), null);
  }

  private static JsonNode target(ObjectNode status, int place) {
    return status.get("sources").get(0).get("targets").get(place);
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  @Test
  void of_targetThatHoldsAndIsDown_tellsEverythingButDetailsAndSecrets() {
    Ledger.Held held = new Ledger.Held(6, NOW.minusSeconds(50), NOW.minusSeconds(70));
    WorkerNumbers.Target counted =
        counted("t", held, new WorkerNumbers.Breaker(CircuitState.OPEN, NOW.minusSeconds(40)));
    WorkerNumbers numbers = numbers(counted);
    history.add(numbers);

    ObjectNode status =
        status(numbers, rows(row("t", "https://me:pw-canary@example.com/hook-canary?k=v-canary")));

    assertThat(status.toString())
        .isEqualTo(
            """
            {"url":null,"answered":true,"at":"2026-11-01T12:00:00Z",\
            "since":"2026-11-01T11:59:00Z","version":null,"state":"READY","problems":[],\
            "shards":3,"losses":null,\
            "inHand":{"records":40,"bytes":4000,"since":"2026-11-01T12:00:00Z"},\
            "settled":12,"ledgerDifference":0,"trouble":[],\
            "sources":[{"id":"%s","type":"kinesis","problem":null,"targetsStaleSince":null,\
            "retentionSeconds":86400,"shards":[{"name":"shard-0","settled":12}],"trouble":[],\
            "targets":[{"id":"t","type":"http","destination":"https://example.com/...",\
            "row":"active","problems":[],"deadLetterOnly":false,"deadLetter":"letters",\
            "onFailure":"DEAD_LETTER","maxInFlight":2,\
            "records":{"accepted":1,"filtered":2,"deadLettered":3,"dropped":4,\
            "alreadySettled":5,"released":0,"held":6},\
            "heldSince":"2026-11-01T11:59:10Z","oldestHeld":"2026-11-01T11:58:50Z",\
            "breaker":"OPEN","breakerSince":"2026-11-01T11:59:20Z",\
            "calls":{"accepted":2,"retryable":7},"retriedMessages":8,"callLimit":1,\
            "firstFailure":{"kind":"RETRYABLE","code":"First"},\
            "lastFailure":{"kind":"RETRYABLE","code":"Http503","at":"2026-11-01T11:59:57Z"},\
            "trouble":["HELD","BREAKER_OPEN"],\
            "history":{"accepted":[1],"held":[6]}}]}],\
            "history":{"everySeconds":10,"at":["2026-11-01T12:00:00Z"],"settled":[12],"held":[6]}}"""
                .formatted(Cli.STREAM));
    assertThat(status.toString()).doesNotContain("canary").doesNotContain("said");
  }

  @Test
  void of_rows_sayWhereEachTargetStands() {
    WorkerNumbers.Target gone = counted("gone", null, WorkerNumbers.Breaker.CLOSED);
    Targets targets =
        new Targets(
            List.of(row("a", "https://h/p")),
            List.of(new Targets.Invalid("bad", List.of("unused here"))),
            Set.of("off"),
            null);

    ObjectNode status =
        status(
            numbers(gone),
            new WorkerStatus.Rows(
                targets, Map.of("bad", List.of("'http://u:pw-canary@h' is no URL")), null));

    assertThat(status.get("sources").get(0).get("targets").findValuesAsText("id"))
        .containsExactly("a", "bad", "gone", "off");
    assertThat(status.get("sources").get(0).get("targets").findValuesAsText("row"))
        .containsExactly("active", "invalid", "removed", "inactive");
    assertThat(texts(target(status, 1).get("trouble"))).containsExactly("INVALID");
    assertThat(texts(target(status, 1).get("problems"))).containsExactly("'http://h' is no URL");
    assertThat(texts(target(status, 3).get("trouble"))).isEmpty();
  }

  @Test
  void of_targetsThatWereNeverRead_isTrouble() {
    ObjectNode status =
        status(
            numbers(counted("t", null, WorkerNumbers.Breaker.CLOSED)),
            new WorkerStatus.Rows(null, Map.of(), "the table is not there"));

    JsonNode source = status.get("sources").get(0);
    assertThat(source.get("problem").asText()).isEqualTo("the table is not there");
    assertThat(texts(source.get("trouble"))).containsExactly("TARGETS_UNKNOWN");
    assertThat(target(status, 0).get("row").asText()).isEqualTo("unknown");
  }

  @Test
  void of_targetsThatCannotBeReadAgain_isTroubleSinceThen() {
    staleSince = Map.of(SOURCE, NOW.minusSeconds(90));

    JsonNode source = status(numbers(), rows()).get("sources").get(0);

    assertThat(source.get("targetsStaleSince").asText()).isEqualTo("2026-11-01T11:58:30Z");
    assertThat(texts(source.get("trouble"))).containsExactly("TARGETS_STALE");
  }

  @Test
  void of_heldForMoreThanHalfTheRetention_isTroubleOfItsOwn() {
    Ledger.Held held = new Ledger.Held(6, NOW.minusSeconds(50), NOW.minusSeconds(70));
    WorkerNumbers.Target counted = counted("t", held, WorkerNumbers.Breaker.CLOSED);

    retention = Duration.ofSeconds(141);
    assertThat(texts(target(status(numbers(counted), null), 0).get("trouble")))
        .containsExactly("HELD");
    retention = Duration.ofSeconds(139);
    assertThat(texts(target(status(numbers(counted), null), 0).get("trouble")))
        .containsExactly("RETENTION", "HELD");
  }

  @Test
  void of_booksLossesAndState_areTheWorkersTrouble() {
    difference = 2;
    WorkerNumbers numbers = numbers();

    assertThat(texts(status(numbers, null).get("trouble"))).containsExactly("BOOKS_DIFFER");
    assertThat(trouble(numbers, WorkerStatus.State.READY, 0L)).containsExactly("BOOKS_DIFFER");
    assertThat(trouble(numbers, WorkerStatus.State.READY, 1L))
        .containsExactly("BOOKS_DIFFER", "RECORDS_LOST");
    difference = 0;
    assertThat(trouble(numbers(), WorkerStatus.State.NOT_READY, null)).containsExactly("NOT_READY");
    assertThat(trouble(numbers(), WorkerStatus.State.ENDED, null)).containsExactly("NOT_READY");
    assertThat(trouble(numbers(), WorkerStatus.State.STARTING, null)).isEmpty();
    assertThat(trouble(numbers(), WorkerStatus.State.STOPPING, null)).isEmpty();
  }

  private List<String> trouble(
      WorkerNumbers numbers, WorkerStatus.State state, @Nullable Long losses) {
    return texts(
        WorkerStatus.of(process(state, losses), numbers, history.view(), Map.of()).get("trouble"));
  }

  @Test
  void of_workerThatHasNotStarted_hasNoShardsYet() {
    WorkerStatus.Process process =
        new WorkerStatus.Process(
            NOW, WorkerStatus.State.STARTING, List.of("the worker has not started yet"), null);

    ObjectNode status = WorkerStatus.of(process, numbers(), history.view(), Map.of());

    assertThat(status.get("shards").asInt()).isZero();
    assertThat(texts(status.get("problems"))).containsExactly("the worker has not started yet");
  }
}
