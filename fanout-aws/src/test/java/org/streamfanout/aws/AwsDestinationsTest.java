package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.TestContext;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

class AwsDestinationsTest {
  private static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:111122223333:stream/s");
  private static final Pattern NAME = Pattern.compile("[a-z]+");
  private final TestContext context = new TestContext();

  private static TargetConfig.Builder target() {
    return TargetConfig.builder(SOURCE, "t", "kinesis", "stream");
  }

  private List<String> problems(TargetConfig target) {
    return AwsDestinations.accessProblems(target, null, context);
  }

  @Test
  void accessProblems_ofAllColumns_areListedTogether() {
    context.set(ProviderContext.ENDPOINT_URL, "gopher://x");

    List<String> problems =
        problems(target().role("admin").externalId("!").region("Ireland").build());

    assertThat(problems)
        .hasSize(4)
        .anySatisfy(problem -> assertThat(problem).contains(ProviderContext.ENDPOINT_URL))
        .anySatisfy(problem -> assertThat(problem).contains("role 'admin'"))
        .anySatisfy(problem -> assertThat(problem).startsWith("externalId").doesNotContain("!"))
        .anySatisfy(problem -> assertThat(problem).contains("region 'Ireland'"));
  }

  @Test
  void accessProblems_regionThatContradictsTheDestination_isOne() {
    TargetConfig target = target().region("eu-west-1").build();

    assertThat(AwsDestinations.accessProblems(target, "us-east-1", context))
        .singleElement()
        .asString()
        .contains("'eu-west-1'")
        .contains("'us-east-1'");
    assertThat(AwsDestinations.accessProblems(target, "eu-west-1", context)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "arn:aws:iam::111122223333:role/r",
        "arn:aws:iam::111122223333:role/a/b/c/r_+=,.@-1",
        "arn:aws-cn:iam::111122223333:role/r",
        "arn:aws-us-gov:iam::111122223333:role/service-role/r",
        "arn:aws-iso-b:iam::111122223333:role/r"
      })
  void accessProblems_rolesOfEveryPartitionAndPath_areNone(String role) {
    assertThat(problems(target().role(role).build())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "r",
        "arn:aws:iam::111122223333:user/r",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/a//r",
        "arn:aws:iam::111122223333:role/a b",
        "arn:aws:iam::111122223333:role/r\u00e9",
        "arn:aws:iam:eu-west-1:111122223333:role/r",
        "arn:aws:iam:::role/r",
        "arn:aws:iam::11112222333:role/r",
        "arn:aws:sts::111122223333:role/r",
        "arn:evil:iam::111122223333:role/r",
        "arn:aws-evil:iam::111122223333:role/r",
        "arn:aws:iam::111122223333:role/0123456789012345678901234567890123456789012345678901234567890123x"
      })
  void accessProblems_whatIsNoRole_isOne(String role) {
    assertThat(problems(target().role(role).build())).hasSize(1);
  }

