package org.streamfanout.admin;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One thing that a deployment makes, changes or removes, or leaves as it is. Immutable. */
public final class DeployStep {
  /** What it is about. */
  public enum Part {
    /** The table of targets. */
    TABLE,
    /** The function's role. */
    ROLE,
    /** What the role may do. */
    POLICY,
    /** The function. */
    FUNCTION,
    /** The function's code. */
    CODE
  }

  /** What becomes of it. */
  public enum Action {
    /** It is made. */
    CREATE,
    /** It is changed. */
    CHANGE,
    /** It is removed. */
    REMOVE,
    /** Nothing: it is as it should be, or is not there to be removed. */
    NONE
  }

  /**
   * One difference. Values that may be secret are not in it.
   *
   * @param name what differs
   * @param before how it is; null if it is not
   * @param after how it will be; null if it will not be
   */
  public record Change(String name, @Nullable String before, @Nullable String after) {}

  private static final Runnable NOTHING = () -> {};

  private final Part part;
  private final Action action;
  private final String name;
  private final List<Change> changes;
  private final Runnable work;

  private DeployStep(Part part, Action action, String name, List<Change> changes, Runnable work) {
    this.part = Objects.requireNonNull(part, "part");
    this.action = Objects.requireNonNull(action, "action");
    this.name = Objects.requireNonNull(name, "name");
    this.changes = List.copyOf(changes);
    this.work = Objects.requireNonNull(work, "work");
  }

  static DeployStep of(Part part, Action action, String name, List<Change> changes, Runnable work) {
    return new DeployStep(part, action, name, changes, work);
  }

  static DeployStep none(Part part, String name) {
    return new DeployStep(part, Action.NONE, name, List.of(), NOTHING);
  }

  /** Returns what it is about. */
  public Part part() {
    return part;
  }

  /** Returns what becomes of it. */
  public Action action() {
    return action;
  }

  /** Returns its name. */
  public String name() {
    return name;
  }

  /** Returns what differs; of what is made, how it will be. */
  public List<Change> changes() {
    return changes;
  }

  void carryOut() {
    work.run();
  }
}
