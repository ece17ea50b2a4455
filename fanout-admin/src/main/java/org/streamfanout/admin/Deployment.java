package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;

/**
 * What somebody wants to be deployed. What is null, or empty, was not asked for: it gets its
 * default where something is made, and stays as it is where something is there. Immutable.
 */
public final class Deployment {
  /** What a function gets that is made without a size. */
  public static final int DEFAULT_MEMORY = 512;

  /** What a function gets that is made without a timeout, in seconds. */
  public static final int DEFAULT_TIMEOUT = 30;

  /** What a function gets that is made without a runtime. */
  public static final String DEFAULT_RUNTIME = "java21";

  /** Of a table: units a second, as aws-lambda-fanout makes it. */
  static final long READ_UNITS = 10;

  static final long WRITE_UNITS = 1;

  /**
   * <a href="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html">Lambda's
   * quotas</a>, as known 2026-11.
   */
  private static final int MAX_MEMORY = 10_240;

  private static final int MIN_MEMORY = 128;
  private static final int MAX_TIMEOUT = 900;

  private static final Pattern FUNCTION_NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern ROLE_NAME = Pattern.compile("[A-Za-z0-9_+=,.@-]{1,64}");
  private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z0-9_.-]{3,255}");
  private static final Pattern RUNTIME = Pattern.compile("java(17|2\\d|[3-9]\\d)");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z][A-Za-z0-9_]+");

  private final String function;
  private final boolean functionIsThere;
  private final @Nullable String table;
  private final @Nullable String role;
  private final FunctionCode code;
  private final @Nullable String bucket;
  private final @Nullable Integer memory;
  private final @Nullable Integer timeout;
  private final @Nullable String runtime;
  private final List<String> subnets;
  private final List<String> securityGroups;
  private final Map<String, String> environment;
  private final boolean onDemand;
  private final boolean revoke;
  private final Consumer<FunctionGrants.Builder> grants;

  private Deployment(Builder builder) {
    function = builder.function;
    functionIsThere = builder.functionIsThere;
    table = builder.table;
    role = builder.role;
    code = builder.code;
    bucket = builder.bucket;
    memory = builder.memory;
    timeout = builder.timeout;
    runtime = builder.runtime;
    subnets = List.copyOf(builder.subnets);
    securityGroups = List.copyOf(builder.securityGroups);
    environment = Map.copyOf(builder.environment);
    onDemand = builder.onDemand;
    revoke = builder.revoke;
    grants = builder.grants;
  }

  /** Starts the deployment of a function. */
  public static Builder of(String function, FunctionCode code) {
    return new Builder(function, code);
  }

  String function() {
    return function;
  }

  boolean functionIsThere() {
    return functionIsThere;
  }

  @Nullable String table() {
    return table;
  }

  @Nullable String role() {
    return role;
  }

  FunctionCode code() {
    return code;
  }

  @Nullable String bucket() {
    return bucket;
  }

  @Nullable Integer memory() {
    return memory;
  }

  @Nullable Integer timeout() {
    return timeout;
  }

  @Nullable String runtime() {
    return runtime;
  }

  List<String> subnets() {
    return subnets;
  }

  List<String> securityGroups() {
    return securityGroups;
  }

  Map<String, String> environment() {
    return environment;
  }

  boolean onDemand() {
    return onDemand;
  }

  boolean revoke() {
    return revoke;
  }

  Consumer<FunctionGrants.Builder> grants() {
    return grants;
  }

  static boolean isArn(@Nullable String nameOrArn) {
    return Arn.parse(nameOrArn).isPresent();
  }

  /** Builds a deployment; not thread-safe. */
  public static final class Builder {
    private final String function;
    private final FunctionCode code;
    private boolean functionIsThere;
    private @Nullable String table;
    private @Nullable String role;
    private @Nullable String bucket;
    private @Nullable Integer memory;
    private @Nullable Integer timeout;
    private @Nullable String runtime;
    private final List<String> subnets = new ArrayList<>();
    private final List<String> securityGroups = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private boolean onDemand;
    private boolean revoke;
    private Consumer<FunctionGrants.Builder> grants = builder -> {};

    private Builder(String function, FunctionCode code) {
      this.function = Objects.requireNonNull(function, "function");
      this.code = Objects.requireNonNull(code, "code");
    }

    /** Sets that the function must be there, and is not made; false by default. */
    public Builder functionIsThere(boolean newFunctionIsThere) {
      functionIsThere = newFunctionIsThere;
      return this;
    }

    /** Sets the table by its name, which is made if it is not there, or its ARN, which is not. */
    public Builder table(@Nullable String nameOrArn) {
      table = nameOrArn;
      return this;
    }

    /** Sets the role by its name, which is made if it is not there, or its ARN, which is not. */
    public Builder role(@Nullable String nameOrArn) {
      role = nameOrArn;
      return this;
    }

    /** Sets the bucket that the code goes by way of. */
    public Builder bucket(@Nullable String newBucket) {
      bucket = newBucket;
      return this;
    }

    /** Sets the memory in MiB. */
    public Builder memory(@Nullable Integer newMemory) {
      memory = newMemory;
      return this;
    }

    /** Sets the timeout in seconds. */
    public Builder timeout(@Nullable Integer newTimeout) {
      timeout = newTimeout;
      return this;
    }

    /** Sets the runtime, such as {@code java21}. */
    public Builder runtime(@Nullable String newRuntime) {
      runtime = newRuntime;
      return this;
    }

    /** Sets where in a VPC the function runs. */
    public Builder vpc(Collection<String> newSubnets, Collection<String> newSecurityGroups) {
      subnets.addAll(newSubnets);
      securityGroups.addAll(newSecurityGroups);
      return this;
    }

    /** Sets variables of the function's environment; others that it has stay. */
    public Builder environment(Map<String, String> variables) {
      environment.putAll(variables);
      return this;
    }

    /** Sets whether a table that is made is paid for by request; by provisioned units if not. */
    public Builder onDemand(boolean newOnDemand) {
      onDemand = newOnDemand;
      return this;
    }

    /** Sets whether what the role was granted before and is not needed any more is taken away. */
    public Builder revoke(boolean newRevoke) {
      revoke = newRevoke;
      return this;
    }

    /** Sets what the role is granted beside what the rows of the table need. */
    public Builder grants(Consumer<FunctionGrants.Builder> newGrants) {
      grants = Objects.requireNonNull(newGrants, "newGrants");
      return this;
    }

    /**
     * Returns the deployment.
     *
     * @throws AdminException with everything that is wrong with it
     */
    public Deployment build() {
      List<String> problems = new ArrayList<>();
      requireName("the function", FUNCTION_NAME, function, problems);
      if (role != null && !isArn(role)) {
        requireName("the role", ROLE_NAME, role, problems);
      }
      if (table != null && !isArn(table)) {
        requireName("the table", TABLE_NAME, table, problems);
      }
      if (memory != null && (memory < MIN_MEMORY || memory > MAX_MEMORY)) {
        problems.add("--memory is " + memory + "; Lambda takes 128 to 10240 MiB");
      }
      if (timeout != null && (timeout < 1 || timeout > MAX_TIMEOUT)) {
        problems.add("--timeout is " + timeout + "; Lambda takes 1 to 900 s");
      }
      if (runtime != null && !RUNTIME.matcher(runtime).matches()) {
        problems.add("--runtime is '" + runtime + "'; it takes java17 or later");
      }
      if (subnets.isEmpty() != securityGroups.isEmpty()) {
        problems.add("--subnet and --security-group need each other; give both, or neither");
      }
      requireIds("--subnet", "subnet-", subnets, problems);
      requireIds("--security-group", "sg-", securityGroups, problems);
      environment.forEach(
          (name, value) -> {
            if (!VARIABLE.matcher(name).matches() || name.startsWith("AWS_")) {
              problems.add(
                  "--environment '" + name + "' is no name of a variable that one may set");
            }
          });
      if (!code.isDirect() && bucket == null) {
        problems.add(
            "the jar has "
                + code.bytes()
                + " bytes, Lambda takes "
                + FunctionCode.MAX_DIRECT
                + " in a request; give --s3-bucket NAME");
      }
      if (!problems.isEmpty()) {
        throw new AdminException(problems);
      }
      return new Deployment(this);
    }

    private static void requireName(
        String what, Pattern pattern, String name, List<String> problems) {
      if (!pattern.matcher(name).matches()) {
        problems.add(what + " cannot be called '" + name + "'");
      }
    }

    private static void requireIds(
        String option, String prefix, List<String> ids, List<String> problems) {
      for (String id : ids) {
        if (!id.matches(prefix + "[0-9a-z]+")) {
          problems.add(option + " '" + id + "' is no id such as " + prefix + "01234567");
        }
      }
    }
  }
}
