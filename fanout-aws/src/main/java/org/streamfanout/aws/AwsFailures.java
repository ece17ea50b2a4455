package org.streamfanout.aws;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * What a failure of AWS means to the engine. Stateless.
 *
 * <p>Throttling is {@code THROTTLED}; 5xx, timeouts, lost connections and expired credentials are
 * {@code RETRYABLE}; denials, bad credentials, missing destinations and KMS are {@code FATAL};
 * sizes are {@code TOO_LARGE}; what is malformed is {@code REJECTED}. A 4xx that is none of these
 * is {@code FATAL}, since it may be a mistake in the configuration, which must hold records.
 *
 * <p>Details never repeat a service's text where that might quote a message, a key or a signature.
 */
public final class AwsFailures {
  /** The SDK has no type for it. */
  private static final String UNKNOWN_CREDENTIALS = "Unable to load credentials";

  private static final String NO_CREDENTIALS =
      "no AWS credentials were found; set them or give the process a role";

  /** A pause beyond this is not asked for by AWS; it would outlast any call. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  private static final int LONGEST_TEXT = 500;
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Pattern NOT_PRINTABLE = Pattern.compile("[^\\x20-\\x7e]+");

  private AwsFailures() {}

  /** Returns what an exception means for a call that carried one message, or none. */
  public static Failure classify(Throwable error) {
    if (error instanceof AwsServiceException service) {
      return ofService(service);
    }
    if (error instanceof InterruptedException || error instanceof AbortedException) {
      return Failure.retryable("Interrupted", "the call was stopped; its outcome is unknown");
    }
    if (error instanceof ApiCallTimeoutException
        || error instanceof ApiCallAttemptTimeoutException) {
      return Failure.retryable("Timeout", "no answer within the time that was left");
    }
    if (error instanceof SdkClientException client) {
      return ofClient(client);
    }
    return Failure.retryable(error.getClass().getSimpleName(), "the call failed");
  }

  /**
   * Returns what an exception means for each message of a call that failed as a whole.
   *
   * <p>A refusal of what is malformed names no message. If the call carried several, all of them
   * are answered {@code TOO_LARGE}: the engine then sends them again, unchanged, in calls of half
   * as many, until the one at fault is alone and {@code REJECTED}, and its neighbours have gone
   * through. To reject them all would lose the neighbours; to retry them as they are would use up
   * the neighbours' attempts as well.
   *
   * @param messages how many messages the call carried
   */
  public static Failure ofCall(Throwable error, int messages) {
    Failure failure = classify(error);
    return failure.kind() == Kind.REJECTED && messages > 1
        ? Failure.tooLarge(
            failure.code(),
            failure.detail() + "; sent again in smaller calls to find the message at fault")
        : failure;
  }

  /**
   * Returns what the refusal of one entry of a batch means, for services that do not say whose
   * fault it is. An unknown code is {@code RETRYABLE}.
   *
   * @param service for people, such as {@code Kinesis}
   * @param code the entry's error code; null if it has none
   * @param text the entry's error text, searched and never shown unless it tells of a denial
   */
  public static Failure entry(String service, @Nullable String code, @Nullable String text) {
    return entry(service, code, text, AwsCodes.kind(code, text, 0));
  }

  /**
   * Returns what the refusal of one entry of a batch means, for services that say whose fault it
   * is. What is not the sender's fault is never the message's.
   *
   * @param service for people, such as {@code SQS}
   * @param code the entry's error code; null if it has none
   * @param text the entry's error text, searched and never shown unless it tells of a denial
   * @param isSendersFault what the service says about it
   */
  public static Failure entry(
      String service, @Nullable String code, @Nullable String text, boolean isSendersFault) {
    Kind kind = AwsCodes.kind(code, text, 0);
    if (isSendersFault && kind == Kind.RETRYABLE && !AwsCodes.isKnown(code)) {
      kind = Kind.REJECTED;
    } else if (!isSendersFault && kind == Kind.REJECTED) {
      kind = Kind.RETRYABLE;
    }
    return entry(service, code, text, kind);
  }

