package org.streamfanout.kcl;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.kinesis.leases.LeaseManagementConfig.WorkerUtilizationAwareAssignmentConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** What KCL needs of AWS, on this machine. */
final class LocalAws {
  static final String REGION = "us-east-1";

  private LocalAws() {}

  /** A client as KCL wants it; HTTP/2 without TLS is all that the local Kinesis speaks of it. */
  static KinesisAsyncClient kinesis(URI endpoint, Protocol protocol) {
    return at(
        endpoint,
        KinesisAsyncClient.builder()
            .httpClientBuilder(
                NettyNioAsyncHttpClient.builder()
                    .protocol(protocol)
                    .maxConcurrency(200)
                    .connectionAcquisitionTimeout(Duration.ofMinutes(1))));
  }

  static DynamoDbAsyncClient dynamoDb(URI endpoint) {
    return at(
        endpoint,
        DynamoDbAsyncClient.builder()
            .httpClientBuilder(NettyNioAsyncHttpClient.builder().maxConcurrency(200)));
  }

  /** Nobody answers there: no call is to be made. */
  static CloudWatchAsyncClient cloudWatch() {
    return at(
        URI.create("http://127.0.0.1:9"),
        CloudWatchAsyncClient.builder().httpClientBuilder(NettyNioAsyncHttpClient.builder()));
  }

  private static <B extends AwsClientBuilder<B, C>, C> C at(URI endpoint, B builder) {
    return builder
        .endpointOverride(endpoint)
        .region(Region.of(REGION))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .build();
  }

  /** A client of another account, which the local Kinesis tells by its access key. */
  static KinesisClient kinesisOf(String account, URI endpoint) {
    return KinesisClient.builder()
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .endpointOverride(endpoint)
        .region(Region.of(REGION))
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(account, "test")))
        .build();
  }

  /** Makes a stream and returns its ARN. */
  static String createStream(KinesisClient kinesis, String name, int shards) {
    kinesis.createStream(request -> request.streamName(name).shardCount(shards));
    awaitActive(kinesis, name);
    return kinesis
        .describeStreamSummary(request -> request.streamName(name))
        .streamDescriptionSummary()
        .streamARN();
  }

  /** Waits until a stream has been made, or its shards changed. */
  static void awaitActive(KinesisClient kinesis, String name) {
    kinesis
        .waiter()
        .waitUntilStreamExists(
            request -> request.streamName(name),
            options ->
                options
                    .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(50)))
                    .maxAttempts(600));
  }

  /** Lets KCL do soon what it usually does every minute or so; leases last as long as ever. */
  static void hurry(KclSettings settings) {
    settings
        .leases()
        .leaseAssignmentIntervalMillis(1_000L)
        .shardSyncIntervalMillis(1_000)
        .leasesRecoveryAuditorExecutionFrequencyMillis(1_000)
        .leasesRecoveryAuditorInconsistencyConfidenceThreshold(2)
        .listShardsCacheAllowedAgeInSeconds(1)
        .dynamoDbLockBasedLeaderLeaseDurationInMillis(5_000)
        .dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(1_000);
    WorkerUtilizationAwareAssignmentConfig assignment =
        settings.leases().workerUtilizationAwareAssignmentConfig();
    assignment.workerMetricsReporterFreqInMillis(1_000);
    assignment.disableWorkerMetrics(true);
    settings
        .coordinator()
        .parentShardPollIntervalMillis(500)
        .shardConsumerDispatchPollIntervalMillis(200);
    if (settings.retrieval().retrievalSpecificConfig() instanceof PollingConfig polling) {
      polling.idleTimeBetweenReadsInMillis(200);
    }
  }
}
