package org.streamfanout.spi;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Why a message was not accepted, as a value: delivery failures are never thrown by the engine.
 * Immutable.
 */
public final class Failure {

  /** What the engine should do about it. */
  public enum Kind {
    /** Try again after a pause. Counts as an attempt. */
    RETRYABLE,
    /** Try again after a longer pause; slows the target down. Never counts as an attempt. */
    THROTTLED,
    /** Skipped to keep order; put back in place, uncounted. */
    NOT_SENT,
    /**
     * Too large. A batch of several messages is halved; a message alone is split by records; alone
     * with one record it is rejected.
     */
    TOO_LARGE,
    /** This message will never be accepted. */
    REJECTED,
    /**
     * This target takes nothing for now (denied, missing, broken). Always holds, whatever {@code
     * onFailure} says, so that a mistake in a policy cannot empty a stream into nowhere.
     */
    FATAL
  }

  private final Kind kind;
  private final String code;
  private final String detail;
  private final @Nullable Duration retryAfter;

  private Failure(Kind kind, String code, String detail, @Nullable Duration retryAfter) {
    this.kind = Objects.requireNonNull(kind, "kind");
    this.code = Objects.requireNonNull(code, "code");
    this.detail = Objects.requireNonNull(detail, "detail");
    this.retryAfter = retryAfter;
  }

  /**
   * Returns a failure.
   *
   * @param code short and stable, the service's own where it has one
   * @param detail for people; never payload or credentials
   */
  public static Failure of(Kind kind, String code, String detail) {
    return new Failure(kind, code, detail, null);
  }

  /** Returns a failure worth another attempt. */
  public static Failure retryable(String code, String detail) {
    return of(Kind.RETRYABLE, code, detail);
  }

  /** Returns a failure by throttling. */
  public static Failure throttled(String code, String detail) {
    return of(Kind.THROTTLED, code, detail);
  }

  /** Returns the answer for a message that was skipped to keep order. */
  public static Failure notSent(String detail) {
    return of(Kind.NOT_SENT, "NotSent", detail);
  }

  /** Returns a failure by size. */
  public static Failure tooLarge(String code, String detail) {
    return of(Kind.TOO_LARGE, code, detail);
  }

  /** Returns a failure of this message for good. */
  public static Failure rejected(String code, String detail) {
    return of(Kind.REJECTED, code, detail);
  }

  /** Returns a failure of the target. */
  public static Failure fatal(String code, String detail) {
    return of(Kind.FATAL, code, detail);
  }

  /** Returns this failure with the pause that the destination asked for. */
  public Failure withRetryAfter(Duration pause) {
    return new Failure(kind, code, detail, pause);
  }

  /** Returns what to do about it. */
  public Kind kind() {
    return kind;
  }

  /** Returns the short, stable code. */
  public String code() {
    return code;
  }

  /** Returns the text for people. */
  public String detail() {
    return detail;
  }

  /** Returns the pause that the destination asked for; null if it did not. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Failure that
        && kind == that.kind
        && code.equals(that.code)
        && detail.equals(that.detail)
        && Objects.equals(retryAfter, that.retryAfter);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, code, detail, retryAfter);
  }

  @Override
  public String toString() {
    return kind + "/" + code + ": " + detail;
  }
}
