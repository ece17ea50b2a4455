package org.streamfanout.admin.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * Reaches every target with its own role and in its own region, without writing to it. From this
 * machine, which may be elsewhere than what delivers.
 */
final class ReachChecks {
  /** What a destination says to whom it does not let look. */
  private static final Pattern DENIED =
      Pattern.compile("AccessDenied|NotAuthorized|AuthorizationError|Http403");

  private ReachChecks() {}

  static List<Check> of(Facts facts) {
    List<Check> checks = new ArrayList<>();
    for (TargetConfig target : facts.targets()) {
      checks.add(
          new Check("reach", Facts.subject(target), notes -> destination(facts, target, notes)));
      if (target.claimCheck() != null) {
        checks.add(new Check("reach", Facts.subject(target), notes -> store(facts, target, notes)));
      }
    }
    return checks;
  }

  private static void destination(Facts facts, TargetConfig target, Notes notes) {
    TargetProvider provider = facts.provider(target);
    try (TargetSender sender = provider.open(target, facts.context())) {
      List<Finding> findings = sender.check(Deadline.after(facts.limit()));
      findings.forEach(each -> write(target, each, provider.permissions(target), notes));
      if (findings.isEmpty()) {
        notes.unknown(
            Facts.subject(target),
            "type '" + target.type() + "' knows no way to look without writing");
      }
    }
  }

  private static void store(Facts facts, TargetConfig target, Notes notes) {
    String claimCheck = target.claimCheck();
    if (claimCheck == null) {
      return;
    }
    PayloadStoreProvider provider = facts.stores().get(claimCheck);
    try (PayloadStore store = provider.open(target, facts.context())) {
      store
          .check(Deadline.after(facts.limit()))
          .forEach(each -> write(target, each, provider.permissions(target), notes));
    }
  }

  private static void write(
      TargetConfig target, Finding finding, List<Permission> permissions, Notes notes) {
    String subject = Facts.subject(target);
    if (finding.severity() != Finding.Severity.OK && DENIED.matcher(finding.text()).find()) {
      notes.unknown(
          subject,
          finding.text()
              + ". This machine may not look"
              + (target.role() == null ? "" : " as " + target.role())
              + "; what delivers needs "
              + permissions.stream()
                  .map(Permission::action)
                  .distinct()
                  .collect(Collectors.joining(", ")));
    } else if (finding.severity() == Finding.Severity.OK) {
      notes.ok(subject, finding.text() + ", from this machine");
    } else {
      notes.finding(subject, finding);
    }
  }
}
