package org.streamfanout.admin;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.DeployStep.Action;
import org.streamfanout.admin.DeployStep.Change;
import org.streamfanout.admin.DeployStep.Part;
import org.streamfanout.admin.Statement.Grant;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.Role;

/** Makes a function's role and keeps its policy. */
final class RoleDeploy {
  /** The name of the one policy of a role that is written here; others are left alone. */
  static final String POLICY = "fanout";

  /**
   * How long the policies of a role may be together, white space not counted, by <a
   * href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html">IAM's
   * quotas</a> (as known 2026-11).
   */
  private static final int LONGEST = 10_240;

  private static final String LAMBDA = "lambda.amazonaws.com";

  private final IamClient client;

  RoleDeploy(AdminClients clients) {
    this.client = clients.client(IamClient.class, IamClient::builder);
  }

  Optional<Role> find(String name) {
    return Ask.aws(
        "look up the role '" + name + "' (--exec-role-arn needs no look-up)",
        "iam:GetRole",
        () -> {
          try {
            return Optional.of(client.getRole(request -> request.roleName(name)).role());
          } catch (NoSuchEntityException e) {
            return Optional.empty();
          }
        });
  }

  private @Nullable String policy(String role) {
    return Ask.aws(
            "read the policy '" + POLICY + "' of the role '" + role + "'",
            "iam:GetRolePolicy",
            () -> {
              try {
                return Optional.of(
                    decoded(
                        client
                            .getRolePolicy(request -> request.roleName(role).policyName(POLICY))
                            .policyDocument()));
              } catch (NoSuchEntityException e) {
                return Optional.<String>empty();
              }
            })
        .orElse(null);
  }

  /** IAM answers with documents that are encoded as parts of a URL. */
  private static String decoded(String document) {
    return URLDecoder.decode(document, StandardCharsets.UTF_8);
  }

  /** Plans what makes a role be there, which Lambda may assume. */
  DeployStep planRole(
      String name, @Nullable Role there, FunctionGrants grants, List<String> problems) {
    if (there == null) {
      return DeployStep.of(
          Part.ROLE,
          Action.CREATE,
          name,
          List.of(new Change("trusts", null, LAMBDA)),
          () -> create(name, grants.trust()));
    }
    String trust = decoded(there.assumeRolePolicyDocument());
    if (!trustsLambda(trust)) {
      problems.add(
          "the role '"
              + name
              + "' does not let Lambda assume it, and its trust is not changed here: aws iam"
              + " update-assume-role-policy --role-name "
              + name
              + " --policy-document "
              + Shell.quote(grants.trust().json())
              + ", or give another --exec-role");
    }
    return DeployStep.none(Part.ROLE, name);
  }

  /** Returns whether a trust policy lets Lambda in, as far as that can be read. */
  private static boolean trustsLambda(String trust) {
    try {
      return PolicyDocument.parse(trust).grants().stream()
          .filter(
              grant -> grant.action().equals("sts:AssumeRole") || grant.action().equals("sts:*"))
          .anyMatch(
              grant ->
                  grant.principals().getOrDefault("Service", List.of()).contains(LAMBDA)
                      || grant.principals().getOrDefault("AWS", List.of()).contains("*"));
    } catch (IllegalArgumentException e) {
      // One that also denies something: Lambda will say what it thinks of it.
      return trust.contains(LAMBDA);
    }
  }

  private void create(String name, PolicyDocument trust) {
    Ask.aws(
        "create the role '" + name + "'",
        "iam:CreateRole",
        () -> {
          try {
            return client.createRole(
                request -> request.roleName(name).assumeRolePolicyDocument(trust.json()));
          } catch (EntityAlreadyExistsException e) {
            throw new AdminException(
                "somebody else has made the role '" + name + "' meanwhile; run it again", e);
          }
        });
  }

