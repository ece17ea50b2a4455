package org.streamfanout.core.dynamodb;

import java.math.BigDecimal;

/** A decimal number's text as JSON, of the same value and with every digit. */
final class JsonNumber {
  /**
   * Exponents within these bounds are written out, as {@code JSON.stringify} does (ECMA-262,
   * Number::toString, as known 2026-11), so that plain JSON reads as it always did.
   */
  private static final int LEAST_PLAIN_EXPONENT = -7;

  private static final int MOST_PLAIN_EXPONENT = 20;

  /** Texts above this length are left as they are; DynamoDB's own have 38 digits. */
  private static final int MOST_EXPANDED_LENGTH = 64;

  private final String text;
  private int at;

  private JsonNumber(String text) {
    this.text = text;
  }

  /**
   * Returns the number as JSON allows it: no plus sign, no leading zeros, digits around the point.
   *
   * @throws DynamoDbFormatException if the text is no decimal number
   */
  static String of(String text) {
    return isPlain(text) ? text : new JsonNumber(text).normal();
  }

  private static boolean isPlain(String text) {
    int length = text.length();
    int at = length > 0 && text.charAt(0) == '-' ? 1 : 0;
    int start = at;
    while (at < length && isDigit(text.charAt(at))) {
      at++;
    }
    if (at == start || (at - start > 1 && text.charAt(start) == '0')) {
      return false;
    }
    if (at == length) {
      return true;
    }
    if (text.charAt(at) != '.') {
      return false;
    }
    int fraction = ++at;
    while (at < length && isDigit(text.charAt(at))) {
      at++;
    }
    return at == length && at > fraction;
  }

  private String normal() {
    String sign = "";
    if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
      sign = text.charAt(at++) == '-' ? "-" : "";
    }
    String whole = digits();
    String fraction = "";
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      fraction = digits();
    }
    if (whole.isEmpty() && fraction.isEmpty()) {
      throw notANumber();
    }
    int zeros = 0;
    while (zeros < whole.length() - 1 && whole.charAt(zeros) == '0') {
      zeros++;
    }
    String mantissa =
        sign
            + (whole.isEmpty() ? "0" : whole.substring(zeros))
            + (fraction.isEmpty() ? "" : "." + fraction);
    if (at == text.length()) {
      return mantissa;
    }
    return withExponent(mantissa);
  }

  private String withExponent(String mantissa) {
    if (Character.toLowerCase(text.charAt(at++)) != 'e') {
      throw notANumber();
    }
    int start = at;
    if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
      at++;
    }
    String exponentDigits = digits();
    if (exponentDigits.isEmpty() || at != text.length()) {
      throw notANumber();
    }
    String scientific = mantissa + "e" + text.substring(start);
    if (exponentDigits.length() > 4 || scientific.length() > MOST_EXPANDED_LENGTH) {
      return scientific;
    }
    BigDecimal value = new BigDecimal(scientific);
    int exponent = value.precision() - value.scale() - 1;
    return exponent < LEAST_PLAIN_EXPONENT || exponent > MOST_PLAIN_EXPONENT
        ? scientific
        : value.toPlainString();
  }

  private String digits() {
    int start = at;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at);
  }

  private static boolean isDigit(char character) {
    return character >= '0' && character <= '9';
  }

  private DynamoDbFormatException notANumber() {
    return new DynamoDbFormatException(
        "an N or NS attribute holds a text of " + text.length() + " characters that is no number");
  }
}
