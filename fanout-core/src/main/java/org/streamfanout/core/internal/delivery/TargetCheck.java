package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;

/** Lets targets check their destinations, side by side, within the time of one attempt. */
public final class TargetCheck {
  private TargetCheck() {}

  /** Returns what every target found; never throws. */
  public static List<Finding> checkAll(List<TargetSetup> targets, Services services) {
    Deadline deadline = Deadline.after(services.retry().attemptTimeout());
    Map<String, CompletableFuture<List<Finding>>> checks = new LinkedHashMap<>();
    List<Finding> findings = new ArrayList<>();
    for (TargetSetup target : targets) {
      String id = target.config().id();
      try {
        checks.put(
            id,
            CompletableFuture.supplyAsync(
                () -> check(target.runtime(), deadline), services.executor()));
      } catch (RejectedExecutionException e) {
        findings.add(new Finding(Severity.ERROR, id, "the host's executor takes no more work"));
      }
    }
    checks.forEach((id, check) -> findings.addAll(await(id, check, deadline)));
    return findings;
  }

  private static List<Finding> check(TargetRuntime target, Deadline deadline) {
    List<Finding> findings = new ArrayList<>(target.sender().check(deadline));
    ClaimChecks claims = target.claims();
    if (claims != null) {
      findings.addAll(claims.check(deadline));
    }
    return findings;
  }

  private static List<Finding> await(
      String id, CompletableFuture<List<Finding>> check, Deadline deadline) {
    try {
      return check.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return error(id, "the destination did not answer in time");
    } catch (ExecutionException e) {
      return error(id, "the check failed with " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return error(id, "the check was interrupted");
    }
  }

  private static List<Finding> error(String id, String text) {
    return List.of(new Finding(Severity.ERROR, id, text));
  }
}
