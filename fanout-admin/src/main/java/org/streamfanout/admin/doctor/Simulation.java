package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.Permission;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;

/**
 * Asks IAM what a role may do by its own policies. That is not all that counts: policies of
 * resources, of organizations and of endpoints are not looked at.
 */
final class Simulation {
  /** What names a resource that is not known. */
  private static final String ANY = "*";

  private Simulation() {}

  /** Writes down what a role may not do. */
  static void look(Facts facts, String role, List<Permission> permissions, Notes notes) {
    IamClient iam = facts.clients().client(IamClient.class, IamClient::builder);
    Map<String, List<String>> byResource = new LinkedHashMap<>();
    permissions.stream()
        .distinct()
        .forEach(
            each ->
                byResource
                    .computeIfAbsent(each.resource(), at -> new ArrayList<>())
                    .add(each.action()));
    for (Map.Entry<String, List<String>> each : byResource.entrySet()) {
      List<String> actions = each.getValue();
      String resource = each.getKey();
      boolean isAsked =
          notes
              .ask(
                  role,
                  "ask IAM what the role may do",
                  "iam:SimulatePrincipalPolicy",
                  "there is no such role",
                  () ->
                      iam.simulatePrincipalPolicy(
                              request ->
                                  request
                                      .policySourceArn(role)
                                      .actionNames(actions)
                                      .resourceArns(
                                          resource.equals(ANY) ? null : List.of(resource)))
                          .evaluationResults())
              .map(
                  results -> {
                    write(role, resource, results, notes);
                    return true;
                  })
              .orElse(false);
      if (!isAsked) {
        // Whoever may not ask once may not ask again.
        return;
      }
    }
  }

  private static void write(
      String role, String resource, List<EvaluationResult> results, Notes notes) {
    List<String> missing = new ArrayList<>();
    List<String> forbidden = new ArrayList<>();
    for (EvaluationResult result : results) {
      if (result.evalDecision() == PolicyEvaluationDecisionType.EXPLICIT_DENY) {
        forbidden.add(result.evalActionName());
      } else if (result.evalDecision() != PolicyEvaluationDecisionType.ALLOWED) {
        missing.add(result.evalActionName());
      }
    }
    if (!forbidden.isEmpty()) {
      notes.problem(
          role,
          "a policy forbids it "
              + String.join(", ", forbidden)
              + " on "
              + resource
              + "; what forbids counts more than what allows, so take that statement away");
    }
    if (!missing.isEmpty()) {
      notes.problem(
          role,
          "no policy of its own allows it "
              + String.join(", ", missing)
              + " on "
              + resource
              + ", so that this fails unless the resource's own policy does",
          allow(role, missing, resource));
    }
  }

  /** Returns the command that allows it, as a policy of its own, so that it replaces no other. */
  private static String allow(String role, List<String> actions, String resource) {
    String document =
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\""
            + String.join("\",\"", actions)
            + "\"],\"Resource\":\""
            + resource
            + "\"}]}";
    return Shell.line(
        "aws",
        "iam",
        "put-role-policy",
        "--role-name",
        role.replaceFirst(".*/", ""),
        "--policy-name",
        "fanout-" + Integer.toHexString(document.hashCode()),
        "--policy-document",
        document);
  }
}
