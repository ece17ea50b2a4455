package org.streamfanout.provider.s3;

import java.util.List;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsCalls;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.ProviderContext;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/** What senders and stores ask of S3 alike. Stateless. */
final class S3Clients {
  private S3Clients() {}

  /**
   * Looked up for each call: the first look-up of a region may do I/O, and opening must not. Local
   * servers have no host for each bucket.
   */
  static S3Client client(AwsAccess access, ProviderContext context) {
    String endpoint = context.setting(ProviderContext.ENDPOINT_URL);
    boolean isLocal = endpoint != null && !endpoint.isBlank();
    return AwsClients.of(context)
        .client(S3Client.class, () -> S3Client.builder().forcePathStyle(isLocal), access);
  }

  /** Reaches a bucket, and says what is wrong. */
  static List<Finding> check(S3Client client, String bucket, String targetId, Deadline deadline) {
    String subject = "bucket " + bucket;
    try {
      client.headBucket(
          request -> request.bucket(bucket).overrideConfiguration(AwsCalls.until(deadline)));
      return List.of(AwsDestinations.finding(targetId, subject, null));
    } catch (SdkException error) {
      return List.of(AwsDestinations.finding(targetId, subject, error));
    }
  }
}
