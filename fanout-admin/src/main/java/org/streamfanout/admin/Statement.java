package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One statement of a policy of IAM, which allows something. Immutable.
 *
 * @param sid its name: letters and digits
 * @param principals whom it allows it, by kind, such as {@code AWS}; empty in a policy of a role,
 *     which means the role
 * @param actions what it allows, in order
 * @param resources the ARNs it allows it on, in order; empty in a trust policy, which means the
 *     role
 * @param conditions values by operator, such as {@code StringEquals}, and key
 */
public record Statement(
    String sid,
    Map<String, List<String>> principals,
    List<String> actions,
    List<String> resources,
    Map<String, Map<String, List<String>>> conditions) {

  /** Copies everything, in order. */
  public Statement {
    Objects.requireNonNull(sid, "sid");
    principals = sorted(principals);
    actions = List.copyOf(new TreeSet<>(actions));
    resources = List.copyOf(new TreeSet<>(resources));
    Map<String, Map<String, List<String>>> copy = new TreeMap<>();
    conditions.forEach((operator, values) -> copy.put(operator, sorted(values)));
    conditions = Collections.unmodifiableMap(copy);
  }

  /** Returns a statement of a role's own policy. */
  public static Statement allow(
      String sid, Collection<String> actions, Collection<String> resources) {
    return new Statement(sid, Map.of(), List.copyOf(actions), List.copyOf(resources), Map.of());
  }

  /** Returns this statement for somebody. */
  Statement to(String kind, String principal) {
    return new Statement(sid, Map.of(kind, List.of(principal)), actions, resources, conditions);
  }

  /** Returns this statement where a key of the request has one of these values. */
  Statement where(String key, Collection<String> values) {
    Map<String, Map<String, List<String>>> more = new LinkedHashMap<>(conditions);
    more.put("StringEquals", Map.of(key, List.copyOf(values)));
    return new Statement(sid, principals, actions, resources, more);
  }

  /** Returns what it allows, each action on each resource. */
  public List<Grant> grants() {
    List<Grant> grants = new ArrayList<>();
    for (String action : actions) {
      for (String resource : resources.isEmpty() ? List.of("") : resources) {
        grants.add(new Grant(action, resource, principals, conditions));
      }
    }
    return grants;
  }

  /**
   * One action on one resource: what two policies are compared by.
   *
   * @param action the action
   * @param resource the ARN; empty in a trust policy
   * @param principals as in the statement
   * @param conditions as in the statement
   */
  public record Grant(
      String action,
      String resource,
      Map<String, List<String>> principals,
      Map<String, Map<String, List<String>>> conditions) {}

  private static Map<String, List<String>> sorted(Map<String, List<String>> values) {
    Map<String, List<String>> copy = new TreeMap<>();
    values.forEach((key, list) -> copy.put(key, List.copyOf(new TreeSet<>(list))));
    return Collections.unmodifiableMap(copy);
  }
}