  @Test
  void accessProblems_externalId_takesTwoTo1224LegalCharacters() {
    assertThat(problems(target().externalId("aA0_+=,.@:/\\-").build())).isEmpty();
    assertThat(problems(target().externalId("12").build())).isEmpty();
    assertThat(problems(target().externalId("x".repeat(1224)).build())).isEmpty();
    assertThat(problems(target().externalId("x".repeat(1225)).build())).hasSize(1);
    assertThat(problems(target().externalId("x").build())).hasSize(1);
    assertThat(problems(target().externalId("a b").build())).hasSize(1);
    assertThat(problems(target().externalId("a\u00e9").build())).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"eu-west-1", "ap-southeast-10", "us-gov-west-1", "eusc-de-east-1"})
  void accessProblems_regions_areNone(String region) {
    assertThat(problems(target().region(region).build())).isEmpty();
  }

  @Test
  void nameOrArn_ofAnotherServiceOrKind_isNothing() {
    assertThat(AwsDestinations.nameOrArn("x y", "kinesis", "stream/", NAME)).isEmpty();
    for (String text :
        List.of(
            "arn:aws:firehose:eu-west-1:111122223333:stream/s",
            "arn:aws:kinesis:eu-west-1:111122223333:stream/s/consumer/c:1",
            "arn:aws:kinesis:eu-west-1:111122223333:s",
            "arn:aws:kinesis:cn-north-1:111122223333:stream/s",
            "arn:aws:kinesis::111122223333:stream/s",
            "arn:aws:kinesis:eu-west-1::stream/s")) {
      assertThat(AwsDestinations.nameOrArn(text, "kinesis", "stream/", NAME)).as(text).isEmpty();
    }
  }

  @Test
  void nameOrArn_arn_tellsNameAndRegion() {
    AwsDestinations.Named named =
        AwsDestinations.nameOrArn(
                "arn:aws:kinesis:eu-west-1:111122223333:stream/s", "kinesis", "stream/", NAME)
            .orElseThrow();

    assertThat(named.name()).isEqualTo("s");
    assertThat(named.region()).isEqualTo("eu-west-1");
  }

  @Test
  void globalArn_ofABucket_isOne() {
    Pattern bucket = Pattern.compile("[a-z]+");

    assertThat(AwsDestinations.globalArn("arn:aws-cn:s3:::bucket", "s3", bucket)).isPresent();
    assertThat(
            List.of(
                "bucket",
                "arn:aws:s3:::Bucket",
                "arn:aws:sns:::bucket",
                "arn:aws-evil:s3:::bucket",
                "arn:aws:s3:eu-west-1::bucket",
                "arn:aws:s3::111122223333:bucket"))
        .allSatisfy(
            text -> assertThat(AwsDestinations.globalArn(text, "s3", bucket)).as(text).isEmpty());
  }

  @Test
  void ownHost_ofEveryPartition_tellsItsParts() {
    Pattern name = Pattern.compile("d-[a-z]+");

    assertThat(AwsDestinations.ownHost("d-x.eu-west-1.es.amazonaws.com", "es", name))
        .contains(new AwsDestinations.OwnHost("d-x", "eu-west-1", "aws"));
    assertThat(AwsDestinations.ownHost("d-x.cn-north-1.es.amazonaws.com.cn", "es", name))
        .contains(new AwsDestinations.OwnHost("d-x", "cn-north-1", "aws-cn"));
    assertThat(AwsDestinations.ownHost("d-x.eu-isoe-west-1.es.cloud.adc-e.uk", "es", name))
        .contains(new AwsDestinations.OwnHost("d-x", "eu-isoe-west-1", "aws-iso-e"));
    assertThat(
            List.of(
                "",
                "es",
                "d-x.eu-west-1.es.",
                "d-x.eu-west-1.es",
                "d-x.eu-west-1.es.amazonaws.com.",
                "d-x.eu-west-1.es.amazonaws.com.cn",
                "d-x.eu-west-1.es.amazonaws.com.evil.example",
                "d-x.eu-west-1.es.evil.example",
                "d-x.eu-west-1.sqs.amazonaws.com",
                "x.eu-west-1.es.amazonaws.com",
                "d-x.d-x.eu-west-1.es.amazonaws.com",
                "D-x.eu-west-1.es.amazonaws.com",
                "d-x.eu-west-1.es.\u0430mazonaws.com"))
        .allSatisfy(
            host -> assertThat(AwsDestinations.ownHost(host, "es", name)).as(host).isEmpty());
  }

  @Test
  void partitionOf_aRegion_isItsOwn() {
    assertThat(AwsDestinations.partitionOf("us-gov-west-1")).isEqualTo("aws-us-gov");
    assertThat(AwsDestinations.partitionOf("ap-southeast-10")).isEqualTo("aws");
    assertThat(AwsDestinations.partitionOf(null)).isEqualTo("aws");
  }

  @Test
  void permissions_withARole_startWithAssumeRole() {
    TargetConfig target = target().role("arn:aws:iam::111122223333:role/r").build();

    assertThat(AwsDestinations.permissions(target, null, "kinesis:PutRecords"))
        .containsExactly(
            new Permission("sts:AssumeRole", "arn:aws:iam::111122223333:role/r"),
            new Permission("kinesis:PutRecords", "*"));
  }

  @Test
  void finding_goesByWhetherItLasts() {
    AwsServiceException denied =
        AwsServiceException.builder()
            .statusCode(403)
            .awsErrorDetails(AwsErrorDetails.builder().errorCode("AccessDenied").build())
            .build();

    assertThat(AwsDestinations.finding("t", "stream s", null).severity())
        .isEqualTo(Finding.Severity.OK);
    assertThat(AwsDestinations.finding("t", "stream s", denied).severity())
        .isEqualTo(Finding.Severity.ERROR);
    assertThat(AwsDestinations.finding("t", "stream s", SdkClientException.create("x")).severity())
        .isEqualTo(Finding.Severity.WARNING);
  }
}
