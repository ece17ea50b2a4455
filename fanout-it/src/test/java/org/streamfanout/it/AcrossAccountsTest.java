package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.it.AwsStandIn.Answer;
import org.streamfanout.it.AwsStandIn.Call;
import org.streamfanout.it.AwsStandIn.Session;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testkit.Records;

/**
 * An engine with targets in several accounts and regions, of every type that AWS serves, against a
 * stand-in for STS and the services: what the wire shows of each call.
 */
@Timeout(300)
class AcrossAccountsTest {
  private static final int RECORDS = 12;
  private static final int FOR_EVER = Integer.MAX_VALUE;

  /** Two accounts; in the first, the role is assumed with two external ids. */
  private static final List<Account> ACCOUNTS =
      List.of(
          new Account("a", "111122223333", "ext-one"),
          new Account("b", "444455556666", "ext-two"),
          new Account("c", "111122223333", "ext-three"));

  private static final List<String> REGIONS = List.of("eu-west-1", "us-east-2");

  /**
   * A type is a line here: its name, its destinations, and how its service says that all is well.
   */
  private static final List<Type> TYPES =
      List.of(
          new Type("sqs", "sqs", "arn:aws:sqs:%s:%s:%s", Map.of(), AwsStandIn::sqs),
          new Type("sns", "sns", "arn:aws:sns:%s:%s:%s", Map.of(), AwsStandIn::sns),
          new Type(
              "kinesis",
              "kinesis",
              "arn:aws:kinesis:%s:%s:stream/%s",
              Map.of(),
              AwsStandIn::kinesis),
          new Type(
              "firehose",
              "firehose",
              "arn:aws:firehose:%s:%s:deliverystream/%s",
              Map.of(),
              AwsStandIn::firehose),
          new Type(
              "dynamodb",
              "dynamodb",
              "arn:aws:dynamodb:%s:%s:table/%s",
              Map.of("partitionKey", "n"),
              request -> AwsStandIn.json(200, "{\"UnprocessedItems\":{}}")),
          new Type(
              "eventbridge",
              "events",
              "arn:aws:events:%s:%s:event-bus/%s",
              Map.of(),
              AwsStandIn::events),
          new Type(
              "lambda",
              "lambda",
              "arn:aws:lambda:%s:%s:function:%s",
              Map.of(),
              request -> Response.of(202, "")),
          new Type(
              "iot",
              "iotdata",
              "abc123-ats.iot.%1$s.amazonaws.com#%3$s",
              Map.of(),
              request -> Response.of(200, "")),
          new Type(
              "opensearch",
              "es",
              "search-%3$s-abcdefghijklmnopqrstuvwxyz.%1$s.es.amazonaws.com#%3$s",
              Map.of(),
              AwsStandIn::es),
          new Type("s3", "s3", "s3://%3$s/orders", Map.of(), request -> Response.of(200, "")));

  /** Names of destinations; they are somewhere in every call to them. */
  private static final Pattern NAME = Pattern.compile("out-([abc])-([a-z]+-[a-z]+-\\d)");

  private record Account(String label, String id, String externalId) {
    String role() {
      return "arn:aws:iam::" + id + ":role/fan/out";
    }

    Session session(String policy) {
      return new Session(role(), externalId, policy);
    }
  }

  /**
   * A type of target.
   *
   * @param service the name that signatures carry
   * @param destination with places for region, account and name
   * @param options those that the type cannot do without
   */
  private record Type(
      String name, String service, String destination, Map<String, String> options, Answer answer) {
    TargetConfig target(Account account, String region, Map<String, String> more) {
      Map<String, String> all = new HashMap<>(options);
      all.putAll(more);
      String resource = "out-" + account.label() + "-" + region;
      return TargetConfig.builder(
              Records.KINESIS,
              name + "-" + resource,
              name,
              destination.formatted(region, account.id(), resource))
          .region(region)
          .role(account.role())
          .externalId(account.externalId())
          .collapse("none")
          .maxMessages(2)
          .options(all)
          .build();
    }
  }

  @BeforeAll
  static void setOwnCredentials() {
    System.setProperty("aws.accessKeyId", "AKIAOWN");
    System.setProperty("aws.secretAccessKey", "secret");
    // The same calls as JSON, so that the stand-in can read them; CBOR is the default.
    System.setProperty("aws.cborEnabled", "false");
  }

