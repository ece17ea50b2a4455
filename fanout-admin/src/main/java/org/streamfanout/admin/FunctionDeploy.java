package org.streamfanout.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.DeployStep.Action;
import org.streamfanout.admin.DeployStep.Change;
import org.streamfanout.admin.DeployStep.Part;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.PreconditionFailedException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.VpcConfig;
import software.amazon.awssdk.services.s3.S3Client;

/** Makes a function, changes what differs, and removes it. */
final class FunctionDeploy {
  private final AdminClients clients;
  private final LambdaClient client;
  private final Polling polling;
  private final LambdaPatience patience;

  FunctionDeploy(AdminClients clients, Polling polling) {
    this.clients = clients;
    this.client = clients.client(LambdaClient.class, LambdaClient::builder);
    this.polling = polling;
    this.patience = new LambdaPatience(polling);
  }

  Optional<FunctionConfiguration> find(String name) {
    return Ask.aws(
        "look up the function '" + name + "'",
        "lambda:GetFunctionConfiguration",
        () -> {
          try {
            return Optional.of(
                FunctionConfiguration.builder()
                    .applyMutation(
                        found -> {
                          // The answer has the members of a configuration and its own type.
                          var answer =
                              client.getFunctionConfiguration(
                                  request -> request.functionName(name));
                          found
                              .functionName(answer.functionName())
                              .functionArn(answer.functionArn())
                              .runtime(answer.runtimeAsString())
                              .role(answer.role())
                              .handler(answer.handler())
                              .memorySize(answer.memorySize())
                              .timeout(answer.timeout())
                              .codeSha256(answer.codeSha256())
                              .packageType(answer.packageTypeAsString())
                              .environment(answer.environment())
                              .vpcConfig(answer.vpcConfig())
                              .state(answer.stateAsString())
                              .stateReason(answer.stateReason())
                              .lastUpdateStatus(answer.lastUpdateStatusAsString())
                              .lastUpdateStatusReason(answer.lastUpdateStatusReason())
                              .revisionId(answer.revisionId());
                        })
                    .build());
          } catch (ResourceNotFoundException e) {
            return Optional.empty();
          }
        });
  }

  static Map<String, String> environment(FunctionConfiguration function) {
    return function.environment() == null ? Map.of() : function.environment().variables();
  }

  static boolean isInVpc(FunctionConfiguration function) {
    return function.vpcConfig() != null && !function.vpcConfig().subnetIds().isEmpty();
  }

  /** Returns the step that makes a function. */
  DeployStep planCreation(Deployment wanted, String role, Map<String, String> environment) {
    List<Change> changes = new ArrayList<>();
    changes.add(new Change("runtime", null, runtime(wanted)));
    changes.add(new Change("handler", null, FunctionCode.HANDLER));
    changes.add(new Change("role", null, role));
    changes.add(new Change("memory", null, memory(wanted) + " MiB"));
    changes.add(new Change("timeout", null, timeout(wanted) + " s"));
    changes.add(new Change("code", null, code(wanted)));
    environment.keySet().stream()
        .sorted()
        .forEach(name -> changes.add(new Change("variable " + name, null, "(set)")));
    if (!wanted.subnets().isEmpty()) {
      changes.add(new Change("subnets", null, String.join(", ", wanted.subnets())));
      changes.add(new Change("security groups", null, String.join(", ", wanted.securityGroups())));
    }
    return DeployStep.of(
        Part.FUNCTION,
        Action.CREATE,
        wanted.function(),
        changes,
        () -> create(wanted, role, environment));
  }

  private static String runtime(Deployment wanted) {
    return Objects.requireNonNullElse(wanted.runtime(), Deployment.DEFAULT_RUNTIME);
  }

  private static int memory(Deployment wanted) {
    return Objects.requireNonNullElse(wanted.memory(), Deployment.DEFAULT_MEMORY);
  }

  private static int timeout(Deployment wanted) {
    return Objects.requireNonNullElse(wanted.timeout(), Deployment.DEFAULT_TIMEOUT);
  }

  private static String code(Deployment wanted) {
    return wanted.code().file().getFileName()
        + ", "
        + wanted.code().bytes()
        + " bytes"
        + (wanted.bucket() == null ? "" : ", by way of the bucket " + wanted.bucket());
  }

