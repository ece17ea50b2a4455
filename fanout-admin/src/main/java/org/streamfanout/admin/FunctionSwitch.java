package org.streamfanout.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EnvironmentResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** Reads a function, and switches its partial responses without touching another variable. */
final class FunctionSwitch {
  private final AdminClients clients;
  private final Polling polling;

  FunctionSwitch(AdminClients clients, Polling polling) {
    this.clients = clients;
    this.polling = polling;
  }

  private LambdaClient lambda() {
    return clients.client(LambdaClient.class, LambdaClient::builder);
  }

  HookedFunction read(HookedFunction.Name name) {
    return HookedFunction.of(name, configuration(name));
  }

  /** Returns the function once nothing of it changes any more. */
  HookedFunction readAtRest(HookedFunction.Name name) {
    return polling.until(
        "the function '" + name.reference() + "' to be changed",
        () -> read(name),
        function -> !function.isChanging());
  }

  private GetFunctionConfigurationResponse configuration(HookedFunction.Name name) {
    GetFunctionConfigurationResponse answer =
        Ask.aws(
            "read the function '" + name.reference() + "'",
            "lambda:GetFunctionConfiguration",
            () -> {
              try {
                return lambda()
                    .getFunctionConfiguration(
                        request -> request.functionName(name.name()).qualifier(name.qualifier()));
              } catch (ResourceNotFoundException e) {
                throw new AdminException(
                    "the function '"
                        + name.reference()
                        + "' is not there; check --function and --region, or make it with deploy",
                    e);
              }
            });
    EnvironmentResponse environment = answer.environment();
    if (environment != null && environment.error() != null) {
      throw new AdminException(
          "the environment of the function '"
              + name.reference()
              + "' cannot be read, so that nothing is known of its partial responses: "
              + environment.error().errorCode()
              + ", "
              + environment.error().message());
    }
    return answer;
  }

  /**
   * Sets whether the function's answers name what is unsettled, and returns once no invocation
   * begins with the old setting. Does nothing where it is so already.
   */
  void turn(HookedFunction.Name name, boolean on) {
    String doing = "switch partial responses of '" + name.reference() + "'";
    polling.until(
        "the function '" + name.reference() + "' to be changed",
        () -> {
          GetFunctionConfigurationResponse now = configuration(name);
          if (isBusy(now)) {
            return false;
          }
          if (now.lastUpdateStatus() == LastUpdateStatus.FAILED) {
            throw new AdminException(
                "cannot "
                    + doing
                    + ": the last change of the function failed, "
                    + now.lastUpdateStatusReason());
          }
          Map<String, String> variables =
              new LinkedHashMap<>(
                  now.environment() == null ? Map.of() : now.environment().variables());
          if (HookedFunction.answersInParts(variables) == on) {
            return true;
          }
          variables.put(HookedFunction.PARTIAL_RESPONSES, String.valueOf(on));
          write(doing, name, variables, now.revisionId());
          return false;
        },
        isDone -> isDone);
  }

  static boolean isBusy(GetFunctionConfigurationResponse function) {
    return function.lastUpdateStatus() == LastUpdateStatus.IN_PROGRESS
        || function.state() == State.PENDING;
  }

  /** Whoever changed the function meanwhile is found, and kept, when it is read again. */
  private void write(
      String doing, HookedFunction.Name name, Map<String, String> variables, String revision) {
    Ask.aws(
        doing,
        "lambda:UpdateFunctionConfiguration",
        () -> {
          try {
            return lambda()
                .updateFunctionConfiguration(
                    request ->
                        request
                            .functionName(name.name())
                            .environment(environment -> environment.variables(variables))
                            .revisionId(revision))
                .revisionId();
          } catch (PreconditionFailedException
              | ResourceConflictException
              | TooManyRequestsException e) {
            return "";
          }
        });
  }
}
