package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.testkit.TestContext;
import software.amazon.awssdk.regions.EndpointTag;
import software.amazon.awssdk.regions.PartitionEndpointKey;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

class SqsQueueTest {
  private final TestContext context = new TestContext();

  @ParameterizedTest
  @CsvSource({
    "arn:aws:sqs:eu-west-1:111122223333:q, https://sqs.eu-west-1.amazonaws.com/111122223333/q",
    "arn:aws:sqs:ap-southeast-10:111122223333:q.fifo,"
        + " https://sqs.ap-southeast-10.amazonaws.com/111122223333/q.fifo",
    "arn:aws-cn:sqs:cn-north-1:111122223333:q, https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q",
    "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:q,"
        + " https://sqs.us-gov-west-1.amazonaws.com/111122223333/q",
    "arn:aws-iso:sqs:us-iso-east-1:111122223333:q, https://sqs.us-iso-east-1.c2s.ic.gov/111122223333/q",
    "arn:aws-iso-b:sqs:us-isob-east-1:111122223333:q,"
        + " https://sqs.us-isob-east-1.sc2s.sgov.gov/111122223333/q",
    "arn:aws-iso-e:sqs:eu-isoe-west-1:111122223333:q,"
        + " https://sqs.eu-isoe-west-1.cloud.adc-e.uk/111122223333/q",
    "arn:aws-iso-f:sqs:us-isof-south-1:111122223333:q,"
        + " https://sqs.us-isof-south-1.csp.hci.ic.gov/111122223333/q",
    "arn:aws-eusc:sqs:eusc-de-east-1:111122223333:q,"
        + " https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/q"
  })
  void parse_arn_becomesTheUrlOfItsPartition(String arn, String url) {
    SqsQueue queue = SqsQueue.parse(arn, context).orElseThrow();

    assertThat(queue.url()).isEqualTo(url);
    assertThat(queue.endpoint()).isNull();
    assertThat(queue.arn()).hasToString(arn);
    assertThat(queue.isFifo()).isEqualTo(arn.endsWith(".fifo"));
    assertThat(SqsQueue.parse(url, context).orElseThrow()).isEqualTo(queue);
    assertThat(SqsQueue.arnOf(url).orElseThrow()).hasToString(arn);
  }