  private void create(Deployment wanted, String role, Map<String, String> environment) {
    CreateFunctionRequest.Builder request =
        CreateFunctionRequest.builder()
            .functionName(wanted.function())
            .runtime(runtime(wanted))
            .handler(FunctionCode.HANDLER)
            .role(role)
            .memorySize(memory(wanted))
            .timeout(timeout(wanted))
            .packageType(PackageType.ZIP)
            .environment(variables -> variables.variables(environment));
    if (!wanted.subnets().isEmpty()) {
      request.vpcConfig(
          vpc -> vpc.subnetIds(wanted.subnets()).securityGroupIds(wanted.securityGroups()));
    }
    String bucket = upload(wanted);
    request.code(
        code -> {
          if (bucket == null) {
            code.zipFile(bytes(wanted));
          } else {
            code.s3Bucket(bucket).s3Key(wanted.code().objectKey());
          }
        });
    String doing = "create the function '" + wanted.function() + "'";
    patience.untilTaken(
        doing,
        "lambda:CreateFunction and iam:PassRole",
        () -> {
          try {
            client.createFunction(request.build());
            return LambdaPatience.TAKEN;
          } catch (ResourceConflictException e) {
            throw new AdminException(
                "the function '" + wanted.function() + "' has been made meanwhile; run it again",
                e);
          }
        });
    awaitSettled(wanted.function());
  }

  private SdkBytes bytes(Deployment wanted) {
    try {
      return SdkBytes.fromByteArrayUnsafe(Files.readAllBytes(wanted.code().file()));
    } catch (IOException e) {
      throw new AdminException("the jar '" + wanted.code().file() + "' cannot be read: " + e, e);
    }
  }

  /** Puts the code in its bucket; the same code is the same object. */
  private @Nullable String upload(Deployment wanted) {
    String bucket = wanted.bucket();
    if (bucket != null) {
      S3Client s3 = clients.client(S3Client.class, S3Client::builder);
      Ask.aws(
          "put the code in the bucket '" + bucket + "'",
          "s3:PutObject",
          () ->
              s3.putObject(
                  request -> request.bucket(bucket).key(wanted.code().objectKey()),
                  RequestBody.fromFile(wanted.code().file())));
    }
    return bucket;
  }

  /** Returns the step that replaces a function's code, if it is other code. */
  DeployStep planCode(Deployment wanted, FunctionConfiguration there) {
    if (wanted.code().sha256().equals(there.codeSha256())) {
      return DeployStep.none(Part.CODE, wanted.function());
    }
    return DeployStep.of(
        Part.CODE,
        Action.CHANGE,
        wanted.function(),
        List.of(
            new Change("sha256", there.codeSha256(), wanted.code().sha256()),
            new Change("code", null, code(wanted))),
        () -> replaceCode(wanted));
  }

  private void replaceCode(Deployment wanted) {
    awaitSettled(wanted.function());
    UpdateFunctionCodeRequest.Builder request =
        UpdateFunctionCodeRequest.builder().functionName(wanted.function());
    String bucket = upload(wanted);
    if (bucket == null) {
      request.zipFile(bytes(wanted));
    } else {
      request.s3Bucket(bucket).s3Key(wanted.code().objectKey());
    }
    update(
        "replace the code of the function '" + wanted.function() + "'",
        "lambda:UpdateFunctionCode",
        () -> client.updateFunctionCode(request.build()));
    awaitSettled(wanted.function());
  }

  /** Returns the step that changes what differs in a function's configuration. */
  DeployStep planConfiguration(
      Deployment wanted,
      FunctionConfiguration there,
      String role,
      Map<String, String> environment) {
    List<Change> changes = new ArrayList<>();
    UpdateFunctionConfigurationRequest.Builder request =
        UpdateFunctionConfigurationRequest.builder().functionName(wanted.function());
    String runtime = newRuntime(wanted, there);
    if (runtime != null) {
      changes.add(new Change("runtime", there.runtimeAsString(), runtime));
      request.runtime(runtime);
    }
    if (!FunctionCode.HANDLER.equals(there.handler())) {
      changes.add(new Change("handler", there.handler(), FunctionCode.HANDLER));
      request.handler(FunctionCode.HANDLER);
    }
    if (!role.equals(there.role())) {
      changes.add(new Change("role", there.role(), role));
      request.role(role);
    }
    if (wanted.memory() != null && !wanted.memory().equals(there.memorySize())) {
      changes.add(new Change("memory", there.memorySize() + " MiB", wanted.memory() + " MiB"));
      request.memorySize(wanted.memory());
    }
    if (wanted.timeout() != null && !wanted.timeout().equals(there.timeout())) {
      changes.add(new Change("timeout", there.timeout() + " s", wanted.timeout() + " s"));
      request.timeout(wanted.timeout());
    }
    planVpc(wanted, there, changes, request);
    Map<String, String> variables = new TreeMap<>(environment(there));
    for (String name : new TreeSet<>(environment.keySet())) {
      String value = String.valueOf(environment.get(name));
      if (!value.equals(variables.put(name, value))) {
        changes.add(
            new Change(
                "variable " + name,
                environment(there).containsKey(name) ? "(set)" : null,
                "(set anew)"));
      }
    }
    if (changes.isEmpty()) {
      return DeployStep.of(
          Part.FUNCTION,
          Action.NONE,
          wanted.function(),
          List.of(),
          isSettled(there) ? () -> {} : () -> awaitSettled(wanted.function()));
    }
    return DeployStep.of(
        Part.FUNCTION,
        Action.CHANGE,
        wanted.function(),
        changes,
        () -> configure(wanted.function(), request, environment));
  }

