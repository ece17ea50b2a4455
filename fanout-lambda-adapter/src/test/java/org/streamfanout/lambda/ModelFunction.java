package org.streamfanout.lambda;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;

/**
 * The real handler over the real engine, with two targets in memory that fail by a script; what a
 * model of Lambda calls. Records are told apart by their data, a number.
 */
class ModelFunction implements AutoCloseable {
  private static final List<String> TARGETS = List.of("one", "two");

  /** Fails by the script where the others are told to be healthy. */
  static final String BAD = "bad";

  /** How destinations fail: of ten records, how many do so, and how many never succeed. */
  record Script(long seed, int troubled, int poisoned) {
    int failures(String target, String id) {
      SplittableRandom random = random(target, id);
      int roll = random.nextInt(10);
      return roll < poisoned ? Integer.MAX_VALUE : roll < troubled ? 1 + random.nextInt(5) : 0;
    }

    Failure failure(String target, String id) {
      return switch (random(target, id + "!").nextInt(4)) {
        case 0 -> Failure.fatal("Denied", "no");
        case 1 -> Failure.rejected("Bad", "no");
        default -> Failure.retryable("Busy", "later");
      };
    }

    private SplittableRandom random(String target, String id) {
      return new SplittableRandom(Objects.hash(seed, target, id) * 0x9E3779B97F4A7C15L);
    }
  }

  private final InMemoryTarget target = new InMemoryTarget();
  private final List<TargetConfig> rows = new ArrayList<>();
  private final List<String> targets;
  private final boolean partial;
  private final @Nullable ProgressStore progress;
  private FanoutEngine engine;
  private FanoutRequestHandler handler;
  private final UnaryOperator<String> tamper;
  private final Map<String, Integer> failuresLeft = new ConcurrentHashMap<>();

  ModelFunction(
      List<Source> sources,
      boolean partial,
      Script script,
      Ordering ordering,
      UnaryOperator<String> tamper) {
    this(sources, partial, script, ordering, tamper, null);
  }

  /** Makes one of two healthy targets and one that fails, with what remembers progress. */
  ModelFunction(
      List<Source> sources,
      boolean partial,
      Script script,
      Ordering ordering,
      UnaryOperator<String> tamper,
      @Nullable ProgressStore progress) {
    this.partial = partial;
    this.progress = progress;
    this.targets = progress == null ? TARGETS : List.of("one", "two", BAD);
    for (Source source : sources) {
      for (String id : targets) {
        rows.add(
            TargetConfig.builder(source, id, "memory", "anywhere")
                .ordering(ordering)
                .maxInFlight(1)
                .build());
      }
    }
    this.tamper = tamper;
    engine = newEngine();
    handler = newHandler();
    target.always(
        sending ->
            sending.accept(
                message -> {
                  String at = sending.target().id();
                  if (progress != null && !at.equals(BAD)) {
                    return null;
                  }
                  String id = number(message.records().get(0));
                  int left = failuresLeft.getOrDefault(at + id, script.failures(at, id));
                  failuresLeft.put(at + id, Math.max(0, left - 1));
                  return left == 0 ? null : script.failure(at, id);
                }));
  }

  private FanoutEngine newEngine() {
    FanoutEngine.Builder builder =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(rows.toArray(TargetConfig[]::new)))
            .provider(target)
            .circuit(new CircuitOptions(1_000, 1_000, 100, Duration.ofMillis(1), 2))
            .retry(new RetryPolicy(2, Duration.ofSeconds(30), Duration.ZERO, Duration.ZERO));
    if (progress != null) {
      builder.progress(progress);
    }
    return builder.build();
  }

  private FanoutRequestHandler newHandler() {
    return new FanoutRequestHandler(
        engine, LambdaOptions.builder().partialResponses(partial).build());
  }

  /** Goes on in another process. */
  void startCold() {
    engine.close();
    engine = newEngine();
    handler = newHandler();
  }

  /** Fails if a target took a record twice. */
  void requireOnce(String id) {
    Set<Integer> seen = new HashSet<>();
    for (FanoutRecord record : target.records(id)) {
      if (!seen.add(Integer.valueOf(number(record)))) {
        throw new AssertionError("target " + id + " got " + number(record) + " twice");
      }
    }
  }

  private static String number(FanoutRecord record) {
    return Objects.requireNonNull(record.data()).utf8();
  }

  /** Invokes the function; null if it threw because something is unsettled. */
  @Nullable String invoke(byte[] event) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      handler.handleRequest(
          new ByteArrayInputStream(event), answer, new TestContext(Duration.ofMinutes(5)));
    } catch (UnsettledRecordsException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return tamper.apply(answer.toString(StandardCharsets.UTF_8));
  }

  /** Fails if some target has not taken a record. */
  void requireAccepted(int number, String why) {
    for (String id : targets) {
      if (!firstAccepted(id).contains(number)) {
        throw new AssertionError("record " + number + " is lost at target " + id + ": " + why);
      }
    }
  }

  /** Fails if some target took a record of a key before an earlier one of that key. */
  void requireOrder(Map<Integer, String> keys) {
    for (String id : targets) {
      Map<String, Integer> last = new ConcurrentHashMap<>();
      for (int number : firstAccepted(id)) {
        Integer before = last.put(Objects.requireNonNull(keys.get(number)), number);
        if (before != null && before > number) {
          throw new AssertionError(
              "target " + id + " took " + before + " before " + number + " of one key");
        }
      }
    }
  }

  private LinkedHashSet<Integer> firstAccepted(String id) {
    LinkedHashSet<Integer> numbers = new LinkedHashSet<>();
    target.records(id).forEach(record -> numbers.add(Integer.valueOf(number(record))));
    return numbers;
  }

  @Override
  public void close() {
    engine.close();
    if (!target.violations().isEmpty()) {
      throw new AssertionError("the engine broke rules: " + target.violations());
    }
  }
}
