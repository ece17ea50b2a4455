package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What would become of an event source mapping, and of its function's setting. Made by {@link
 * HookPlanner}, carried out by {@link #carryOut}; until then nothing has changed. Not thread-safe.
 */
public final class HookPlan {
  /** What happens to the mapping. */
  public enum Kind {
    /** It is made. */
    CREATE,
    /** It changes, or its function does, or what was begun before is ended. */
    CHANGE,
    /** It is deleted. */
    REMOVE,
    /** Nothing: it is as it should be. */
    NONE
  }

  /**
   * A member of the mapping that changes.
   *
   * @param name its name in Lambda's API
   * @param before as it is, plain: text, numbers, lists and maps; null if it is not there
   * @param after as it will be
   */
  public record Change(String name, @Nullable Object before, @Nullable Object after) {}

  /** What came of a plan so far. */
  static final class Run {
    @Nullable String uuid;
    @Nullable String state;
    @Nullable String consumerArn;

    /** Returns the mapping's id, which a step before has set. */
    String knownUuid() {
      return Objects.requireNonNull(uuid, "uuid");
    }
  }

  private record Step(String text, Runnable action) {}

  private final String source;
  private final String function;
  private final Run run;
  private final List<Step> steps = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private Kind kind = Kind.NONE;

  HookPlan(String source, String function, Run run) {
    this.source = source;
    this.function = function;
    this.run = run;
  }

  HookPlan step(String text, Runnable action) {
    steps.add(new Step(text, action));
    if (kind == Kind.NONE) {
      kind = Kind.CHANGE;
    }
    return this;
  }

  HookPlan kind(Kind newKind) {
    kind = newKind;
    return this;
  }

  HookPlan changes(List<Change> more) {
    changes.addAll(more);
    return this;
  }

  HookPlan note(String note) {
    notes.add(note);
    return this;
  }

  HookPlan warn(String warning) {
    warnings.add(warning);
    return this;
  }

  /** Returns what happens. */
  public Kind kind() {
    return kind;
  }

  /** Returns what the mapping reads, for people. */
  public String source() {
    return source;
  }

  /** Returns the function, with its version or alias, as it was named. */
  public String function() {
    return function;
  }

  /** Returns the mapping's id; null as long as there is none. */
  public @Nullable String uuid() {
    return run.uuid;
  }

  /** Returns the mapping's state as it was read last; null if there is none. */
  public @Nullable String state() {
    return run.state;
  }

  /** Returns which members of the mapping change; all that are set if it is new. */
  public List<Change> changes() {
    return List.copyOf(changes);
  }

  /** Returns what is done, in this order. */
  public List<String> steps() {
    return steps.stream().map(Step::text).toList();
  }

  /** Returns what is good to know. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** Returns what may go wrong. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /**
   * Does it, step by step, each of which returns once it has taken effect. Whatever ends it amid
   * that, no record is lost by it, and the same plan made again does the rest.
   *
   * @throws AdminException if a step is refused, or takes too long
   */
  public void carryOut() {
    steps.forEach(step -> step.action().run());
  }
}
