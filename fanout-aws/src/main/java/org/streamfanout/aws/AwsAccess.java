package org.streamfanout.aws;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.TargetConfig;

/**
 * As whom and where a client calls AWS: what tells one client of a service from another. Immutable.
 *
 * @param region the region; null for that of {@link AwsClients}
 * @param role the ARN of a role to assume; null to call as the process itself
 * @param externalId what the role's trust policy may ask for; ignored without a role
 * @param sessionPolicy what the role is cut down to, as JSON; null for all that it may do; ignored
 *     without a role
 * @param endpoint where a destination's own URL points, such as a VPC endpoint; null for the
 *     region's. The operator's endpoint, {@link AwsClients.Builder#endpoint}, wins over it
 */
public record AwsAccess(
    @Nullable String region,
    @Nullable String role,
    @Nullable String externalId,
    @Nullable String sessionPolicy,
    @Nullable URI endpoint) {

  /** The process itself, in its own region. */
  public static final AwsAccess DEFAULT = new AwsAccess(null, null, null, null, null);

  /** Drops what only a role has a use for, if there is none. */
  public AwsAccess {
    if (role == null) {
      externalId = null;
      sessionPolicy = null;
    }
  }

  /**
   * Returns the access of a target without a session policy: its role and external id, and its
   * region, else that of its destination.
   *
   * @param destinationRegion the region that the destination names; null if it names none
   */
  public static AwsAccess of(TargetConfig target, @Nullable String destinationRegion) {
    return of(target, destinationRegion, List.of());
  }

  /**
   * Returns the access of a target: its role and external id, its region, else that of its
   * destination, and its session policy if {@linkplain AwsDestinations#accessOptions the option}
   * asks for one.
   *
   * @param destinationRegion the region that the destination names; null if it names none
   * @param permissions what the provider says that the target needs
   */
  public static AwsAccess of(
      TargetConfig target, @Nullable String destinationRegion, List<Permission> permissions) {
    String region = target.region() != null ? target.region() : destinationRegion;
    return new AwsAccess(
        region, target.role(), target.externalId(), SessionPolicy.of(target, permissions), null);
  }

  /** Returns this access by way of another endpoint. */
  public AwsAccess withEndpoint(@Nullable URI newEndpoint) {
    return new AwsAccess(region, role, externalId, sessionPolicy, newEndpoint);
  }
}
