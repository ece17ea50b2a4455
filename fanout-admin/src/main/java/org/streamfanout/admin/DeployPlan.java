package org.streamfanout.admin;

import java.util.List;
import java.util.function.Consumer;

/**
 * What a deployment, or the end of one, would do. Made by {@link DeployPlanner} and {@link
 * DestroyPlanner}, carried out by {@link #carryOut}; until then nothing has changed. Immutable.
 *
 * @param steps in the order in which they are carried out
 * @param warnings what somebody should know, each with what to do
 * @param left what stays and may be in nobody's use any more
 */
public record DeployPlan(List<DeployStep> steps, List<String> warnings, List<String> left) {
  /** Copies the lists. */
  public DeployPlan {
    steps = List.copyOf(steps);
    warnings = List.copyOf(warnings);
    left = List.copyOf(left);
  }

  /** Returns whether there is nothing to do. */
  public boolean isDone() {
    return steps.stream().allMatch(step -> step.action() == DeployStep.Action.NONE);
  }

  /**
   * Does it, one step after the other, and waits until each is in effect. Whatever ends it leaves
   * what a new plan takes up: nothing is ever half made that the next one would take for whole.
   *
   * @param done is told of each step that is done, those with nothing to do included
   * @throws AdminException if a step cannot be done; the steps before it are
   */
  public void carryOut(Consumer<DeployStep> done) {
    for (DeployStep step : steps) {
      step.carryOut();
      done.accept(step);
    }
  }
}
