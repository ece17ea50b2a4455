package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.TestContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.PartitionEndpointKey;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.endpoints.StsEndpointProvider;

/** Each partition from its role to its token service, against the SDK's own tables. */
class AwsPartitionTest {
  private static final String PARTITIONS =
      """
      aws,        eu-west-1
      aws-cn,     cn-north-1
      aws-us-gov, us-gov-west-1
      aws-iso,    us-iso-east-1
      aws-iso-b,  us-isob-east-1
      aws-iso-e,  eu-isoe-west-1
      aws-iso-f,  us-isof-south-1
      aws-eusc,   eusc-de-east-1
      """;

  private static final PartitionEndpointKey PLAIN = PartitionEndpointKey.builder().build();

  @ParameterizedTest
  @CsvSource(textBlock = PARTITIONS)
  void accessProblems_roleAndRegionOfThePartition_areNone(String partition, String region) {
    TargetConfig target =
        TargetConfig.builder(
                Source.of("arn:" + partition + ":kinesis:" + region + ":111122223333:stream/s"),
                "t",
                "sqs",
                "arn:" + partition + ":sqs:" + region + ":111122223333:q")
            .role("arn:" + partition + ":iam::111122223333:role/path/r")
            .region(region)
            .build();
    try (TestContext context = new TestContext()) {
      assertThat(AwsDestinations.accessProblems(target, region, context)).isEmpty();
      assertThat(SqsQueue.parse(target.destination(), context)).isPresent();
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = PARTITIONS)
  void assumeRole_ofThePartition_isAskedInItsRegion(String partition, String region) {
    String role = "arn:" + partition + ":iam::111122223333:role/path/r";
    try (StsStandIn sts = new StsStandIn(Clock.systemUTC());
        AwsClients clients =
            AwsClients.builder()
                .region(region)
                .endpoint(sts.endpoint.uri())
                .credentials(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIA", "secret")))
                .build()) {
      clients
          .client(StsClient.class, StsClient::builder, new AwsAccess(null, role, null, null, null))
          .getCallerIdentity();

      assertThat(sts.assumeRoles())
          .singleElement()
          .satisfies(
              request -> {
                assertThat(StsStandIn.form(request)).containsEntry("RoleArn", role);
                assertThat(request.header("authorization"))
                    .contains("/" + region + "/sts/aws4_request");
              });
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = PARTITIONS)
  void suffix_isThatOfTheTokenServiceInTheSdk(String partition, String region) {
    String host =
        StsEndpointProvider.defaultProvider()
            .resolveEndpoint(parameters -> parameters.region(Region.of(region)))
            .join()
            .endpointUrl()
            .host();

    assertThat(host)
        .isEqualTo("sts." + region + "." + AwsPartition.ofId(partition).orElseThrow().suffix());
  }

  @Test
  void hasRegion_everyRegionThatTheSdkKnows_isOfItsPartitionAlone() {
    Set<Region> regions =
        Region.regions().stream()
            .filter(region -> !region.isGlobalRegion())
            .collect(Collectors.toSet());

    assertThat(regions).hasSizeGreaterThan(30);
    for (Region region : regions) {
      PartitionMetadata partition = PartitionMetadata.of(region);
      assertThat(AwsPartition.values())
          .as(region.id())
          .filteredOn(each -> each.hasRegion(region.id()))
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.id()).isEqualTo(partition.id());
                assertThat(each.suffix()).isEqualTo(partition.dnsSuffix(PLAIN));
              });
    }
  }
}
