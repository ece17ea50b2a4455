package org.streamfanout.examples;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.Objects;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.lambda.FanoutRequestHandler;
import org.streamfanout.lambda.LambdaEnvironment;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

/**
 * A Lambda function that writes the {@link MovingAverage} of the readings in each batch of a topic
 * to a DynamoDB table with the keys {@code device_id} (N) and {@code window_start} (S).
 * Thread-safe; lives as long as Lambda's execution environment.
 *
 * <p>Variables: {@code SOURCE}, the source id of the topic, and {@code DYNAMODB_TABLE_NAME}; those
 * that begin with {@code FANOUT_} are the adapter's.
 */
public final class MovingAverageFunction implements RequestStreamHandler {
  private final FanoutRequestHandler handler;

  /** Makes the function, as Lambda does. */
  public MovingAverageFunction() {
    this(System.getenv());
  }

  MovingAverageFunction(Map<String, String> variables) {
    Source source = Source.of(Objects.requireNonNull(variables.get("SOURCE"), "SOURCE"));
    String table =
        Objects.requireNonNull(variables.get("DYNAMODB_TABLE_NAME"), "DYNAMODB_TABLE_NAME");
    TargetConfig averages =
        TargetConfig.builder(source, "averages", "dynamodb", table)
            .transform("moving-average")
            .options(Map.of("partitionKey", "device_id:N", "sortKey", "window_start:S"))
            .build();
    LambdaEnvironment environment = LambdaEnvironment.of(variables);
    FanoutEngine engine =
        environment
            .configure(FanoutEngine.builder())
            .registry(new InMemoryTargetRegistry(averages))
            .batchTransform("moving-average", new MovingAverage())
            .build();
    handler = new FanoutRequestHandler(engine, environment.options());
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    handler.handleRequest(event, answer, context);
  }
}
