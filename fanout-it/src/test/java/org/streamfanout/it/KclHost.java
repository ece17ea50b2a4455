package org.streamfanout.it;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.kcl.FanoutWorker;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;

/** A KCL worker on a local stream, with its leases in DynamoDB Local. */
final class KclHost implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(30);

  private final KinesisAsyncClient kinesis;
  private final DynamoDbAsyncClient dynamoDb;
  private final CloudWatchAsyncClient cloudWatch;
  private final FanoutWorker worker;
  private final CompletableFuture<Void> running;

  KclHost(
      FanoutEngine engine,
      String application,
      String stream,
      InitialPositionInStreamExtended position,
      KinesisServer server,
      DynamoDbServer leases) {
    // As the local server speaks it without TLS.
    kinesis =
        at(KinesisAsyncClient.builder(), server.endpoint())
            .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1))
            .build();
    dynamoDb = at(DynamoDbAsyncClient.builder(), leases.endpoint()).build();
    // Nobody listens there: without metrics it is never called.
    cloudWatch = at(CloudWatchAsyncClient.builder(), URI.create("http://127.0.0.1:1")).build();
    worker =
        FanoutWorker.builder(engine, application).stream(stream)
            .initialPosition(position)
            .kinesisClient(kinesis)
            .dynamoDbClient(dynamoDb)
            .cloudWatchClient(cloudWatch)
            .build();
    running =
        CompletableFuture.runAsync(
            worker::run, task -> new Thread(task, "kcl-" + application).start());
  }

  private static <B extends AwsClientBuilder<B, ?>> B at(B builder, URI endpoint) {
    return builder
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")));
  }

  /** Waits until targets got so many messages; throws what has ended the worker before. */
  void awaitReceived(InMemoryTarget targets, int count, Duration atMost) {
    CompletableFuture<Void> received =
        CompletableFuture.runAsync(
            () -> {
              try {
                targets.awaitReceived(count, atMost);
              } catch (InterruptedException e) {
                throw new CompletionException(e);
              }
            },
            task -> new Thread(task, "received").start());
    CompletableFuture.anyOf(received, running).join();
    if (!received.isDone()) {
      throw new AssertionError("the worker has ended, with " + targets.received().size());
    }
  }

  @Override
  public void close() {
    worker.stop(STOP);
    running
        .handle((nothing, failure) -> failure)
        .orTimeout(2 * STOP.toSeconds(), TimeUnit.SECONDS)
        .join();
    kinesis.close();
    dynamoDb.close();
    cloudWatch.close();
  }
}
