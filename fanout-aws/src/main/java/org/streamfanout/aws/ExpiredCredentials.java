package org.streamfanout.aws;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Has a role's credentials fetched anew when AWS calls them expired. Thread-safe. */
final class ExpiredCredentials implements ExecutionInterceptor {
  private static final Pattern ACCESS_KEY_ID = Pattern.compile("Credential=([^/,\\s]+)/");

  private final AssumedRole role;

  ExpiredCredentials(AssumedRole role) {
    this.role = role;
  }

  @Override
  public void onExecutionFailure(
      Context.FailedExecution execution, ExecutionAttributes attributes) {
    if (execution.exception() instanceof AwsServiceException error
        && AwsFailures.isExpiredCredentials(error)) {
      role.expired(
          execution
              .httpRequest()
              .flatMap(request -> request.firstMatchingHeader("Authorization"))
              .map(ACCESS_KEY_ID::matcher)
              .filter(Matcher::find)
              .map(matcher -> matcher.group(1))
              .orElse(null));
    }
  }
}
