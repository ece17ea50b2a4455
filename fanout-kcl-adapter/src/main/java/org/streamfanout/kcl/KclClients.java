package org.streamfanout.kcl;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;
import software.amazon.kinesis.common.KinesisClientUtil;

/** The clients of a run: the caller's, and others that end with the run. */
record KclClients(
    KinesisAsyncClient kinesis,
    DynamoDbAsyncClient dynamoDb,
    CloudWatchAsyncClient cloudWatch,
    List<SdkAutoCloseable> own)
    implements AutoCloseable {

  /** What the caller has said of them. */
  record Given(
      @Nullable String region,
      @Nullable KinesisAsyncClient kinesis,
      @Nullable DynamoDbAsyncClient dynamoDb,
      @Nullable CloudWatchAsyncClient cloudWatch) {

    KclClients open() {
      List<SdkAutoCloseable> own = new ArrayList<>();
      try {
        return new KclClients(
            kinesis != null
                ? kinesis
                : keep(
                    own,
                    in(KinesisClientUtil.adjustKinesisClientBuilder(KinesisAsyncClient.builder()))
                        .build()),
            dynamoDb != null ? dynamoDb : keep(own, in(DynamoDbAsyncClient.builder()).build()),
            cloudWatch != null
                ? cloudWatch
                : keep(own, in(CloudWatchAsyncClient.builder()).build()),
            own);
      } catch (RuntimeException e) {
        own.forEach(SdkAutoCloseable::close);
        throw e;
      }
    }

    private <B extends AwsClientBuilder<B, ?>> B in(B builder) {
      return region == null ? builder : builder.region(Region.of(region));
    }

    private static <C extends SdkAutoCloseable> C keep(List<SdkAutoCloseable> own, C client) {
      own.add(client);
      return client;
    }
  }

  @Override
  public void close() {
    own.forEach(SdkAutoCloseable::close);
  }
}
