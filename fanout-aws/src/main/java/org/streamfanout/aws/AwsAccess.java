package org.streamfanout.aws;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.TargetConfig;

/**
 * As whom and where a client calls AWS: what tells one client of a service from another. Immutable.
 *
 * @param region the region; null for that of {@link AwsClients}
 * @param role the ARN of a role to assume; null to call as the process itself
 * @param externalId what the role's trust policy may ask for; ignored without a role
 * @param endpoint where a destination's own URL points, such as a VPC endpoint; null for the
 *     region's. The operator's endpoint, {@link AwsClients.Builder#endpoint}, wins over it
 */
public record AwsAccess(
    @Nullable String region,
    @Nullable String role,
    @Nullable String externalId,
    @Nullable URI endpoint) {

  /** The process itself, in its own region. */
  public static final AwsAccess DEFAULT = new AwsAccess(null, null, null, null);

  /** Drops an external id that no role asks for. */
  public AwsAccess {
    if (role == null) {
      externalId = null;
    }
  }

  /**
   * Returns the access of a target: its role and external id, and its region, else that of its
   * destination.
   *
   * @param destinationRegion the region that the destination names; null if it names none
   */
  public static AwsAccess of(TargetConfig target, @Nullable String destinationRegion) {
    String region = target.region() != null ? target.region() : destinationRegion;
    return new AwsAccess(region, target.role(), target.externalId(), null);
  }

  /** Returns this access by way of another endpoint. */
  public AwsAccess withEndpoint(@Nullable URI newEndpoint) {
    return new AwsAccess(region, role, externalId, newEndpoint);
  }
}
