package org.streamfanout.provider.http;

import java.net.ConnectException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse.ResponseInfo;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.Outcome;

/**
 * What answers, and their absence, mean to the engine. What a receiver writes is never repeated,
 * since it may quote the message. Stateless.
 */
final class HttpAnswers {
  /** A longer pause would outlast any call. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(15);

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

  private HttpAnswers() {}

  /** Returns the outcome of a message that was answered. */
  static Outcome outcome(ResponseInfo answer, Clock clock) {
    int status = answer.statusCode();
    if (status >= 200 && status < 300) {
      return Outcome.accepted();
    }
    Failure failure = failure(status, retryAfter(answer.headers(), clock).isPresent());
    boolean isPassing = failure.kind() == Kind.RETRYABLE || failure.kind() == Kind.THROTTLED;
    return Outcome.failed(
        isPassing
            ? retryAfter(answer.headers(), clock).map(failure::withRetryAfter).orElse(failure)
            : failure);
  }

  /**
   * A 4xx that does not plainly speak of this message may be a mistake in the configuration; only
   * what holds every record is safe for that. A 409 is what receivers that know {@code
   * Idempotency-Key} answer while the first attempt is still at work.
   */
  private static Failure failure(int status, boolean asksForPause) {
    String code = "Http" + status;
    return switch (status) {
      case 400, 422 -> Failure.rejected(code, "the receiver rejects this message");
      case 413 -> Failure.tooLarge(code, "the receiver takes smaller messages only");
      case 429 -> Failure.throttled(code, "the receiver asks for a pause");
      case 408, 409, 423, 425 -> Failure.retryable(code, "the receiver cannot take it just now");
      case 503 ->
          asksForPause
              ? Failure.throttled(code, "the receiver asks for a pause")
              : Failure.retryable(code, "the receiver is in trouble");
      default -> {
        if (status >= 300 && status < 400) {
          yield Failure.fatal(
              code,
              "the receiver points elsewhere, and redirects are not followed; put the new URL into"
                  + " the row if it is to be trusted");
        }
        yield status >= 400 && status < 500
            ? Failure.fatal(
                code, "the receiver takes nothing from this target; check its URL and secret")
            : Failure.retryable(code, "the receiver is in trouble");
      }
    };
  }

  /** Returns the pause asked for, as seconds or as a date. */
  private static Optional<Duration> retryAfter(HttpHeaders headers, Clock clock) {
    return headers
        .firstValue("Retry-After")
        .map(String::strip)
        .flatMap(
            value ->
                SECONDS.matcher(value).matches()
                    ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
                    : untilDate(value, clock))
        .map(pause -> pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
  }

  private static Optional<Duration> untilDate(String value, Clock clock) {
    try {
      Duration pause =
          Duration.between(
              clock.instant(),
              ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
      return Optional.of(pause.isNegative() ? Duration.ZERO : pause);
    } catch (DateTimeException noDate) {
      return Optional.empty();
    }
  }

  /** Returns what it means that there was no answer; what matters may be a cause of a cause. */
  static Failure noAnswer(Exception error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      if (each instanceof HttpTimeoutException) {
        return timeout();
      }
      if (each instanceof ConnectException) {
        return Failure.retryable("Unreachable", "no connection could be made; nothing was sent");
      }
      if (each instanceof SSLException) {
        return Failure.retryable("Tls", "no secure connection could be made or kept");
      }
    }
    return Failure.retryable(
        "NoAnswer", "the connection ended without an answer; the outcome is unknown");
  }

  static Failure timeout() {
    return Failure.retryable("Timeout", "no answer within the time that was left");
  }

  static Failure interrupted() {
    return Failure.retryable("Interrupted", "the call was stopped; its outcome is unknown");
  }
}
