package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Arn;

/**
 * Everything that has to be allowed so that a function can fan out, and nothing else: the policies
 * of its role, of the roles that its targets name, and of what other accounts share with it. Made
 * without any I/O. Immutable.
 *
 * <p>Metrics need no permission: they are lines in the function's log.
 */
public final class FunctionGrants {
  /**
   * Actions that <a
   * href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html">
   * are granted on everything</a>, as known 2026-11: what they list has no ARN, and what they make
   * has none before.
   */
  private static final List<String> VPC =
      List.of(
          "ec2:AssignPrivateIpAddresses",
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSubnets",
          "ec2:UnassignPrivateIpAddresses");

  private static final List<String> LOGS =
      List.of("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents");

  private static final List<String> PROGRESS =
      List.of("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query");

  private static final String FUNCTION = "function:";

  private final String role;
  private final PolicyDocument trust;
  private final PolicyDocument permissions;
  private final List<TargetRole> targetRoles;
  private final List<ResourcePolicy> resourcePolicies;
  private final List<String> warnings;

  private FunctionGrants(Builder builder) {
    Arn function = builder.function;
    role = builder.role;
    trust =
        new PolicyDocument(
            List.of(
                Statement.allow("LambdaAssumesIt", List.of("sts:AssumeRole"), List.of())
                    .to("Service", "lambda.amazonaws.com")));
    SourceGrants sources = new SourceGrants(function.account(), builder.secrets.isEmpty());
    TargetGrants targets =
        new TargetGrants(function, role, builder.providers(), builder.payloadStores());
    Set<String> ids = new LinkedHashSet<>();
    warnings = new ArrayList<>();
    for (StoredTarget row : builder.targets) {
      targets.add(row);
      ids.add(row.sourceArn());
    }
    ids.addAll(builder.sources);
    for (String id : ids) {
      try {
        sources.add(id);
      } catch (IllegalArgumentException e) {
        warnings.add(e.getMessage() + "; nothing is granted for it");
      }
    }
    List<Statement> own = new ArrayList<>();
    own.add(Statement.allow("ReadTargets", List.of("dynamodb:Query"), List.of(builder.table)));
    own.add(Statement.allow("WriteLogs", LOGS, List.of(logGroup(function))));
    if (builder.progressTable != null) {
      own.add(Statement.allow("KeepProgress", PROGRESS, List.of(builder.progressTable)));
    }
    own.addAll(sources.statements());
    own.addAll(targets.statements());
    own.addAll(others(builder, targets));
    permissions = new PolicyDocument(own);
    targetRoles = List.copyOf(targets.roles(List.copyOf(builder.encryptionKeys)));
    resourcePolicies = new ArrayList<>(sources.policies(role));
    builder.decryptionKeys.forEach(key -> addForeignKey(function, key, List.of("kms:Decrypt")));
    warnings.addAll(sources.warnings());
    warnings.addAll(targets.warnings());
  }

  private static List<Statement> others(Builder builder, TargetGrants targets) {
    List<Statement> statements = new ArrayList<>();
    if (builder.inVpc) {
      statements.add(Statement.allow("AttachToVpc", VPC, List.of("*")));
    }
    if (!builder.secrets.isEmpty()) {
      statements.add(
          Statement.allow(
              "ReadSecrets", List.of("secretsmanager:GetSecretValue"), builder.secrets));
    }
    if (!builder.decryptionKeys.isEmpty()) {
      statements.add(
          Statement.allow("DecryptSources", List.of("kms:Decrypt"), builder.decryptionKeys));
    }
    List<String> ownKeys =
        builder.encryptionKeys.stream().filter(key -> !targets.isOfTargetRole(key)).toList();
    if (!ownKeys.isEmpty()) {
      statements.add(encrypt(ownKeys));
    }
    for (String destination : builder.onFailure) {
      statements.add(onFailure(destination, statements.size()));
    }
    return statements;
  }

  static Statement encrypt(Collection<String> keys) {
    return Statement.allow(
        "EncryptForTargets", List.of("kms:Decrypt", "kms:GenerateDataKey"), keys);
  }

  private static Statement onFailure(String arn, int number) {
    String service = Arn.parse(arn).map(Arn::service).orElse("");
    String sid = "TellOfFailures" + number;
    return switch (service) {
      case "sqs" -> Statement.allow(sid, List.of("sqs:SendMessage"), List.of(arn));
      case "sns" -> Statement.allow(sid, List.of("sns:Publish"), List.of(arn));
      case "s3" ->
          Statement.allow(sid, List.of("s3:ListBucket", "s3:PutObject"), List.of(arn, arn + "/*"));
      default ->
          throw new AdminException(
              "the destination of failures '"
                  + arn
                  + "' is no ARN of a queue, a topic or a bucket");
    };
  }

  private void addForeignKey(Arn function, String key, List<String> actions) {
    if (Arn.parse(key)
        .map(Arn::account)
        .filter(each -> !each.equals(function.account()))
        .isPresent()) {
      // In a key's policy the key is all that a resource can be.
      Statement statement = Statement.allow("FanoutUsesIt", actions, List.of("*")).to("AWS", role);
      resourcePolicies.add(
          new ResourcePolicy(ResourcePolicy.Kind.KEY, key, new PolicyDocument(List.of(statement))));
    }
  }

