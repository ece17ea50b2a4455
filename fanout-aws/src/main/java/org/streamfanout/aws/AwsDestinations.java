package org.streamfanout.aws;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/**
 * The rules for what a target of AWS may name: role, external id, region, ARN. Every check reports
 * into a list, so that a target's owner reads all problems at once. No I/O; stateless.
 */
public final class AwsDestinations {
  private static final Pattern REGION = Pattern.compile("[a-z]{2,4}(?:-[a-z]+)+-\\d{1,2}");

  /**
   * A path of printable ASCII without spaces, then a name, as in the <a
   * href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html">IAM reference</a> (as
   * known 2026-11).
   */
  private static final Pattern ROLE =
      Pattern.compile("role/(?:[\\x21-\\x2e\\x30-\\x7e]{1,512}/){0,64}[A-Za-z0-9_+=,.@-]{1,64}");

  /** The longest path of a role. */
  private static final int ROLE_PATH = 512;

  /**
   * As <a href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">
   * AssumeRole</a> takes them (as known 2026-11).
   */
  private static final Pattern EXTERNAL_ID = Pattern.compile("[A-Za-z0-9_+=,.@:/\\\\-]{2,1224}");

  private AwsDestinations() {}

  /**
   * A destination that was understood.
   *
   * @param name the resource's own name
   * @param arn its ARN; null if only the name is given
   */
  public record Named(String name, @Nullable Arn arn) {
    /** Returns the region that the ARN names; null if there is no ARN. */
    public @Nullable String region() {
      return arn == null ? null : arn.region();
    }
  }

  /** Adds the options that all AWS targets share to a type's description. */
  public static Description.Builder accessOptions(Description.Builder description) {
    return description.option(
        SessionPolicy.OPTION,
        SessionPolicy.NONE + ", " + SessionPolicy.TARGET,
        SessionPolicy.NONE,
        "target: the role is assumed with a session policy of the actions below on this one"
            + " destination, so that the session can do nothing else. Needs a role and a"
            + " destination that tells its ARN, and keys of KMS that need no action of the caller.");
  }

  /**
   * A host of AWS's own.
   *
   * @param partition the partition's id, as in ARNs
   * @param region the region that it serves
   */
  public record ServiceHost(String partition, String region) {}

  /**
   * Reads a host of a service, in any partition: {@code <service>[-fips].<region>.<domain>}, its
   * dual-stack form or that of a VPC endpoint.
   *
   * @return where it is, or nothing if it is no such host
   */
  public static Optional<ServiceHost> serviceHost(String service, String host) {
    return AwsHosts.awsHost(service, host)
        .map(aws -> new ServiceHost(aws.partition().id(), aws.region()));
  }

  /**
   * Checks what all AWS targets share but the session policy: role, external id, region, the
   * operator's endpoint.
   *
   * @param destinationRegion the region that the destination names, which that of the target must
   *     not contradict; null if it names none
   * @return every problem, in a list that the caller may add to
   */
  public static List<String> accessProblems(
      TargetConfig target, @Nullable String destinationRegion, ProviderContext context) {
    return accessProblems(target, destinationRegion, List.of(), context);
  }

  /**
   * Checks what all AWS targets share: role, external id, session policy, region, the operator's
   * endpoint.
   *
   * @param destinationRegion the region that the destination names, which that of the target must
   *     not contradict; null if it names none
   * @param permissions what the provider says that the target needs
   * @return every problem, in a list that the caller may add to
   */
  public static List<String> accessProblems(
      TargetConfig target,
      @Nullable String destinationRegion,
      List<Permission> permissions,
      ProviderContext context) {
    List<String> problems = new ArrayList<>(SessionPolicy.problems(target, permissions));
    String endpointProblem = AwsHosts.endpointProblem(context::setting);
    if (endpointProblem != null) {
      problems.add(endpointProblem);
    }
    String role = target.role();
    if (role != null && !isRole(role)) {
      problems.add("role '" + role + "' is not the ARN of a role; write " + ROLE_SYNTAX);
    }
    String externalId = target.externalId();
    if (externalId != null && !EXTERNAL_ID.matcher(externalId).matches()) {
      // Not quoted: the other account's owner may treat it as a secret.
      problems.add(
          "externalId is not legal; write 2 to 1224 characters out of A-Z a-z 0-9 _ + = , . @ : / \\ -");
    }
    String region = target.region();
    if (region != null && !REGION.matcher(region).matches()) {
      problems.add("region '" + region + "' is not a region; write one such as eu-west-1");
    } else if (region != null && destinationRegion != null && !region.equals(destinationRegion)) {
      problems.add(
          "region '"
              + region
              + "' is not the destination's, which is '"
              + destinationRegion
              + "'; leave the column empty or make them equal");
    }
    return problems;
  }

  private static final String ROLE_SYNTAX = "arn:<partition>:iam::<account>:role/[<path>/]<name>";