  private static @Nullable String newRuntime(Deployment wanted, FunctionConfiguration there) {
    String before = String.valueOf(there.runtimeAsString());
    String after = wanted.runtime();
    if (after == null) {
      return before.startsWith("java") ? null : Deployment.DEFAULT_RUNTIME;
    }
    return after.equals(before) ? null : after;
  }

  private static void planVpc(
      Deployment wanted,
      FunctionConfiguration there,
      List<Change> changes,
      UpdateFunctionConfigurationRequest.Builder request) {
    if (wanted.subnets().isEmpty()) {
      return;
    }
    VpcConfig none = VpcConfig.builder().build();
    VpcConfig after =
        VpcConfig.builder()
            .subnetIds(wanted.subnets())
            .securityGroupIds(wanted.securityGroups())
            .build();
    Set<String> subnets = new TreeSet<>();
    Set<String> groups = new TreeSet<>();
    if (there.vpcConfig() != null) {
      subnets.addAll(there.vpcConfig().subnetIds());
      groups.addAll(there.vpcConfig().securityGroupIds());
    }
    if (!subnets.equals(new TreeSet<>(wanted.subnets()))) {
      changes.add(
          new Change(
              "subnets", joined(subnets), String.join(", ", new TreeSet<>(wanted.subnets()))));
    }
    if (!groups.equals(new TreeSet<>(wanted.securityGroups()))) {
      changes.add(
          new Change(
              "security groups",
              joined(groups),
              String.join(", ", new TreeSet<>(wanted.securityGroups()))));
    }
    if (!after.equals(none)) {
      request.vpcConfig(
          vpc -> vpc.subnetIds(after.subnetIds()).securityGroupIds(after.securityGroupIds()));
    }
  }

  private static @Nullable String joined(Set<String> ids) {
    return ids.isEmpty() ? null : String.join(", ", ids);
  }

  /** Variables that others set meanwhile stay: they are read again, and the write depends on it. */
  private void configure(
      String name,
      UpdateFunctionConfigurationRequest.Builder request,
      Map<String, String> environment) {
    FunctionConfiguration there = awaitSettled(name);
    Map<String, String> variables = new TreeMap<>(environment(there));
    variables.putAll(environment);
    request.environment(all -> all.variables(variables)).revisionId(there.revisionId());
    update(
        "change the configuration of the function '" + name + "'",
        "lambda:UpdateFunctionConfiguration and iam:PassRole",
        () -> client.updateFunctionConfiguration(request.build()));
    awaitSettled(name);
  }

  /** Updates, once Lambda knows the role and no other update is under way. */
  private void update(String doing, String action, Runnable call) {
    patience.untilTaken(
        doing,
        action,
        () -> {
          try {
            call.run();
            return LambdaPatience.TAKEN;
          } catch (ResourceConflictException e) {
            return LambdaPatience.text(e);
          } catch (PreconditionFailedException e) {
            throw new AdminException(
                "somebody else changed the function meanwhile; run it again", e);
          }
        });
  }

  private static boolean isSettled(FunctionConfiguration function) {
    return function.state() != State.PENDING
        && function.lastUpdateStatus() != LastUpdateStatus.IN_PROGRESS;
  }

  private FunctionConfiguration awaitSettled(String name) {
    FunctionConfiguration settled =
        polling.until(
            "the function '" + name + "' to be ready",
            () ->
                find(name)
                    .orElseThrow(
                        () ->
                            new AdminException(
                                "the function '" + name + "' is gone; run it again")),
            FunctionDeploy::isSettled);
    if (settled.state() == State.FAILED) {
      throw new AdminException(
          "the function '" + name + "' could not be made ready: " + settled.stateReason());
    }
    if (settled.lastUpdateStatus() == LastUpdateStatus.FAILED) {
      throw new AdminException(
          "the function '" + name + "' could not be changed: " + settled.lastUpdateStatusReason());
    }
    return settled;
  }

  /** Returns the step that removes a function. */
  DeployStep planRemoval(String name, boolean isThere) {
    return isThere
        ? DeployStep.of(Part.FUNCTION, Action.REMOVE, name, List.of(), () -> remove(name))
        : DeployStep.none(Part.FUNCTION, name);
  }

  private void remove(String name) {
    patience.untilTaken(
        "delete the function '" + name + "'",
        "lambda:DeleteFunction",
        () -> {
          try {
            client.deleteFunction(request -> request.functionName(name));
            return LambdaPatience.TAKEN;
          } catch (ResourceNotFoundException e) {
            return LambdaPatience.TAKEN;
          } catch (ResourceConflictException e) {
            // An update is under way.
            return LambdaPatience.text(e);
          }
        });
  }
}
