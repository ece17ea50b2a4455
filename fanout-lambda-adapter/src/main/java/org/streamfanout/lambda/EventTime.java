package org.streamfanout.lambda;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times of an event: most are seconds since 1970 with a fraction, as JSON numbers. Stateless. */
final class EventTime {
  /** More characters than any time has; keeps a number of a megabyte from being computed with. */
  private static final int MAX_LENGTH = 40;

  private static final int MAX_SCALE = 30;

  private EventTime() {}

  /** Takes a number of seconds since 1970, or null where the value is JSON's null. */
  static @Nullable Instant secondsOrNull(EventScanner scanner, String what) {
    String number = scanner.numberOrNull(what);
    return number == null ? null : parse(number, what);
  }

  /** Takes a text of milliseconds since 1970, or null where the value is JSON's null. */
  static @Nullable Instant millisOrNull(EventScanner scanner, String what) {
    String number = scanner.stringOrNull(what);
    return number == null ? null : Instant.ofEpochMilli(EventMembers.whole(number, what));
  }

  /** Takes a time as ISO 8601 writes it, or null where the value is JSON's null. */
  static @Nullable Instant textOrNull(EventScanner scanner, String what) {
    String text = scanner.stringOrNull(what);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw new EventSyntaxException(what + " is not a time such as 2019-01-02T12:45:07.000Z", e);
    }
  }

  /**
   * Returns the time that a JSON number stands for, to the nanosecond.
   *
   * @throws EventSyntaxException if it is not a time
   */
  static Instant parse(String number, String what) {
    int point = number.indexOf('.');
    int fraction = point < 0 ? 0 : number.length() - point - 1;
    String seconds = point < 0 ? number : number.substring(0, point);
    if (isPlain(seconds) && fraction <= 9 && (point < 0 || isPlain(number.substring(point + 1)))) {
      int nanos = point < 0 ? 0 : Integer.parseInt(number.substring(point + 1));
      for (int digit = fraction; digit < 9; digit++) {
        nanos *= 10;
      }
      return Instant.ofEpochSecond(Long.parseLong(seconds), nanos);
    }
    return unusual(number, what);
  }

  private static boolean isPlain(String digits) {
    if (digits.length() > 11) {
      return false;
    }
    for (int index = 0; index < digits.length(); index++) {
      if (digits.charAt(index) < '0' || digits.charAt(index) > '9') {
        return false;
      }
    }
    return true;
  }

  /** Takes exponents, signs and long fractions. */
  private static Instant unusual(String number, String what) {
    try {
      BigDecimal seconds = number.length() <= MAX_LENGTH ? new BigDecimal(number) : null;
      if (seconds != null && Math.abs((long) seconds.scale()) <= MAX_SCALE) {
        BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
        int nanos = seconds.subtract(whole).movePointRight(9).intValue();
        return Instant.ofEpochSecond(whole.longValueExact(), nanos);
      }
    } catch (NumberFormatException | ArithmeticException | DateTimeException e) {
      throw new EventSyntaxException(what + " is not a time in seconds since 1970", e);
    }
    throw new EventSyntaxException(what + " is not a time in seconds since 1970");
  }
}
