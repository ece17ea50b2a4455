package org.streamfanout.admin.doctor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.lambda.model.GetFunctionConfigurationResponse;

/** The function as Lambda describes it. Never printed whole: its environment may hold secrets. */
record FunctionFacts(GetFunctionConfigurationResponse configuration, Arn arn) {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m)");

  String name() {
    return configuration.functionName();
  }

  String region() {
    return arn.region();
  }

  String role() {
    return configuration.role();
  }

  String subject() {
    return "function " + name();
  }

  boolean isInVpc() {
    return configuration.vpcConfig() != null && !subnets().isEmpty();
  }

  List<String> subnets() {
    return configuration.vpcConfig().subnetIds();
  }

  List<String> securityGroups() {
    return configuration.vpcConfig().securityGroupIds();
  }

  /** Returns a variable of the environment that holds no secret; null if it is not set. */
  @Nullable String variable(String name) {
    Map<String, String> all =
        configuration.environment() == null ? Map.of() : configuration.environment().variables();
    return all.get(name);
  }

  boolean answersPartialFailures() {
    return "true".equalsIgnoreCase(variable("FANOUT_PARTIAL_RESPONSES"));
  }

  /** Returns the table that the function reads. */
  String table() {
    String named = variable("FANOUT_TABLE_NAME");
    return named != null ? named : name() + "Targets";
  }

  /** Returns a time of the environment; the standard one if it is not set or is none. */
  Duration time(String name, Duration standard) {
    String text = variable(name);
    Matcher matcher = TIME.matcher(text == null ? "" : text);
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
