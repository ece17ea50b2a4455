package org.streamfanout.admin;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;

/**
 * A function as it was read.
 *
 * @param arn without a version or an alias
 * @param qualifier the version or alias that is meant; null for the function as it was last changed
 * @param variables its environment
 * @param timeout of an invocation
 * @param isChanging whether invocations may still begin with what it was before
 */
record HookedFunction(
    String arn,
    @Nullable String qualifier,
    Map<String, String> variables,
    Duration timeout,
    boolean isChanging) {
  static final String PARTIAL_RESPONSES = "FANOUT_PARTIAL_RESPONSES";

  private static final String LATEST = "$LATEST";
  private static final Pattern ARN =
      Pattern.compile("(arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+)(?::(.+))?");
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m)");

  /** A function's name or ARN, and a version or an alias behind it. */
  record Name(String name, @Nullable String qualifier) {
    static Name of(String reference) {
      Matcher arn = ARN.matcher(reference);
      if (arn.matches()) {
        return new Name(arn.group(1), changeable(arn.group(2)));
      }
      int colon = reference.indexOf(':');
      return colon < 0
          ? new Name(reference, null)
          : new Name(reference.substring(0, colon), changeable(reference.substring(colon + 1)));
    }

    private static @Nullable String changeable(@Nullable String qualifier) {
      return LATEST.equals(qualifier) ? null : qualifier;
    }

    /** Returns whether a mapping calls this function, whatever version of it. */
    boolean isCalledBy(@Nullable String functionArn) {
      if (functionArn == null) {
        return false;
      }
      String called = of(functionArn).name();
      return name.startsWith("arn:") ? name.equals(called) : called.endsWith(":function:" + name);
    }

    /** Returns whether a mapping calls just this version, or alias, of it. */
    boolean isMeantBy(@Nullable String functionArn) {
      return functionArn != null
          && isCalledBy(functionArn)
          && Objects.equals(of(functionArn).qualifier(), qualifier);
    }

    /** Returns what an event source mapping calls it. */
    String reference() {
      return qualifier == null ? name : name + ":" + qualifier;
    }
  }

  static HookedFunction of(Name name, GetFunctionConfigurationResponse answer) {
    return new HookedFunction(
        Name.of(answer.functionArn()).name(),
        name.qualifier(),
        answer.environment() == null ? Map.of() : answer.environment().variables(),
        Duration.ofSeconds(answer.timeout()),
        FunctionSwitch.isBusy(answer));
  }

  /** Returns whether its answers name what is unsettled: then a mapping has to read them. */
  boolean answersInParts() {
    return answersInParts(variables);
  }

  static boolean answersInParts(Map<String, String> variables) {
    return "true".equalsIgnoreCase(variables.getOrDefault(PARTIAL_RESPONSES, "").strip());
  }

  /** Returns a time of its environment, or what it is without; that, too, if it is none. */
  Duration time(String variable, Duration standard) {
    Matcher matcher = TIME.matcher(variables.getOrDefault(variable, "").strip());
    if (!matcher.matches()) {
      return standard;
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }
}
