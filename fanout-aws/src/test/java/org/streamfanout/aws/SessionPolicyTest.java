package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

class SessionPolicyTest {
  private static final String ROLE = "arn:aws:iam::111122223333:role/r";
  private static final String QUEUE = "arn:aws:sqs:eu-west-1:111122223333:q";
  private static final List<Permission> PERMISSIONS =
      List.of(
          new Permission("sts:AssumeRole", ROLE),
          new Permission("sqs:SendMessage", QUEUE),
          new Permission("sqs:GetQueueAttributes", QUEUE));

  private static TargetConfig.Builder target(String policy) {
    return TargetConfig.builder(
            Source.of("arn:aws:kinesis:eu-west-1:111122223333:stream/s"), "t", "sqs", QUEUE)
        .options(Map.of("sessionPolicy", policy));
  }

  private static List<String> problems(TargetConfig target, String resource) {
    return SessionPolicy.problems(target, List.of(new Permission("sqs:SendMessage", resource)));
  }

  @Test
  void of_targetThatAsks_allowsItsActionsOnItAndNothingElse() {
    assertThat(AwsAccess.of(target("target").role(ROLE).build(), "eu-west-1", PERMISSIONS))
        .extracting(AwsAccess::sessionPolicy)
        .isEqualTo(
            "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                + "[\"sqs:SendMessage\",\"sqs:GetQueueAttributes\"],\"Resource\":\""
                + QUEUE
                + "\"}]}");
  }

  @Test
  void of_targetThatDoesNotAskOrHasNoRole_isNone() {
    assertThat(AwsAccess.of(target("none").role(ROLE).build(), null, PERMISSIONS).sessionPolicy())
        .isNull();
    assertThat(AwsAccess.of(target("target").build(), null, PERMISSIONS).sessionPolicy()).isNull();
  }

  @Test
  void problems_soundTargets_areNone() {
    assertThat(problems(target("none").build(), "*")).isEmpty();
    assertThat(SessionPolicy.problems(target("target").role(ROLE).build(), PERMISSIONS)).isEmpty();
  }

  @Test
  void problems_everyMistake_isNamed() {
    assertThat(problems(target("all").role(ROLE).build(), QUEUE))
        .singleElement()
        .asString()
        .contains("'all'");
    assertThat(problems(target("target").build(), "*"))
        .hasSize(2)
        .anyMatch(problem -> problem.contains("needs a role"))
        .anyMatch(problem -> problem.contains("ARN"));
    assertThat(SessionPolicy.problems(target("target").role(ROLE).build(), List.of()))
        .singleElement()
        .asString()
        .contains("ARN");
  }

  @Test
  void problems_policyOf2048Characters_isNoneAndOneMoreIsOne() {
    TargetConfig target = target("target").role(ROLE).build();
    String policy = AwsAccess.of(target, null, List.of(new Permission("a:B", "r"))).sessionPolicy();
    String fits = "r".repeat(SessionPolicy.LONGEST - policy.length() + 1);

    assertThat(SessionPolicy.problems(target, List.of(new Permission("a:B", fits)))).isEmpty();
    assertThat(SessionPolicy.problems(target, List.of(new Permission("a:B", fits + "r"))))
        .singleElement()
        .asString()
        .contains("2049");
  }
}
