package org.streamfanout.cli;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;

/**
 * Clients for a worker with leases; the stream's own is made by {@link #atStream}.
 *
 * @param dynamoDb has the leases
 * @param cloudWatch is never called; KCL wants one all the same
 * @param region of all of them
 * @param streamEndpoint where the stream is read; null for where AWS has it
 */
record LeaseClients(
    DynamoDbAsyncClient dynamoDb,
    CloudWatchAsyncClient cloudWatch,
    Region region,
    @Nullable URI streamEndpoint)
    implements AutoCloseable {

  /**
   * Makes them.
   *
   * @throws UnusableException if nobody names the region
   */
  static LeaseClients open(
      @Nullable String regionName, @Nullable String streamUrl, @Nullable String leaseUrl) {
    Region region = regionName == null ? regionOfChain() : Region.of(regionName);
    URI stream = streamUrl == null ? null : URI.create(streamUrl);
    URI lease = leaseUrl == null ? null : URI.create(leaseUrl);
    return new LeaseClients(
        at(DynamoDbAsyncClient.builder(), region, lease).build(),
        at(CloudWatchAsyncClient.builder(), region, null).build(),
        region,
        stream);
  }

  private static Region regionOfChain() {
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkClientException e) {
      throw UnusableException.beforeSending(
          List.of("no region is known: " + e.getMessage() + "; give --region"));
    }
  }

  /** Returns a builder with the region, and with where the stream is read. */
  <B extends AwsClientBuilder<B, ?>> B atStream(B builder) {
    return at(builder, region, streamEndpoint);
  }

  private static <B extends AwsClientBuilder<B, ?>> B at(
      B builder, Region region, @Nullable URI endpoint) {
    builder.region(region);
    return endpoint == null ? builder : builder.endpointOverride(endpoint);
  }

  @Override
  public void close() {
    dynamoDb.close();
    cloudWatch.close();
  }
}
