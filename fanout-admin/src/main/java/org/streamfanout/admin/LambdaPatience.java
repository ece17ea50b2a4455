package org.streamfanout.admin;

import java.util.Objects;
import java.util.function.Supplier;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/**
 * Calls of Lambda that are made again while they are refused for what time takes away: a role and
 * its policies take some seconds to be known everywhere. Thread-safe.
 */
final class LambdaPatience {
  /** Nothing is in the way of a call. */
  static final String TAKEN = "";

  private final Polling polling;

  LambdaPatience(Polling polling) {
    this.polling = Objects.requireNonNull(polling, "polling");
  }

  /**
   * Calls until nothing is in the way that time takes away.
   *
   * @param call returns what is in the way; {@link #TAKEN} if nothing is
   * @throws AdminException if it is still there in the end, with what Lambda said
   */
  void untilTaken(String doing, String action, Supplier<String> call) {
    StringBuilder refusal = new StringBuilder();
    try {
      polling.until(
          "Lambda to " + doing,
          () -> {
            refusal.setLength(0);
            refusal.append(Ask.aws(doing, action, () -> refusalOf(call)));
            return refusal.isEmpty();
          },
          isTaken -> isTaken);
    } catch (AdminException e) {
      if (refusal.isEmpty()) {
        throw e;
      }
      throw new AdminException(e.getMessage() + "; Lambda says: " + refusal, e);
    }
  }

  private static String refusalOf(Supplier<String> call) {
    try {
      return call.get();
    } catch (InvalidParameterValueException e) {
      if (isNotYetKnown(e)) {
        return text(e);
      }
      throw e;
    }
  }

  /** What Lambda says until a role and its policies are known has no code of its own. */
  private static boolean isNotYetKnown(LambdaException refused) {
    String text = String.valueOf(refused.getMessage());
    return text.contains("cannot be assumed by Lambda")
        || text.contains("does not have permissions to call")
        || text.contains("ensure the role can perform");
  }

  /** Returns what Lambda said, or which error it was: never {@link #TAKEN}. */
  static String text(LambdaException refused) {
    String said =
        refused.awsErrorDetails() == null ? null : refused.awsErrorDetails().errorMessage();
    return said == null || said.isBlank() ? refused.toString() : said;
  }
}
