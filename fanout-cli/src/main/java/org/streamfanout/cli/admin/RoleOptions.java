package org.streamfanout.cli.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The function's role. */
final class RoleOptions {
  @Option(
      names = "--exec-role",
      paramLabel = "NAME",
      description = "The function's role; <function>Role by default.")
  private @Nullable String role;

  @Option(
      names = "--exec-role-arn",
      paramLabel = "ARN",
      description = "The function's role, which is taken as it is.")
  private @Nullable String roleArn;

  /** Adds what is wrong with these options. */
  void addProblems(List<String> problems) {
    if (role != null && roleArn != null) {
      problems.add("--exec-role and --exec-role-arn both name the role; give one of them");
    }
    TableOptions.addArnProblem("--exec-role-arn", roleArn, "iam", "role/", problems);
  }

  /** Returns the role's name or ARN; null if it is not given. */
  @Nullable String role() {
    return roleArn != null ? roleArn : role;
  }
}