  private static String logGroup(Arn function) {
    return new Arn(
            function.partition(),
            "logs",
            function.region(),
            function.account(),
            "log-group:/aws/lambda/" + function.resource().substring(FUNCTION.length()) + ":*")
        .toString();
  }

  /**
   * Starts grants of a function; its table is {@code <function>Targets} and its role {@code
   * <function>Role}, unless it is said otherwise.
   *
   * @param functionArn of a function, without a version or an alias
   * @throws AdminException if it is not such an ARN
   */
  public static Builder of(String functionArn) {
    return new Builder(functionArn);
  }

  /** Returns the function's role. */
  public String role() {
    return role;
  }

  /** Returns who may assume the function's role: Lambda. */
  public PolicyDocument trust() {
    return trust;
  }

  /** Returns what the function's role needs. */
  public PolicyDocument permissions() {
    return permissions;
  }

  /** Returns the roles that targets name, in the order of their ARNs. */
  public List<TargetRole> targetRoles() {
    return targetRoles;
  }

  /** Returns what other accounts have to allow the function's role on what is theirs. */
  public List<ResourcePolicy> resourcePolicies() {
    return List.copyOf(resourcePolicies);
  }

  /** Returns what is not granted, though something may need it, and why. */
  public List<String> warnings() {
    return List.copyOf(warnings);
  }

  /** Collects what a function reads and delivers to; not thread-safe. */
  public static final class Builder {
    private final Arn function;
    private final List<StoredTarget> targets = new ArrayList<>();
    private final Set<String> sources = new LinkedHashSet<>();
    private final Set<String> decryptionKeys = new LinkedHashSet<>();
    private final Set<String> encryptionKeys = new LinkedHashSet<>();
    private final Set<String> secrets = new LinkedHashSet<>();
    private final Set<String> onFailure = new LinkedHashSet<>();
    private String role;
    private String table;
    private @Nullable String progressTable;
    private boolean inVpc;
    private @Nullable Providers providers;

    private Builder(String functionArn) {
      function =
          Arn.parse(functionArn)
              .filter(arn -> arn.service().equals("lambda") && !arn.account().isEmpty())
              .filter(arn -> arn.resource().matches(FUNCTION + "[A-Za-z0-9_-]+"))
              .orElseThrow(
                  () -> new AdminException("'" + functionArn + "' is no ARN of a function"));
      String name = function.resource().substring(FUNCTION.length());
      role =
          "arn:" + function.partition() + ":iam::" + function.account() + ":role/" + name + "Role";
      table = tableArn(name + "Targets");
    }

    private String tableArn(String nameOrArn) {
      return nameOrArn.startsWith("arn:")
          ? nameOrArn
          : new Arn(
                  function.partition(),
                  "dynamodb",
                  function.region(),
                  function.account(),
                  "table/" + nameOrArn)
              .toString();
    }

    /** Sets the ARN of the function's role. */
    public Builder role(String arn) {
      role = Objects.requireNonNull(arn, "arn");
      return this;
    }

    /** Sets the name or the ARN of the targets table. */
    public Builder table(String nameOrArn) {
      table = tableArn(nameOrArn);
      return this;
    }

    /** Sets the name or the ARN of the table of progress; null for none. */
    public Builder progressTable(@Nullable String nameOrArn) {
      progressTable = nameOrArn == null ? null : tableArn(nameOrArn);
      return this;
    }

    /** Adds targets, active or not, and their sources. */
    public Builder targets(Collection<StoredTarget> rows) {
      targets.addAll(rows);
      return this;
    }

    /** Adds a source by its id, or the ARN of a consumer of a stream. */
    public Builder source(String id) {
      sources.add(Objects.requireNonNull(id, "id"));
      return this;
    }

    /** Sets whether the function runs in a VPC. */
    public Builder inVpc(boolean newInVpc) {
      inVpc = newInVpc;
      return this;
    }

    /** Adds the key of KMS that a source is encrypted with. */
    public Builder decryptionKey(String arn) {
      decryptionKeys.add(Objects.requireNonNull(arn, "arn"));
      return this;
    }

    /**
     * Adds a key of KMS that destinations are encrypted with. Roles that targets name get those of
     * their account, the function's role all others.
     */
    public Builder encryptionKey(String arn) {
      encryptionKeys.add(Objects.requireNonNull(arn, "arn"));
      return this;
    }

    /** Adds the secret that the function logs in to Kafka with; without one it is its role. */
    public Builder secret(String arn) {
      secrets.add(Objects.requireNonNull(arn, "arn"));
      return this;
    }

    /** Adds the queue, topic or bucket that a mapping tells of what it gives up. */
    public Builder onFailure(String arn) {
      onFailure.add(Objects.requireNonNull(arn, "arn"));
      return this;
    }

    Builder providers(Providers newProviders) {
      providers = newProviders;
      return this;
    }

    private Providers providers() {
      return providers == null ? Providers.discover(List.of()) : providers;
    }

    private PayloadStores payloadStores() {
      return PayloadStores.discover(List.of());
    }

    /**
     * Returns the grants.
     *
     * @throws AdminException if a destination of failures is none
     */
    public FunctionGrants build() {
      return new FunctionGrants(this);
    }
  }
}