  @Test
  void parse_arnWithTheOperatorsEndpoint_becomesAUrlThere() {
    context.set(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:9324/");

    SqsQueue queue = SqsQueue.parse("arn:aws:sqs:eu-west-1:111122223333:q", context).orElseThrow();

    assertThat(queue.url()).isEqualTo("http://127.0.0.1:9324/111122223333/q");
    assertThat(queue.region()).isEqualTo("eu-west-1");
  }

  @ParameterizedTest
  @CsvSource({
    "https://vpce-0a1b-c2d3.sqs.eu-west-1.vpce.amazonaws.com/111122223333/q, eu-west-1",
    "https://vpce-0a1b-c2d3-eu-west-1a.sqs.eu-west-1.vpce.amazonaws.com/111122223333/q, eu-west-1",
    "https://vpce-0a1b.sqs.cn-north-1.vpce.amazonaws.com.cn/111122223333/q, cn-north-1",
    "https://sqs-fips.us-gov-west-1.amazonaws.com/111122223333/q, us-gov-west-1",
    "https://sqs.eu-west-1.api.aws/111122223333/q, eu-west-1"
  })
  void parse_anotherHostOfAws_isTheEndpointOfItsRegion(String url, String region) {
    SqsQueue queue = SqsQueue.parse(url, context).orElseThrow();

    assertThat(queue.region()).isEqualTo(region);
    assertThat(queue.url()).isEqualTo(url);
    assertThat(queue.endpoint()).isEqualTo(URI.create(url.substring(0, url.indexOf('/', 8))));
  }

  @ParameterizedTest
  @CsvSource({
    "https://queue.amazonaws.com/111122223333/q, us-east-1",
    "https://eu-west-1.queue.amazonaws.com/111122223333/q, eu-west-1",
    "https://cn-north-1.queue.amazonaws.com.cn/111122223333/q, cn-north-1"
  })
  void parse_legacyHost_isItsRegion(String url, String region) {
    SqsQueue queue = SqsQueue.parse(url, context).orElseThrow();

    assertThat(queue.region()).isEqualTo(region);
    assertThat(queue.endpoint()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "q",
        "http://sqs.eu-west-1.amazonaws.com/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com:443/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com:8443/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com./111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com.evil.example/111122223333/q",
        "https://evil.example/sqs.eu-west-1.amazonaws.com/q",
        "https://sqs.eu-west-1.amazonaws.com@evil.example/111122223333/q",
        "https://user:pass@sqs.eu-west-1.amazonaws.com/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com#@evil.example/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com\\@evil.example/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com%2eevil.example/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com%00.evil.example/111122223333/q",
        "https://sqs.eu-west-1\u3002amazonaws\u3002com/111122223333/q",
        "https://\u0455qs.eu-west-1.amazonaws.com/111122223333/q",
        "https://xn--qs-6cd.eu-west-1.amazonaws.com/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/q?x=1",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/q#x",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/../q",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/q/",
        "https://sqs.eu-west-1.amazonaws.com/111122223333/q\n",
        " https://sqs.eu-west-1.amazonaws.com/111122223333/q",
        "https://sqs.eu-west-1.amazonaws.com/11112222333/q",
        "https://sqs.amazonaws.com/111122223333/q",
        "https://sqs.cn-north-1.amazonaws.com/111122223333/q",
        "https://s3.eu-west-1.amazonaws.com/111122223333/q",
        "https://sqs.s3.amazonaws.com/111122223333/q",
        "https://bucket.sqs.eu-west-1.amazonaws.com/111122223333/q",
        "https://evil.sqs.eu-west-1.vpce.amazonaws.com/111122223333/q",
        "https://evil.queue.amazonaws.com/111122223333/q",
        "HTTPS://sqs.eu-west-1.amazonaws.com/111122223333/q",
        "https://SQS.eu-west-1.amazonaws.com/111122223333/q",
        "//sqs.eu-west-1.amazonaws.com/111122223333/q",
        "file:///etc/passwd",
        "ftp://sqs.eu-west-1.amazonaws.com/111122223333/q",
        "https://169.254.169.254/111122223333/q",
        "https://[::1]/111122223333/q",
        "https://localhost/111122223333/q",
        "arn:aws:sqs:eu-west-1:111122223333:q/x",
        "arn:aws:sqs:eu-west-1:111122223333:",
        "arn:aws:sqs::111122223333:q",
        "arn:aws:sqs:eu-west-1::q",
        "arn:aws:sqs:cn-north-1:111122223333:q",
        "arn:aws-evil:sqs:eu-west-1:111122223333:q",
        "arn:aws:sns:eu-west-1:111122223333:q"
      })
  void parse_anythingElse_isNoQueue(String text) {
    assertThat(SqsQueue.parse(text, context)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9324/000000000000/q",
        "http://queues.internal:8080/000000000000/q",
        "https://any.example:1234/q",
        "http://[::1]:9324/queue/q.fifo",
        "http://Queues.Internal:8080/000000000000/q"
      })
  void parse_hostThatTheOperatorAllows_isAQueue(String url) {
    context.set(
        ProviderContext.ALLOWED_HOSTS,
        "127.0.0.1:9324, queues.internal:8080,any.example,[::1]:9324");

    SqsQueue queue = SqsQueue.parse(url, context).orElseThrow();

    assertThat(queue.url()).isEqualTo(url);
    assertThat(url).startsWith(String.valueOf(queue.endpoint()) + "/");
    assertThat(queue.region()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9325/000000000000/q",
        "http://127.0.0.1/000000000000/q",
        "http://queues.internal:8080./000000000000/q",
        "http://queues.internal.:8080/000000000000/q",
        "http://x.queues.internal:8080/000000000000/q",
        "http://queues.internal:8080@evil.example/000000000000/q",
        "http://127.0.0.1:99999/000000000000/q",
        "http://2130706433:9324/000000000000/q"
      })
  void parse_hostThatIsNearlyAllowed_isNoQueue(String url) {
    context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1:9324,queues.internal:8080");

    assertThat(SqsQueue.parse(url, context)).isEmpty();
  }

  @Test
  void parse_hostOfTheOperatorsEndpoint_isAllowedOnThatPortOnly() {
    context.set(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:9324");

    assertThat(SqsQueue.parse("http://127.0.0.1:9324/000000000000/q", context)).isPresent();
    assertThat(SqsQueue.parse("http://127.0.0.1:9325/000000000000/q", context)).isEmpty();
  }

  @Test
  void partition_domains_areThoseOfTheSdk() {
    for (AwsPartition partition : AwsPartition.values()) {
      PartitionMetadata metadata = PartitionMetadata.of(partition.id());

      assertThat(metadata.id()).isEqualTo(partition.id());
      assertThat(metadata.dnsSuffix()).isEqualTo(partition.suffix());
      PartitionEndpointKey dualStack =
          PartitionEndpointKey.builder().tags(EndpointTag.DUALSTACK).build();
      if (metadata.dnsSuffix(dualStack) != null) {
        assertThat(metadata.dnsSuffix(dualStack)).isEqualTo(partition.dualStackSuffix());
      }
    }
  }

  @Test
  void partition_ofEveryRegionOfTheSdk_isTheSdks() {
    for (Region region : Region.regions()) {
      if (!region.isGlobalRegion()) {
        PartitionMetadata metadata = PartitionMetadata.of(region);
        AwsPartition partition = AwsPartition.ofId(metadata.id()).orElseThrow();

        assertThat(partition.hasRegion(region.id())).as(region.id()).isTrue();
        assertThat(AwsPartition.values())
            .filteredOn(each -> each.hasRegion(region.id()))
            .hasSize(1);
      }
    }
  }
}
