package org.streamfanout.testservers;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/** Clients of the SDK for one endpoint, by which tests set up and look into servers. */
public final class AwsTestClients {
  /** Long enough for megabytes out of a local server on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private AwsTestClients() {}

  /** Returns a client that never retries, for the region us-east-1; the caller closes it. */
  public static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
      B builder, URI endpoint) {
    return builder
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(PATIENCE))
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .overrideConfiguration(
            options ->
                options.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(PATIENCE))
        .build();
  }
}
