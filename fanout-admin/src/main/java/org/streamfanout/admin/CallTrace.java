package org.streamfanout.admin;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** A line for each call: what was asked of whom, and how it ended; no bodies and no headers. */
final class CallTrace implements ExecutionInterceptor {
  private static final ExecutionAttribute<Long> STARTED =
      new ExecutionAttribute<>("FanoutCallStarted");

  private final Consumer<String> lines;

  CallTrace(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void beforeExecution(Context.BeforeExecution call, ExecutionAttributes attributes) {
    attributes.putAttribute(STARTED, System.nanoTime());
  }

  @Override
  public void afterExecution(Context.AfterExecution call, ExecutionAttributes attributes) {
    tell(attributes, call.httpRequest().host() + " " + call.httpResponse().statusCode());
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution call, ExecutionAttributes attributes) {
    String end =
        call.exception() instanceof AwsServiceException refused && refused.awsErrorDetails() != null
            ? refused.statusCode()
                + " "
                + refused.awsErrorDetails().errorCode()
                + " request "
                + refused.requestId()
            : call.exception().getClass().getSimpleName();
    tell(attributes, call.httpRequest().map(request -> request.host() + " ").orElse("") + end);
  }

  private void tell(ExecutionAttributes attributes, String end) {
    long started = attributes.getAttribute(STARTED);
    lines.accept(
        attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME)
            + " "
            + attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME)
            + " "
            + end
            + " "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)
            + " ms");
  }
}