  @AfterAll
  static void clearOwnCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.cborEnabled");
  }

  private static AwsStandIn standIn(int firstLasts) {
    return new AwsStandIn(
        TYPES.stream().collect(Collectors.toMap(Type::service, Type::answer)), firstLasts);
  }

  private static FanoutEngine engine(AwsStandIn aws, Map<String, String> options) {
    List<TargetConfig> rows = new ArrayList<>();
    for (Type type : TYPES) {
      for (Account account : ACCOUNTS) {
        REGIONS.forEach(region -> rows.add(type.target(account, region, options)));
      }
    }
    return FanoutEngine.builder()
        .registry(new InMemoryTargetRegistry(rows.toArray(TargetConfig[]::new)))
        .setting(ProviderContext.ENDPOINT_URL, aws.uri().toString())
        .setting(ProviderContext.REGION, "eu-central-1")
        .retry(
            new RetryPolicy(8, Duration.ofSeconds(60), Duration.ofMillis(1), Duration.ofMillis(5)))
        .random(new SplittableRandom(1))
        .build();
  }

  private static void process(FanoutEngine engine) {
    FanoutResult result =
        engine.process(
            new SourceBatch(Records.KINESIS, Records.SHARD, Records.kinesis(RECORDS, 4)),
            Deadline.after(Duration.ofSeconds(120)));
    assertThat(result.targets()).hasSize(TYPES.size() * ACCOUNTS.size() * REGIONS.size());
    assertThat(result.targets())
        .allSatisfy(target -> assertThat(target.counts().accepted()).isEqualTo(RECORDS));
  }

  /** Returns the accounts and regions that calls went to, after checking who signed each. */
  private static Set<String> assertSignedForTheirTargets(AwsStandIn aws) {
    return aws.calls().stream()
        .map(
            call -> {
              Matcher name = NAME.matcher(call.text());
              assertThat(name.find()).as("a destination in %s", call).isTrue();
              Account account =
                  ACCOUNTS.stream()
                      .filter(each -> each.label().equals(name.group(1)))
                      .findFirst()
                      .orElseThrow();
              assertThat(call.session()).as("the session of %s", call).isNotNull();
              assertThat(call.session().role()).isEqualTo(account.role());
              assertThat(call.session().externalId()).isEqualTo(account.externalId());
              assertThat(call.token()).isEqualTo("token-" + call.keyId());
              assertThat(call.region()).isEqualTo(name.group(2));
              return call.service() + " " + name.group();
            })
        .collect(Collectors.toSet());
  }

  @Test
  void process_targetsAcrossAccountsAndRegions_eachCallCarriesItsRolesCredentials() {
    try (AwsStandIn aws = standIn(FOR_EVER);
        FanoutEngine engine = engine(aws, Map.of())) {
      process(engine);
      process(engine);

      assertThat(assertSignedForTheirTargets(aws))
          .hasSize(TYPES.size() * ACCOUNTS.size() * REGIONS.size());
      assertThat(aws.assumeRoles())
          .as("one AssumeRole for each role and external id")
          .containsExactlyInAnyOrderElementsOf(
              ACCOUNTS.stream().map(account -> account.session("")).toList());
    }
  }

  @Test
  void process_credentialsThatEndInTheMiddle_areReplacedOnceAndEverythingArrives() {
    try (AwsStandIn aws = standIn(9);
        FanoutEngine engine = engine(aws, Map.of())) {
      process(engine);

      assertSignedForTheirTargets(aws);
      List<Session> twice = new ArrayList<>();
      ACCOUNTS.forEach(
          account -> {
            twice.add(account.session(""));
            twice.add(account.session(""));
          });
      assertThat(aws.assumeRoles()).containsExactlyInAnyOrderElementsOf(twice);
      assertThat(aws.calls()).extracting(Call::keyId).anyMatch(keyId -> keyId.endsWith("G2"));
    }
  }

  @Test
  void process_sessionsCutDownToTheirTarget_allowThatTargetAndNoOther() {
    try (AwsStandIn aws = standIn(FOR_EVER);
        FanoutEngine engine = engine(aws, Map.of("sessionPolicy", "target"))) {
      process(engine);
      process(engine);

      assertSignedForTheirTargets(aws);
      assertThat(aws.calls())
          .allSatisfy(
              call -> {
                Matcher name = NAME.matcher(call.text());
                assertThat(name.find()).isTrue();
                assertThat(call.session().policy())
                    .contains(name.group() + "\"")
                    .doesNotContain("\"*\"", "sts:");
              });
      assertThat(aws.assumeRoles())
          .as("one AssumeRole for each target")
          .hasSize(TYPES.size() * ACCOUNTS.size() * REGIONS.size())
          .doesNotHaveDuplicates();
    }
  }
}
