package org.streamfanout.lambda.function;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.streamfanout.lambda.LambdaEnvironment;
import org.streamfanout.lambda.PrimedHandler;

/**
 * The function: targets from the DynamoDB table, every provider in the jar, metrics in the log, and
 * {@link LambdaEnvironment} for the rest. Thread-safe; lives as long as Lambda's execution
 * environment, and through snapshots as {@link PrimedHandler} does.
 */
public final class FanoutFunction implements RequestStreamHandler {
  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private final PrimedHandler handler;

  /**
   * Makes the function, as Lambda does; no I/O, unless sources are to be primed.
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
    handler =
        PrimedHandler.start(
            () -> FunctionParts.of(environment),
            environment.primeSources(),
            environment.isSnapStart());
  }

  /** Delivers an event; see {@link PrimedHandler#handleRequest}. */
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    handler.handleRequest(input, output, context);
  }

  /** Returns what Lambda tells before a snapshot and after its restore. */
  PrimedHandler hooks() {
    return handler;
  }
}
