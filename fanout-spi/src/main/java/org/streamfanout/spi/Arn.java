package org.streamfanout.spi;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An Amazon Resource Name of any partition (aws, aws-cn, aws-us-gov, aws-iso, ...).
 *
 * @param partition such as {@code aws}
 * @param service such as {@code sqs}
 * @param region such as {@code eu-west-1}; empty where the service has none
 * @param account twelve digits; empty where the service has none
 * @param resource everything after the fifth colon
 */
public record Arn(
    String partition, String service, String region, String account, String resource) {

  private static final Pattern SYNTAX =
      Pattern.compile(
          "arn:(aws(?:-[a-z]+)*):([a-z0-9-]+):([a-z]{2,4}(?:-[a-z]+)+-\\d{1,2})?:(\\d{12})?:(\\S+)");

  /** Checks that no part is null. */
  public Arn {
    Objects.requireNonNull(partition, "partition");
    Objects.requireNonNull(service, "service");
    Objects.requireNonNull(region, "region");
    Objects.requireNonNull(account, "account");
    Objects.requireNonNull(resource, "resource");
  }

  /** Returns the parts of an ARN, or nothing if the text is not one. */
  public static Optional<Arn> parse(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    Matcher matcher = SYNTAX.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new Arn(
                matcher.group(1),
                matcher.group(2),
                Objects.requireNonNullElse(matcher.group(3), ""),
                Objects.requireNonNullElse(matcher.group(4), ""),
                matcher.group(5)))
        : Optional.empty();
  }

  /** Returns the ARN's text. */
  @Override
  public String toString() {
    return "arn:" + partition + ":" + service + ":" + region + ":" + account + ":" + resource;
  }
}
