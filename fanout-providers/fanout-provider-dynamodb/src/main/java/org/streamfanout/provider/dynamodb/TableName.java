package org.streamfanout.provider.dynamodb;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsDestinations;
import org.streamfanout.aws.AwsDestinations.Named;
import org.streamfanout.spi.Arn;

/**
 * The table that a destination names, by its name or ARN, with a date in it or not. Immutable.
 *
 * @param pattern the name, dates not filled in
 * @param arn the ARN, dates not filled in; null if only the name is given
 */
record TableName(String pattern, @Nullable Arn arn) {
  static final String SYNTAX =
      "<name> or arn:<partition>:dynamodb:<region>:<account>:table/<name>, where the name may hold"
          + " {yyyy}, {MM}, {dd} and {HH}, or {yyyy} and {ww}";

  /**
   * 3 to 255 letters, digits and _ . -, as <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html">
   * the naming rules</a> say (as known 2026-11).
   */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{3,255}");

  private static final Pattern NAME_WITH_DATES =
      Pattern.compile("(?:[A-Za-z0-9_.-]|\\{(?:yyyy|MM|dd|HH|ww)}){1,255}");
  private static final Pattern DATE = Pattern.compile("\\{(yyyy|MM|dd|HH|ww)}");
  private static final Pattern DAY = Pattern.compile("\\{(?:MM|dd|HH)}");

  /** Reads a destination; nothing if it is none. */
  static Optional<TableName> parse(String destination) {
    return AwsDestinations.nameOrArn(destination, "dynamodb", "table/", NAME_WITH_DATES)
        .map(TableName::of)
        .filter(TableName::isLegal);
  }

  private static TableName of(Named named) {
    return new TableName(named.name(), named.arn());
  }

  /** A week belongs to a year of its own, and to no month. */
  private boolean isLegal() {
    boolean mixesWeeks = pattern.contains("{ww}") && DAY.matcher(pattern).find();
    return !mixesWeeks && NAME.matcher(filledIn(Instant.EPOCH)).matches();
  }

  /** Returns whether each record's arrival time decides which table it goes to. */
  boolean isDated() {
    return DATE.matcher(pattern).find();
  }

  @Nullable String region() {
    return arn == null ? null : arn.region();
  }

  /** Returns the ARN for a policy, with {@code *} for dates; null if only the name is given. */
  @Nullable Arn policyArn() {
    return arn == null ? null : withName(arn, DATE.matcher(pattern).replaceAll("*"));
  }

  /** Returns what a request says for records that arrived at a time. */
  String at(Instant time) {
    String name = filledIn(time);
    return arn == null ? name : withName(arn, name).toString();
  }

  private static Arn withName(Arn arn, String name) {
    return new Arn(arn.partition(), arn.service(), arn.region(), arn.account(), "table/" + name);
  }

  private String filledIn(Instant time) {
    ZonedDateTime utc = time.atZone(ZoneOffset.UTC);
    // The year of an ISO week is not always that of its days.
    boolean hasWeek = pattern.contains("{ww}");
    return DATE.matcher(pattern)
        .replaceAll(
            found ->
                switch (found.group(1)) {
                  case "yyyy" ->
                      digits(4, utc.get(hasWeek ? IsoFields.WEEK_BASED_YEAR : ChronoField.YEAR));
                  case "MM" -> digits(2, utc.getMonthValue());
                  case "dd" -> digits(2, utc.getDayOfMonth());
                  case "HH" -> digits(2, utc.getHour());
                  default -> digits(2, utc.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
                });
  }

  private static String digits(int width, int number) {
    return String.format(Locale.ROOT, "%0" + width + "d", number);
  }
}