  private static boolean isRole(String text) {
    return Arn.parse(text)
        .filter(
            arn ->
                isPartition(arn)
                    && arn.service().equals("iam")
                    && arn.region().isEmpty()
                    && !arn.account().isEmpty()
                    && arn.resource().lastIndexOf('/') <= "role/".length() + ROLE_PATH
                    && ROLE.matcher(arn.resource()).matches())
        .isPresent();
  }

  private static boolean isPartition(Arn arn) {
    return AwsPartition.ofId(arn.partition()).isPresent();
  }

  /**
   * Reads the ARN of a regional resource.
   *
   * @param service the service that the ARN must be of
   * @param prefix what stands before the name, such as {@code stream/}; empty for nothing
   * @param name what names look like
   * @return the resource, or nothing if the text is no such ARN
   */
  public static Optional<Named> arn(String text, String service, String prefix, Pattern name) {
    return Arn.parse(text)
        .filter(arn -> arn.service().equals(service) && !arn.account().isEmpty())
        .filter(
            arn ->
                AwsPartition.ofId(arn.partition())
                    .filter(partition -> partition.hasRegion(arn.region()))
                    .isPresent())
        .filter(arn -> arn.resource().startsWith(prefix))
        .map(arn -> new Named(arn.resource().substring(prefix.length()), arn))
        .filter(named -> name.matcher(named.name()).matches());
  }

  /**
   * Reads a name or the ARN of a regional resource.
   *
   * @return the resource, or nothing if the text is neither
   */
  public static Optional<Named> nameOrArn(
      String text, String service, String prefix, Pattern name) {
    return name.matcher(text).matches()
        ? Optional.of(new Named(text, null))
        : arn(text, service, prefix, name);
  }

  /**
   * Reads the ARN of a resource that names neither region nor account, such as a bucket's.
   *
   * @param resource what everything after the fifth colon looks like
   * @return the ARN, or nothing if the text is no such ARN
   */
  public static Optional<Arn> globalArn(String text, String service, Pattern resource) {
    return Arn.parse(text)
        .filter(arn -> arn.service().equals(service) && isPartition(arn))
        .filter(arn -> arn.region().isEmpty() && arn.account().isEmpty())
        .filter(arn -> resource.matcher(arn.resource()).matches());
  }

  /**
   * A host of AWS's own that one resource has to itself.
   *
   * @param name what stands before the region
   * @param region the region
   * @param partition the partition's name in ARNs
   */
  public record OwnHost(String name, String region, String partition) {}

  /**
   * Reads {@code <name>.<region>.<service>.<domain of a partition>}, the form of endpoints that
   * belong to one resource.
   *
   * @param name what the name, one label, looks like
   * @return its parts, or nothing if the host is not exactly of that form
   */
  public static Optional<OwnHost> ownHost(String host, String service, Pattern name) {
    String[] labels = host.split("\\.", -1);
    if (labels.length < 4 || !labels[2].equals(service) || !name.matcher(labels[0]).matches()) {
      return Optional.empty();
    }
    String suffix = host.substring(String.join(".", labels[0], labels[1], labels[2], "").length());
    return Arrays.stream(AwsPartition.values())
        .filter(partition -> partition.suffix().equals(suffix) && partition.hasRegion(labels[1]))
        .findFirst()
        .map(partition -> new OwnHost(labels[0], labels[1], partition.id()));
  }

  /** Returns the name in ARNs of a region's partition; {@code aws} if no region is known. */
  public static String partitionOf(@Nullable String region) {
    return Arrays.stream(AwsPartition.values())
        .filter(partition -> region != null && partition.hasRegion(region))
        .findFirst()
        .orElse(AwsPartition.AWS)
        .id();
  }

  /**
   * Returns the least permissions of a target: actions on its destination, and leave to assume its
   * role.
   *
   * @param arn the destination's; null if it is not known, which reads as {@code *}
   */
  public static List<Permission> permissions(
      TargetConfig target, @Nullable Arn arn, String... actions) {
    List<Permission> permissions = new ArrayList<>();
    if (target.role() != null) {
      permissions.add(new Permission("sts:AssumeRole", target.role()));
    }
    for (String action : actions) {
      permissions.add(new Permission(action, arn == null ? "*" : arn.toString()));
    }
    return permissions;
  }

  /**
   * Returns what a {@code check} found out.
   *
   * @param subject the target's id
   * @param destination what was reached for
   * @param error what went wrong; null if nothing did
   */
  public static Finding finding(String subject, String destination, @Nullable Throwable error) {
    if (error == null) {
      return new Finding(Finding.Severity.OK, subject, destination + " can be reached");
    }
    Failure failure = AwsFailures.classify(error);
    boolean isLasting = failure.kind() == Failure.Kind.FATAL;
    return new Finding(
        isLasting ? Finding.Severity.ERROR : Finding.Severity.WARNING,
        subject,
        destination + " could not be checked: " + failure.code() + ", " + failure.detail());
  }
}
