package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.Shell;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.State;

/** The function by itself: whether it can run, long enough, with enough memory, on this table. */
final class FunctionChecks {
  /** What docs/lambda.md says to start with. */
  private static final int MEMORY = 512;

  /** As the function's FANOUT_RETRY_ATTEMPT_TIMEOUT and FANOUT_DEADLINE_MARGIN are by default. */
  private static final Duration ATTEMPT = Duration.ofSeconds(10);

  private static final Duration MARGIN = Duration.ofSeconds(1);

  private static final int SUGGESTED_TIMEOUT = 60;

  private FunctionChecks() {}

  static List<Check> of(Facts facts) {
    FunctionFacts function = facts.function();
    return function == null
        ? List.of()
        : List.of(
            new Check("function", function.subject(), notes -> look(facts, function, notes)),
            new Check(
                "function", function.subject(), notes -> concurrency(facts, function, notes)));
  }

  private static void look(Facts facts, FunctionFacts function, Notes notes) {
    String subject = function.subject();
    GetFunctionConfigurationResponse now = function.configuration();
    if (now.state() != null && now.state() != State.ACTIVE) {
      notes.problem(subject, "is " + now.stateAsString() + because(now.stateReason()));
    }
    if (now.lastUpdateStatus() == LastUpdateStatus.FAILED) {
      notes.problem(subject, "its last update failed" + because(now.lastUpdateStatusReason()));
    }
    String table = Arn.parse(function.table()).map(Facts::tableName).orElse(function.table());
    if (!table.equals(facts.table())) {
      notes.problem(
          subject,
          "it reads the table '"
              + function.table()
              + "', and not this one ("
              + facts.table()
              + "); set FANOUT_TABLE_NAME, or look at that table",
          "./fanout doctor --function "
              + Shell.quoted(function.name())
              + " --table "
              + Shell.quoted(function.table()));
    }
    Duration timeout = Duration.ofSeconds(now.timeout() == null ? 0 : now.timeout());
    Duration needed =
        function
            .time("FANOUT_RETRY_ATTEMPT_TIMEOUT", ATTEMPT)
            .plus(function.time("FANOUT_DEADLINE_MARGIN", MARGIN));
    if (timeout.compareTo(needed) <= 0) {
      notes.warning(
          subject,
          "its timeout of "
              + timeout.toSeconds()
              + " s ends an attempt, which may take "
              + needed.toSeconds()
              + " s with the margin; what a slow target was sent is then sent again",
          update(function, "--timeout", Integer.toString(SUGGESTED_TIMEOUT)));
    }
    if (now.memorySize() != null && now.memorySize() < MEMORY) {
      notes.warning(
          subject,
          "it has "
              + now.memorySize()
              + " MB; a large batch does not fit, and the processor's share is small",
          update(function, "--memory-size", Integer.toString(MEMORY)));
    }
    if (notes.isWell()) {
      notes.ok(
          subject,
          "is active, with "
              + timeout.toSeconds()
              + " s and "
              + now.memorySize()
              + " MB, and reads this table");
    }
  }

  private static void concurrency(Facts facts, FunctionFacts function, Notes notes) {
    LambdaClient lambda =
        facts.clients().client(LambdaClient.class, LambdaClient::builder, function.region());
    notes
        .ask(
            function.subject(),
            "look up how many of the function may run",
            "lambda:GetFunctionConcurrency",
            () -> lambda.getFunctionConcurrency(request -> request.functionName(function.name())))
        .ifPresent(
            answer -> {
              Integer reserved = answer.reservedConcurrentExecutions();
              if (reserved != null && reserved == 0) {
                notes.problem(
                    function.subject(),
                    "none of it may run: its reserved concurrency is 0",
                    "aws lambda delete-function-concurrency --function-name "
                        + Shell.quoted(function.name()));
              }
            });
  }

  private static String update(FunctionFacts function, String option, String value) {
    return Shell.line(
        "aws",
        "lambda",
        "update-function-configuration",
        "--function-name",
        function.name(),
        "--region",
        function.region(),
        option,
        value);
  }

  private static String because(@Nullable String reason) {
    return reason == null || reason.isBlank() ? "" : ": " + reason;
  }

  /** Returns whether a resource is of the function's account. */
  static boolean isOfAccount(FunctionFacts function, String arn) {
    return Arn.parse(arn).map(Arn::account).filter(function.arn().account()::equals).isPresent();
  }
}
