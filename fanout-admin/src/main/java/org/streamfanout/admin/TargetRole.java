package org.streamfanout.admin;

import java.util.List;

/**
 * A role that targets are delivered to with, mostly another account's. Immutable.
 *
 * @param arn the role
 * @param targets the ids of the targets whose rows name it
 * @param trust who may assume it: the function's role, with the external id that the rows name
 * @param permissions what it needs for these targets
 */
public record TargetRole(
    String arn, List<String> targets, PolicyDocument trust, PolicyDocument permissions) {
  /** Copies the ids. */
  public TargetRole {
    targets = List.copyOf(targets);
  }
}
