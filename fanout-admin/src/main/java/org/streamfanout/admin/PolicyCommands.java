package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.Arn;

/**
 * Documents of a function's grants, each with the commands of AWS's command line that put it where
 * it belongs: words that a POSIX shell takes as they are meant. Immutable.
 */
public final class PolicyCommands {
  /**
   * One document.
   *
   * @param title what it is, and of whom
   * @param account whose credentials the commands need
   * @param document the policy
   * @param commands what puts it there, in order
   */
  public record Entry(
      String title, String account, PolicyDocument document, List<String> commands) {
    /** Copies the commands. */
    public Entry {
      commands = List.copyOf(commands);
    }
  }

  private final List<Entry> entries = new ArrayList<>();

  private PolicyCommands() {}

  /**
   * Returns the documents of grants.
   *
   * @param name of the policies in the roles that targets name, which other fan-outs may share
   */
  public static PolicyCommands of(FunctionGrants grants, String name) {
    PolicyCommands all = new PolicyCommands();
    all.addRole(
        "the function's role",
        grants.role(),
        grants.trust(),
        grants.permissions(),
        RoleDeploy.POLICY);
    for (TargetRole role : grants.targetRoles()) {
      all.addRole(
          "the role of " + String.join(", ", role.targets()),
          role.arn(),
          role.trust(),
          role.permissions(),
          name);
    }
    grants.resourcePolicies().forEach(each -> all.add(each, grants.role()));
    return all;
  }

  /** Returns the documents, the function's role first. */
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  private void addRole(
      String what, String arn, PolicyDocument trust, PolicyDocument permissions, String policy) {
    String[] path = arn.substring(arn.indexOf(":role/") + ":role".length()).split("/");
    String name = path[path.length - 1];
    String folder = String.join("/", List.of(path).subList(0, path.length - 1)) + "/";
    Map<String, String> create = new LinkedHashMap<>();
    create.put("--role-name", name);
    if (!folder.equals("/")) {
      create.put("--path", folder);
    }
    create.put("--assume-role-policy-document", trust.json());
    entries.add(
        new Entry(
            "trust of " + what + ", " + arn,
            account(arn),
            trust,
            List.of(command("iam create-role", create))));
    Map<String, String> put = new LinkedHashMap<>();
    put.put("--role-name", name);
    put.put("--policy-name", policy);
    put.put("--policy-document", permissions.json());
    entries.add(
        new Entry(
            "permissions of " + what + ", " + arn,
            account(arn),
            permissions,
            List.of(command("iam put-role-policy", put))));
  }

  private void add(ResourcePolicy policy, String role) {
    Map<String, String> options = new LinkedHashMap<>();
    String region = Arn.parse(policy.arn()).map(Arn::region).orElse("");
    options.put("--region", region);
    String title;
    String command;
    if (policy.kind() == ResourcePolicy.Kind.KEY) {
      // Its policy is one document: putting this one would take away all that it says.
      options.put("--key-id", policy.arn());
      options.put("--grantee-principal", role);
      options.put("--operations", "Decrypt");
      title = "one more statement of the key's policy, or as a grant, " + policy.arn();
      command = command("kms create-grant", options);
    } else {
      options.put("--resource-arn", policy.arn());
      options.put("--policy", policy.policy().json());
      title =
          "resource policy of the "
              + (policy.kind() == ResourcePolicy.Kind.STREAM ? "stream " : "consumer ")
              + policy.arn();
      command = command("kinesis put-resource-policy", options);
    }
    entries.add(new Entry(title, account(policy.arn()), policy.policy(), List.of(command)));
  }

  private static String account(String arn) {
    return Arn.parse(arn).map(Arn::account).orElse("");
  }

  private static String command(String what, Map<String, String> options) {
    StringBuilder line = new StringBuilder("aws ").append(what);
    options.forEach(
        (name, value) -> line.append(' ').append(name).append(' ').append(Shell.quote(value)));
    return line.toString();
  }
}
