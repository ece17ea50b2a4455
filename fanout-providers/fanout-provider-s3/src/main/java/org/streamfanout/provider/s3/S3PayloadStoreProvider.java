package org.streamfanout.provider.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.SqsQueue;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/**
 * Stores bodies in S3 that are too large for their target, as the role of the target's row and in
 * its region, and points to them as the extended client libraries of SQS and SNS do. Thread-safe.
 */
public final class S3PayloadStoreProvider implements PayloadStoreProvider {
  /** A message's id, a dash and 16 digits. */
  private static final int LONGEST_NAME = 81;

  /** Makes the provider. */
  public S3PayloadStoreProvider() {}

  @Override
  public String scheme() {
    return "s3";
  }

  private static Optional<S3Location> location(TargetConfig target) {
    return Optional.ofNullable(target.claimCheck()).flatMap(S3Location::parse);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems =
        AwsDestinations.accessProblems(target, null, permissions(target), context);
    Optional<S3Location> location = location(target);
    if (location.isEmpty()) {
      problems.add(
          "column 'claimCheck' is '"
              + target.claimCheck()
              + "', not a bucket; write s3://<bucket>[/<prefix>]");
    } else if (location.get().prefix().length() + LONGEST_NAME > KeyTemplate.LONGEST_KEY) {
      problems.add("column 'claimCheck' has a prefix that is too long; make it shorter");
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  /**
   * What the bucket asks for. One that encrypts with a key of KMS needs {@code kms:GenerateDataKey}
   * on that key as well, which no row tells.
   */
  @Override
  public List<Permission> permissions(TargetConfig target) {
    List<Permission> permissions = new ArrayList<>(AwsDestinations.permissions(target, null));
    location(target)
        .ifPresent(
            location -> {
              String bucket = location.arn(region(target));
              String objects = bucket + "/" + location.prefix() + "*";
              permissions.add(new Permission("s3:PutObject", objects));
              permissions.add(new Permission("s3:PutObjectTagging", objects));
              permissions.add(new Permission("s3:ListBucket", bucket));
            });
    return permissions;
  }

  /** The row's, else that of its destination, if that tells one. */
  private static @Nullable String region(TargetConfig target) {
    if (target.region() != null) {
      return target.region();
    }
    return Arn.parse(target.destination())
        .map(Arn::region)
        .filter(region -> !region.isEmpty())
        .or(() -> SqsQueue.arnOf(target.destination()).map(Arn::region))
        .orElse(null);
  }

  @Override
  public PayloadStore open(TargetConfig target, ProviderContext context) {
    S3Location location =
        location(target)
            .orElseThrow(
                () ->
                    new InvalidTargetException(
                        List.of("column 'claimCheck' is '" + target.claimCheck() + "'")));
    return new S3PayloadStore(
        target.id(), location, AwsAccess.of(target, region(target), permissions(target)), context);
  }
}