  private static Failure entry(
      String service, @Nullable String code, @Nullable String text, Kind kind) {
    String shown = code == null || code.isBlank() ? "NoCode" : printable(code);
    return Failure.of(
        kind, shown, service + " refused this entry with " + shown + told(code, text));
  }

  /** Returns the failure of an entry that the answer does not mention: it may have been taken. */
  public static Failure unanswered(String service) {
    return Failure.retryable(
        "Unanswered", service + " did not answer for this entry; whether it was taken is unknown");
  }

  static boolean isExpiredCredentials(AwsServiceException error) {
    AwsErrorDetails details = error.awsErrorDetails();
    return details != null && AwsCodes.isExpired(details.errorCode());
  }

  private static Failure ofService(AwsServiceException error) {
    AwsErrorDetails details = error.awsErrorDetails();
    String code = details == null ? null : details.errorCode();
    String text = details == null ? null : details.errorMessage();
    Kind kind = AwsCodes.kind(code, text, error.statusCode());
    if (kind != Kind.TOO_LARGE && error.isThrottlingException()) {
      kind = Kind.THROTTLED;
    } else if (error.isClockSkewException()) {
      // The SDK has learned the service's time from this answer; the next attempt uses it.
      kind = Kind.RETRYABLE;
    }
    String shown = code == null || code.isBlank() ? "Http" + error.statusCode() : printable(code);
    String service =
        details == null || details.serviceName() == null ? "AWS" : details.serviceName();
    Failure failure =
        Failure.of(
            kind,
            shown,
            service
                + " answered "
                + error.statusCode()
                + " "
                + shown
                + told(code, text)
                + (error.requestId() == null ? "" : ", request " + printable(error.requestId())));
    return retryAfter(details).map(failure::withRetryAfter).orElse(failure);
  }

  private static String told(@Nullable String code, @Nullable String text) {
    return text != null && AwsCodes.isTelling(code) ? ": " + printable(text) : "";
  }

  private static String printable(String text) {
    String plain = NOT_PRINTABLE.matcher(text).replaceAll(" ");
    return plain.length() <= LONGEST_TEXT ? plain : plain.substring(0, LONGEST_TEXT) + "...";
  }

  private static Optional<Duration> retryAfter(@Nullable AwsErrorDetails details) {
    if (details == null || details.sdkHttpResponse() == null) {
      return Optional.empty();
    }
    return details
        .sdkHttpResponse()
        .firstMatchingHeader("Retry-After")
        .map(String::strip)
        .filter(value -> SECONDS.matcher(value).matches())
        .map(value -> Duration.ofSeconds(Long.parseLong(value)))
        .map(pause -> pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
  }

  /**
   * Returns what an exception of the SDK tells a person: its own message, but where there are no
   * credentials, for the SDK then lists every place where it looked and why there are none.
   */
  public static String told(Throwable error) {
    String text = String.valueOf(error.getMessage());
    return text.startsWith(UNKNOWN_CREDENTIALS) ? NO_CREDENTIALS : text;
  }

  /**
   * Without credentials or region nothing can ever be sent; all else on the client's side is a
   * connection that failed. The SDK has no types for the former, only texts.
   */
  private static Failure ofClient(SdkClientException error) {
    String text = String.valueOf(error.getMessage());
    if (text.startsWith(UNKNOWN_CREDENTIALS)) {
      return Failure.fatal("NoCredentials", NO_CREDENTIALS);
    }
    if (text.startsWith("Unable to load region")) {
      return Failure.fatal(
          "NoRegion", "no AWS region is known; set the target's region column or the region");
    }
    if (Thread.currentThread().isInterrupted()) {
      return Failure.retryable("Interrupted", "the call was stopped; its outcome is unknown");
    }
    Throwable root = error;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    if (root instanceof UnknownHostException) {
      return Failure.retryable("UnknownHost", "the host's name has no address; nothing was sent");
    }
    if (root instanceof ConnectException) {
      return Failure.retryable("Unreachable", "no connection could be made; nothing was sent");
    }
    return root instanceof SSLException
        ? Failure.retryable("Tls", "no secure connection could be made or kept")
        : Failure.retryable(
            "NoAnswer", "the connection ended without an answer; the outcome is unknown");
  }
}
