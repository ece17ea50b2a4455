package org.streamfanout.lambda.function;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.lambda.EmfMetrics;
import org.streamfanout.lambda.FanoutRequestHandler;
import org.streamfanout.lambda.LambdaEnvironment;
import org.streamfanout.lambda.PrimedHandler;
import org.streamfanout.progress.dynamodb.DynamoDbProgressStore;
import org.streamfanout.registry.dynamodb.DynamoDbTargetRegistry;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.TargetRegistry;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * An engine with the registry that it reads, and the handler in front of it. Thread-safe.
 *
 * @param handler serves the invocations
 * @param engine delivers
 * @param clients read the tables of targets and of progress
 */
record FunctionParts(FanoutRequestHandler handler, FanoutEngine engine, AwsClients clients)
    implements PrimedHandler.Parts {

  /** Makes the parts; no I/O. */
  static FunctionParts of(LambdaEnvironment environment) {
    String endpoint = environment.endpointUrl();
    AwsClients clients =
        AwsClients.builder()
            .region(environment.region())
            .endpoint(endpoint == null ? null : URI.create(endpoint))
            .build();
    FanoutEngine.Builder builder =
        environment
            .configure(FanoutEngine.builder())
            .registry(registry(environment, clients))
            .discoverTracing();
    String progressTable = environment.progressTable();
    if (progressTable != null) {
      builder.progress(progress(environment, progressTable, clients));
    }
    if (environment.metrics()) {
      EmfMetrics metrics = new EmfMetrics(environment.functionName());
      FanoutEngine engine = builder.listener(metrics).build();
      return new FunctionParts(
          new FanoutRequestHandler(engine, environment.options(), metrics), engine, clients);
    }
    FanoutEngine engine = builder.build();
    return new FunctionParts(
        new FanoutRequestHandler(engine, environment.options()), engine, clients);
  }

  private static DynamoDbClient client(AwsClients clients) {
    return clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);
  }

  private static ProgressStore progress(
      LambdaEnvironment environment, String table, AwsClients clients) {
    DynamoDbProgressStore.Builder store =
        DynamoDbProgressStore.builder(client(clients), table)
            .timeout(environment.progressTimeout());
    Duration timeToLive = environment.progressTimeToLive();
    if (timeToLive != null) {
      store.timeToLive(timeToLive);
    }
    return store.build();
  }

  private static TargetRegistry registry(LambdaEnvironment environment, AwsClients clients) {
    return new CachingTargetRegistry(
        DynamoDbTargetRegistry.of(client(clients), environment.tableName()),
        environment.cacheTtl(),
        Clock.systemUTC());
  }

  @Override
  public void close() {
    engine.close();
    clients.close();
  }
}
