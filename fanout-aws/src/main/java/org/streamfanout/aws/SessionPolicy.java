package org.streamfanout.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;

/**
 * The policy that cuts an assumed role down to what one target needs: a session may do what both
 * the role and this policy allow. Stateless.
 */
final class SessionPolicy {
  /** The option that asks for it. */
  static final String OPTION = "sessionPolicy";

  /** The option's value that asks for it, and the one that does not. */
  static final String TARGET = "target";

  static final String NONE = "none";

  /**
   * The longest policy, in characters, that <a
   * href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</a>
   * takes (as known 2026-11).
   */
  static final int LONGEST = 2_048;

  private static final String ASSUME_ROLE = "sts:AssumeRole";

  private SessionPolicy() {}

  /** Returns a target's policy; null if it asks for none. */
  static @Nullable String of(TargetConfig target, List<Permission> permissions) {
    return target.option(OPTION, NONE).equals(TARGET) ? policy(permissions) : null;
  }

  /** Returns what is wrong with what a target asks for. */
  static List<String> problems(TargetConfig target, List<Permission> permissions) {
    String asked = target.option(OPTION, NONE);
    if (asked.equals(NONE)) {
      return List.of();
    }
    if (!asked.equals(TARGET)) {
      return List.of("option '" + OPTION + "' is '" + asked + "'; write " + TARGET + " or " + NONE);
    }
    List<String> problems = new ArrayList<>();
    if (target.role() == null) {
      problems.add("option '" + OPTION + "' needs a role to cut down; set the column role");
    }
    Map<String, List<String>> actions = actionsByResource(permissions);
    if (actions.isEmpty() || actions.containsKey("*")) {
      problems.add(
          "option '"
              + OPTION
              + "' needs a destination that tells its ARN, which this one does not");
    }
    int length = policy(permissions).length();
    if (length > LONGEST) {
      problems.add(
          "option '"
              + OPTION
              + "' makes a policy of "
              + length
              + " characters, AWS takes "
              + LONGEST
              + "; leave it out or shorten the destination");
    }
    return problems;
  }

  /** A session is not assumed from the session itself, so the leave to assume the role goes. */
  private static Map<String, List<String>> actionsByResource(List<Permission> permissions) {
    return permissions.stream()
        .filter(permission -> !permission.action().equals(ASSUME_ROLE))
        .collect(
            Collectors.groupingBy(
                Permission::resource,
                LinkedHashMap::new,
                Collectors.mapping(Permission::action, Collectors.toList())));
  }

  private static String policy(List<Permission> permissions) {
    List<String> statements = new ArrayList<>();
    actionsByResource(permissions)
        .forEach(
            (resource, actions) ->
                statements.add(
                    "{\"Effect\":\"Allow\",\"Action\":["
                        + actions.stream()
                            .map(SessionPolicy::quoted)
                            .collect(Collectors.joining(","))
                        + "],\"Resource\":"
                        + quoted(resource)
                        + "}"));
    return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
