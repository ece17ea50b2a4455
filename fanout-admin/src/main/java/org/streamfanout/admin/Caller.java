package org.streamfanout.admin;

import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.sts.StsClient;

/** Who calls AWS: its account is the one that is worked in. */
public final class Caller {
  private Caller() {}

  /**
   * Returns the caller's identity.
   *
   * @throws AdminException if it cannot be found out
   */
  public static Arn of(AdminClients clients) {
    StsClient sts = clients.client(StsClient.class, StsClient::builder);
    String arn =
        Ask.aws(
            "find out the account", "sts:GetCallerIdentity", () -> sts.getCallerIdentity().arn());
    return Arn.parse(arn)
        .orElseThrow(() -> new AdminException("the caller's identity '" + arn + "' is no ARN"));
  }
}
