package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The roles of targets: whether they can be assumed, with their external ids and not without them.
 * The credentials that are got are dropped.
 */
final class RoleChecks {
  /** The shortest that STS gives. */
  private static final int SECONDS = 900;

  private RoleChecks() {}

  private record Assumed(String role, @Nullable String externalId) {}

  static List<Check> of(Facts facts) {
    List<Check> checks = new ArrayList<>();
    facts
        .byRole()
        .forEach(
            (role, targets) -> {
              Set<Assumed> all = new LinkedHashSet<>();
              targets.forEach(target -> all.add(new Assumed(role, target.externalId())));
              for (Assumed each : all) {
                checks.add(
                    new Check(
                        "role", role, notes -> look(facts, each, named(each, targets), notes)));
              }
            });
    return checks;
  }

  private static String named(Assumed role, List<TargetConfig> targets) {
    return String.join(
        ", ",
        targets.stream()
            .filter(target -> Objects.equals(target.externalId(), role.externalId()))
            .map(TargetConfig::id)
            .toList());
  }

  private static void look(Facts facts, Assumed role, String targets, Notes notes) {
    String subject = role.role() + " of " + targets;
    try {
      assume(facts, role);
    } catch (AwsServiceException refused) {
      refused(facts, role, subject, code(refused), notes);
      return;
    }
    if (role.externalId() == null) {
      if (isOfAnotherAccount(facts, role)) {
        notes.warning(
            subject,
            "is of another account and needs no external id; if that account is somebody else's,"
                + " let its trust policy ask for one, and write it into the rows");
      } else {
        notes.ok(subject, "can be assumed, by this machine");
      }
      return;
    }
    try {
      assume(facts, new Assumed(role.role(), null));
      notes.warning(
          subject,
          "can be assumed without its external id as well; let its trust policy ask for it"
              + " (Condition StringEquals sts:ExternalId)");
    } catch (AwsServiceException wanted) {
      notes.ok(subject, "can be assumed, by this machine, with its external id and not without");
    }
  }

  private static void refused(Facts facts, Assumed role, String subject, String code, Notes notes) {
    FunctionFacts function = facts.function();
    if (!code.contains("AccessDenied")) {
      notes.problem(subject, "cannot be assumed (" + code + ")");
    } else if (function != null && FunctionChecks.isOfAccount(function, role.role())) {
      trusted(facts, function, role, subject, notes);
    } else {
      unknown(function, role, subject, "", notes);
    }
  }

  /** This machine may not assume it, but can read whom it trusts. */
  private static void trusted(
      Facts facts, FunctionFacts function, Assumed role, String subject, Notes notes) {
    IamClient iam = facts.clients().client(IamClient.class, IamClient::builder);
    TrustPolicy.Answer answer =
        notes
            .ask(
                subject,
                "read whom the role trusts (this machine may not assume it)",
                "iam:GetRole",
                "there is no such role",
                () -> iam.getRole(request -> request.roleName(name(role))).role())
            .map(
                found ->
                    TrustPolicy.ask(
                        found.assumeRolePolicyDocument(), function.role(), role.externalId()))
            .orElse(null);
    if (answer == null) {
      return;
    }
    switch (answer) {
      case TRUSTS ->
          notes.ok(
              subject,
              "trusts " + function.role() + ", by its policy; this machine may not assume it");
      case NAMES_OTHERS ->
          notes.problem(
              subject,
              "does not trust " + function.role() + "; name it in the role's trust policy",
              show(role));
      case WANTS_ANOTHER_ID ->
          notes.problem(
              subject,
              "its trust policy asks for another external id than the row has; make them equal",
              show(role));
      case CONDITIONAL ->
          unknown(
              function, role, subject, ", and its trust policy has conditions of its own", notes);
    }
  }

  private static void unknown(
      @Nullable FunctionFacts function, Assumed role, String subject, String more, Notes notes) {
    notes.unknown(
        subject,
        "this machine's identity may not assume it, or the external id is wrong"
            + more
            + "; "
            + (function == null ? "the worker's role" : function.role())
            + " must: allow it sts:AssumeRole there, and name it in the role's trust policy. To look"
            + " as that role, give --profile",
        show(role));
  }

  private static String show(Assumed role) {
    return Shell.line(
        "aws",
        "iam",
        "get-role",
        "--role-name",
        name(role),
        "--query",
        "Role.AssumeRolePolicyDocument");
  }

  private static String name(Assumed role) {
    return role.role().replaceFirst(".*/", "");
  }

  private static void assume(Facts facts, Assumed role) {
    facts
        .clients()
        .client(StsClient.class, StsClient::builder)
        .assumeRole(
            request ->
                request
                    .roleArn(role.role())
                    .externalId(role.externalId())
                    .roleSessionName("fanout-doctor")
                    .durationSeconds(SECONDS));
  }

  private static boolean isOfAnotherAccount(Facts facts, Assumed role) {
    Arn table = facts.tableArn();
    String account = Arn.parse(role.role()).map(Arn::account).orElse("");
    return table != null && !table.account().equals(account);
  }

  private static String code(AwsServiceException error) {
    return error.awsErrorDetails() == null
        ? "status " + error.statusCode()
        : String.valueOf(error.awsErrorDetails().errorCode());
  }
}