  /**
   * Plans what makes the role's policy grant what is needed.
   *
   * @param isThere whether the role is
   * @param revoke whether what it grants beyond that goes
   */
  DeployStep planPolicy(
      String role,
      boolean isThere,
      FunctionGrants grants,
      boolean revoke,
      List<String> problems,
      List<String> warnings) {
    String current = isThere ? policy(role) : null;
    Set<Grant> before = new LinkedHashSet<>();
    if (current != null) {
      try {
        before.addAll(PolicyDocument.parse(current).grants());
      } catch (IllegalArgumentException e) {
        problems.add(
            "the policy '"
                + POLICY
                + "' of the role '"
                + role
                + "' was changed by hand: "
                + e.getMessage()
                + "; move that to a policy of another name");
        return DeployStep.none(Part.POLICY, POLICY);
      }
    }
    Set<Grant> wanted = grants.permissions().grants();
    Set<Grant> beyond = new LinkedHashSet<>(before);
    beyond.removeAll(wanted);
    List<Statement> statements = new ArrayList<>(grants.permissions().statements());
    if (!revoke && !beyond.isEmpty()) {
      statements.addAll(kept(beyond));
      warnings.add(
          "the role '"
              + role
              + "' may still do what this deployment does not ask for ("
              + String.join(", ", actions(beyond))
              + "); --revoke takes it away");
    }
    PolicyDocument after = new PolicyDocument(statements);
    if (after.grants().equals(before)) {
      return DeployStep.none(Part.POLICY, POLICY);
    }
    if (after.json().length() > LONGEST) {
      problems.add(
          "the policy of the role '"
              + role
              + "' would have "
              + after.json().length()
              + " characters, IAM takes "
              + LONGEST
              + "; make managed policies of what fanout policy prints, and give --exec-role-arn");
    }
    return DeployStep.of(
        Part.POLICY,
        current == null ? Action.CREATE : Action.CHANGE,
        POLICY,
        changes(before, after.grants()),
        () ->
            Ask.aws(
                "write the policy '" + POLICY + "' of the role '" + role + "'",
                "iam:PutRolePolicy",
                () ->
                    client.putRolePolicy(
                        request ->
                            request
                                .roleName(role)
                                .policyName(POLICY)
                                .policyDocument(after.json()))));
  }

  /** Returns the same statements for the same grants, whatever they were called. */
  private static List<Statement> kept(Set<Grant> grants) {
    Map<String, Set<String>> actionsByResource = new TreeMap<>();
    List<Statement> others = new ArrayList<>();
    for (Grant grant : grants) {
      if (grant.conditions().isEmpty()) {
        actionsByResource
            .computeIfAbsent(grant.resource(), each -> new TreeSet<>())
            .add(grant.action());
      } else {
        others.add(
            new Statement(
                "",
                grant.principals(),
                List.of(grant.action()),
                List.of(grant.resource()),
                grant.conditions()));
      }
    }
    Map<Set<String>, List<String>> resourcesByActions = new LinkedHashMap<>();
    actionsByResource.forEach(
        (resource, actions) ->
            resourcesByActions.computeIfAbsent(actions, each -> new ArrayList<>()).add(resource));
    List<Statement> kept = new ArrayList<>();
    resourcesByActions.forEach(
        (actions, resources) ->
            kept.add(Statement.allow("Kept" + (kept.size() + 1), actions, resources)));
    for (Statement other : others) {
      kept.add(
          new Statement(
              "Kept" + (kept.size() + 1),
              other.principals(),
              other.actions(),
              other.resources(),
              other.conditions()));
    }
    return kept;
  }

  private static Set<String> actions(Set<Grant> grants) {
    Set<String> actions = new TreeSet<>();
    grants.forEach(grant -> actions.add(grant.action()));
    return actions;
  }

  private static List<Change> changes(Set<Grant> before, Set<Grant> after) {
    List<Change> changes = new ArrayList<>();
    before.stream()
        .filter(grant -> !after.contains(grant))
        .forEach(grant -> changes.add(new Change(grant.action(), grant.resource(), null)));
    after.stream()
        .filter(grant -> !before.contains(grant))
        .forEach(grant -> changes.add(new Change(grant.action(), null, grant.resource())));
    return changes;
  }
}
