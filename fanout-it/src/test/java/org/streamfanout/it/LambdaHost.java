package org.streamfanout.it;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.lambda.FanoutRequestHandler;
import org.streamfanout.lambda.LambdaOptions;

/** The function's handler, called as Lambda's runtime calls it, with partial responses on. */
final class LambdaHost {
  private static final int REMAINING_MILLIS = 300_000;

  private final FanoutRequestHandler handler;

  LambdaHost(FanoutEngine engine) {
    handler =
        new FanoutRequestHandler(engine, LambdaOptions.builder().partialResponses(true).build());
  }

  /** Returns what the function answers. */
  String invoke(InputStream event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    handler.handleRequest(event, answer, context());
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static Context context() {
    return (Context)
        Proxy.newProxyInstance(
            LambdaHost.class.getClassLoader(),
            new Class<?>[] {Context.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getRemainingTimeInMillis")) {
                return REMAINING_MILLIS;
              }
              throw new AssertionError("the handler asks for the time left only");
            });
  }
}
