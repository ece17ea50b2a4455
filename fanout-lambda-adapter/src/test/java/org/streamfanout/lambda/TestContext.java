package org.streamfanout.lambda;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.time.Duration;

/** A context that tells the time left; a handler that asks for anything else fails its test. */
record TestContext(Duration remaining) implements Context {
  @Override
  public int getRemainingTimeInMillis() {
    return Math.toIntExact(remaining.toMillis());
  }

  @Override
  public String getAwsRequestId() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public String getLogGroupName() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public String getLogStreamName() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public String getFunctionName() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public String getFunctionVersion() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public String getInvokedFunctionArn() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public CognitoIdentity getIdentity() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public ClientContext getClientContext() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public int getMemoryLimitInMB() {
    throw new AssertionError("the handler asks for the time left only");
  }

  @Override
  public LambdaLogger getLogger() {
    throw new AssertionError("the handler asks for the time left only");
  }
}
