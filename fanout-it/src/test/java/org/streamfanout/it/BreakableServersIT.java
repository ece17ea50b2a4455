package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testkit.TcpProxy.Mode;

/**
 * Real servers, frozen, killed, cut off and slowed down amid a run: the target beside them gets
 * everything meanwhile, and they have everything once they are well again.
 */
@Timeout(600)
class BreakableServersIT {
  private static final Map<Server, BreakableDestination> STARTED = new EnumMap<>(Server.class);

  enum Server {
    REDIS(() -> new BreakableRedis()),
    MEMCACHED(BreakableMemcached::new),
    KINESIS(BreakableKinesis::new),
    SQS(BreakableSqs::new),
    KAFKA(BreakableKafka::new),
    OPENSEARCH(BreakableOpenSearch::new);

    private final Supplier<BreakableDestination> starting;

    Server(Supplier<BreakableDestination> starting) {
      this.starting = starting;
    }

    BreakableDestination started() {
      return STARTED.computeIfAbsent(this, server -> server.starting.get());
    }

    String run(String name) {
      return name().toLowerCase(Locale.ROOT) + "-" + name;
    }
  }

  @AfterAll
  static void stopServers() {
    STARTED.values().forEach(BreakableDestination::close);
    STARTED.clear();
  }

  @ParameterizedTest
  @EnumSource
  void freeze_amidARun_losesNothing(Server server) throws Exception {
    BreakableDestination destination = server.started();
    try (BreakableRun run = new BreakableRun(destination, server.run("frozen"), false)) {
      try {
        run.breakAmid(
            20,
            () -> {
              destination.faults().freeze();
              return null;
            });
      } finally {
        destination.faults().thaw();
      }

      run.bring(5);
      run.endsWithEverything();
    }
  }

  @ParameterizedTest
  @EnumSource
  void kill_amidARun_losesNothingThatTheServerKeeps(Server server) throws Exception {
    BreakableDestination destination = server.started();
    String name = server.run("killed");
    try (BreakableRun run = new BreakableRun(destination, name, false)) {
      try {
        run.breakAmid(
            20,
            () -> {
              destination.faults().kill();
              return null;
            });
      } finally {
        run.forgotten();
        destination.faults().restart();
        destination.prepare(name);
      }

      run.bring(5);
      run.endsWithEverything();
    }
  }

  @Test
  void kill_aServerThatForgetsWhatItShouldKeep_isFoundOut() throws Exception {
    try (BreakableDestination forgetful = new BreakableRedis("appendonly", "no");
        BreakableRun run = new BreakableRun(forgetful, "forgetful", false)) {
      run.breakAmid(
          20,
          () -> {
            forgetful.faults().kill();
            return null;
          });
      forgetful.faults().restart();

      assertThatThrownBy(run::endsWithEverything)
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("acknowledged and are not there");
    }
  }

  @ParameterizedTest
  @EnumSource
  void reset_requestsAnswersAndConnections_losesNothing(Server server) throws Exception {
    BreakableDestination destination = server.started();
    TcpProxy proxy = destination.proxy();
    try (BreakableRun run = new BreakableRun(destination, server.run("reset"), true)) {
      try {
        run.breakAmid(
            15,
            () -> {
              proxy.set(Mode.RESET_ANSWERS);
              return null;
            });
        int answers = proxy.resetAnswers();
        run.await("answers are lost", () -> proxy.resetAnswers() > answers);

        proxy.set(Mode.RESET_REQUESTS);
        run.bring(2);
        run.await("requests are lost", () -> proxy.resetRequests() > 1);
        run.healthyHasAll();

        proxy.refuse();
        int unanswered = run.watched().unanswered();
        run.bring(2);
        run.await("refusals are felt", () -> run.watched().unanswered() > unanswered);
        run.healthyHasAll();
      } finally {
        proxy.set(Mode.PASS);
        proxy.accept();
      }

      run.bring(5);
      run.endsWithEverything();
    }
  }

  @ParameterizedTest
  @EnumSource
  void delay_beyondAnAttempt_thenLess_losesNothing(Server server) throws Exception {
    BreakableDestination destination = server.started();
    TcpProxy proxy = destination.proxy();
    try (BreakableRun run = new BreakableRun(destination, server.run("slow"), true)) {
      try {
        run.breakAmid(
            15,
            () -> {
              proxy.delayAnswers(destination.attemptTimeout().multipliedBy(2));
              return null;
            });

        proxy.delayAnswers(Duration.ofMillis(10));
        run.bring(5);
        run.endsWithEverything();
      } finally {
        proxy.delayAnswers(Duration.ZERO);
      }
    }
  }
}
