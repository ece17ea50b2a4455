package org.streamfanout.admin;

import java.util.function.Supplier;
import org.streamfanout.aws.AwsFailures;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Calls of AWS whose failures are told to an operator. Stateless. */
public final class Ask {
  private Ask() {}

  /**
   * Returns the answer of a call.
   *
   * @param doing what the call is for, such as {@code look up the topic 'orders'}
   * @param action what the operator must be allowed, such as {@code sns:ListTopics}
   * @throws AdminException if it fails
   */
  public static <T> T aws(String doing, String action, Supplier<T> call) {
    try {
      return call.get();
    } catch (AwsServiceException e) {
      throw new AdminException("cannot " + doing + ": " + reason(action, e), e);
    } catch (SdkClientException e) {
      throw new AdminException("cannot " + doing + ": " + AwsFailures.told(e), e);
    }
  }

  private static String reason(String action, AwsServiceException refused) {
    String code =
        refused.awsErrorDetails() == null
            ? "status " + refused.statusCode()
            : String.valueOf(refused.awsErrorDetails().errorCode());
    if (code.contains("AccessDenied")
        || code.contains("NotAuthorized")
        || code.contains("UnauthorizedOperation")
        || code.contains("AuthorizationError")) {
      return "access denied (" + code + "); allow " + action;
    }
    if (code.contains("ExpiredToken")
        || code.contains("UnrecognizedClient")
        || code.contains("InvalidClientTokenId")) {
      return "the credentials are not valid (" + code + "); renew them, or give --profile";
    }
    return refused.awsErrorDetails() == null
        ? code
        : code + ", " + refused.awsErrorDetails().errorMessage();
  }
}
