package org.streamfanout.provider.dynamodb;

import java.math.BigDecimal;
import java.util.regex.Pattern;

/**
 * Numbers as DynamoDB takes them: 38 digits, from 1E-130 to 9.99...E+125 on both sides of zero, as
 * <a
 * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html">
 * the data types</a> say (as known 2026-11). Stateless.
 */
final class DynamoDbNumber {
  /** ASCII digits only; the lengths keep the cost of a hostile text small. */
  private static final Pattern SYNTAX =
      Pattern.compile(
          "[+-]?(?:\\d{1,1000}(?:\\.\\d{0,1000})?|\\.\\d{1,1000})(?:[eE][+-]?\\d{1,20})?");

  private static final int DIGITS = 38;
  private static final int LEAST_EXPONENT = -130;
  private static final int MOST_EXPONENT = 125;

  private DynamoDbNumber() {}

  /**
   * Returns a number's text as it is.
   *
   * @throws UnfitRecordException if DynamoDB could not keep every digit
   */
  static String require(String text) throws UnfitRecordException {
    if (!SYNTAX.matcher(text).matches()) {
      throw new UnfitRecordException("NotANumber", "a text that should be a number is none");
    }
    BigDecimal number;
    try {
      number = new BigDecimal(text).stripTrailingZeros();
    } catch (NumberFormatException | ArithmeticException endlessExponent) {
      throw outOfRange();
    }
    long exponent = (long) number.precision() - number.scale() - 1;
    boolean isInRange =
        number.signum() == 0 || (exponent >= LEAST_EXPONENT && exponent <= MOST_EXPONENT);
    if (number.precision() > DIGITS || !isInRange) {
      throw outOfRange();
    }
    return text;
  }

  private static UnfitRecordException outOfRange() {
    return new UnfitRecordException(
        "NumberOutOfRange",
        "a number has more than " + DIGITS + " digits, or is outside of 1E-130 to 9.99E+125");
  }

  /** Returns one text for all texts of one number. */
  static String canonical(String text) {
    return new BigDecimal(text).stripTrailingZeros().toString();
  }
}
