package org.streamfanout.lambda.function;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Clock;
import java.util.Map;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.lambda.EmfMetrics;
import org.streamfanout.lambda.FanoutRequestHandler;
import org.streamfanout.lambda.LambdaEnvironment;
import org.streamfanout.registry.dynamodb.DynamoDbTargetRegistry;
import org.streamfanout.spi.TargetRegistry;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The function: targets from the DynamoDB table, every provider in the jar, metrics in the log, and
 * {@link LambdaEnvironment} for the rest. Thread-safe; lives as long as Lambda's execution
 * environment.
 */
public final class FanoutFunction implements RequestStreamHandler {
  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private final FanoutRequestHandler handler;

  /**
   * Makes the function, as Lambda does; no I/O.
   *
   * @throws org.streamfanout.spi.FanoutException with every problem of the environment
   */
  public FanoutFunction() {
    this(System.getenv());
  }

  FanoutFunction(Map<String, String> variables) {
    LambdaEnvironment environment = LambdaEnvironment.of(variables);
    // Read once, when the first logger is made; nothing before here makes one.
    System.setProperty(LOG_LEVEL, environment.logLevel());
    FanoutEngine.Builder engine =
        environment.configure(FanoutEngine.builder()).registry(registry(environment));
    if (environment.metrics()) {
      EmfMetrics metrics = new EmfMetrics(environment.functionName());
      handler =
          new FanoutRequestHandler(
              engine.listener(metrics).build(), environment.options(), metrics);
    } else {
      handler = new FanoutRequestHandler(engine.build(), environment.options());
    }
  }

  private static TargetRegistry registry(LambdaEnvironment environment) {
    String endpoint = environment.endpointUrl();
    AwsClients clients =
        AwsClients.builder()
            .region(environment.region())
            .endpoint(endpoint == null ? null : URI.create(endpoint))
            .build();
    DynamoDbClient client =
        clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);
    return new CachingTargetRegistry(
        DynamoDbTargetRegistry.of(client, environment.tableName()),
        environment.cacheTtl(),
        Clock.systemUTC());
  }

  /** Delivers an event; see {@link FanoutRequestHandler#handleRequest}. */
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    handler.handleRequest(input, output, context);
  }
}
