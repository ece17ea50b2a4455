package org.streamfanout.core.internal.delivery;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * Plays a model's operations on several threads at once, and fails unless what they answer is what
 * some order of them, one at a time, answers at the model's specification.
 *
 * <p>Chosen scenarios hold what might go wrong, with few steps, so that a hundred orders of them
 * say something, and since every build plays them.
 */
final class Interleavings {
  /** What Lincheck says of answers that no order explains. */
  static final String NO_ORDER_EXPLAINS_IT = "Invalid execution results";

  private final Class<?> model;
  private final Class<?> specification;
  private final List<ExecutionScenario> scenarios = new ArrayList<>();

  private Interleavings(Class<?> model, Class<?> specification) {
    this.model = model;
    this.specification = specification;
  }

  static Interleavings of(Class<?> model, Class<?> specification) {
    return new Interleavings(model, specification);
  }

  /** Plays what each thread does, such as {@code "tryAcquire 0; release 0"}. */
  Interleavings play(String... threads) {
    return playAfter("", threads);
  }

  /** Plays what each thread does when something else was done before. */
  Interleavings playAfter(String before, String... threads) {
    List<List<Actor>> parallel = Arrays.stream(threads).map(this::actors).toList();
    scenarios.add(new ExecutionScenario(actors(before), parallel, List.of(), end()));
    return this;
  }

  private List<Actor> actors(String steps) {
    return Stream.of(steps.split("; ")).filter(step -> !step.isEmpty()).map(this::actor).toList();
  }

  private Actor actor(String step) {
    String[] words = step.split(" ");
    Method method = method(words[0]);
    List<Object> arguments = new ArrayList<>();
    for (int index = 1; index < words.length; index++) {
      boolean isNumber = method.getParameterTypes()[index - 1] == int.class;
      if (isNumber) {
        arguments.add(Integer.valueOf(words[index]));
      } else {
        arguments.add(Boolean.valueOf(words[index]));
      }
    }
    return new Actor(method, arguments);
  }

  private Method method(String name) {
    return Stream.of(model.getMethods())
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Actor end() {
    return Stream.of(model.getMethods())
        .filter(each -> each.isAnnotationPresent(Validate.class))
        .findFirst()
        .map(each -> new Actor(each, List.of()))
        .orElse(null);
  }

  /** Changes threads at chosen steps, the same ones in every run. */
  void check() {
    run(new ModelCheckingOptions().invocationsPerIteration(100));
  }

  /** Lets threads run as they come, for what a chosen order of steps cannot be played with. */
  void stress() {
    run(new StressOptions().invocationsPerIteration(1_000));
  }

  /** Expects that what is wrong with a model is found, and nothing else. */
  void finds(String what) {
    Options<?, ?> options = new ModelCheckingOptions().invocationsPerIteration(100);
    options.minimizeFailedScenario(false);
    assertThatThrownBy(() -> run(options))
        .isInstanceOf(LincheckAssertionError.class)
        .hasMessageContaining(what);
  }

  /** Checks a model when it was played; what AssertJ gives back cannot be watched by Lincheck. */
  static void require(boolean isTrue, String otherwise) {
    if (!isTrue) {
      throw new IllegalStateException(otherwise);
    }
  }

  private void run(Options<?, ?> options) {
    // No random scenarios: those that are small enough for every build hold too little.
    options.iterations(0).sequentialSpecification(specification);
    scenarios.forEach(options::addCustomScenario);
    options.check(model);
  }
}
