package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Look-ups on the wire, against a stand-in that gives the services' documented answers. */
class NamesTest {
  private static final String ROLE = "arn:aws:iam::999999999999:role/r";

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();
  private final List<String> trace = new ArrayList<>();
  private final AdminClients clients =
      AdminClients.builder()
          .region("eu-west-1")
          .endpoint(endpoint.uri())
          .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "s3cret")))
          .trace(trace::add)
          .build();
  private final DestinationNames destinations = new DestinationNames(clients);
  private final SourceNames sources = new SourceNames(clients);

  /** Kinesis would speak CBOR, which nobody can read. */
  @BeforeAll
  static void inText() {
    System.setProperty("aws.cborEnabled", "false");
  }

  @AfterAll
  static void inBinary() {
    System.clearProperty("aws.cborEnabled");
  }

  @BeforeEach
  void answer() {
    endpoint.answer(NamesTest::answerOf);
  }

  @AfterEach
  void close() {
    clients.close();
    endpoint.close();
  }

  private static Response json(String body) {
    return Response.of(200, body.replace('\'', '"'));
  }

  private static Response xml(String action, String result) {
    return Response.of(
            200,
            "<%1$sResponse><%1$sResult>%2$s</%1$sResult></%1$sResponse>".formatted(action, result))
        .with("Content-Type", "text/xml");
  }

  private static Response answerOf(Request request) {
    String operation = Objects.requireNonNullElse(request.header("x-amz-target"), request.path());
    if (operation.endsWith("DescribeStreamSummary")) {
      return json(
          "{'StreamDescriptionSummary':{'StreamName':'in','StreamARN':"
              + "'arn:aws:kinesis:eu-west-1:123456789012:stream/in'}}");
    }
    if (operation.endsWith("DescribeTable")) {
      return json(
          request.text().contains("silent")
              ? "{'Table':{'TableName':'silent'}}"
              : "{'Table':{'LatestStreamArn':"
                  + "'arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-01-01T00:00:00.000'}}");
    }
    if (operation.endsWith("GetQueueUrl")) {
      return json("{'QueueUrl':'https://sqs.eu-west-1.amazonaws.com/123456789012/q'}");
    }
    if (operation.endsWith("DescribeDeliveryStream")) {
      return json("{'DeliveryStreamDescription':{'DeliveryStreamName':'f'}}");
    }
    if (operation.contains("/opensearch/domain/vpc")) {
      return json(
          "{'DomainStatus':{'DomainName':'vpc','Endpoints':{'vpc':'vpc-d.es.amazonaws.com'}}}");
    }
    if (operation.contains("/opensearch/domain/new")) {
      return json("{'DomainStatus':{'DomainName':'new','Endpoints':{}}}");
    }
    if (operation.contains("/opensearch/domain/")) {
      return json(
          "{'DomainStatus':{'DomainName':'d','Endpoint':'search-d.eu-west-1.es.amazonaws.com'}}");
    }
    if (operation.startsWith("/endpoint")) {
      return json("{'endpointAddress':'a1-ats.iot.eu-west-1.amazonaws.com'}");
    }
    if (operation.contains("/functions/")) {
      return json("{'FunctionName':'fn'}");
    }
    if (request.text().contains("Action=ListTopics")) {
      // two pages
      return request.text().contains("NextToken=more")
          ? xml("ListTopics", topics("arn:aws:sns:eu-west-1:123456789012:orders"))
          : xml(
              "ListTopics",
              topics("arn:aws:sns:eu-west-1:123456789012:old-orders")
                  + "<NextToken>more</NextToken>");
    }
    if (request.text().contains("Action=DescribeCacheClusters")) {
      return xml(
          "DescribeCacheClusters",
          "<CacheClusters><CacheCluster><ConfigurationEndpoint><Address>m.cfg.cache.amazonaws.com"
              + "</Address><Port>11211</Port></ConfigurationEndpoint></CacheCluster></CacheClusters>");
    }
    if (request.text().contains("ReplicationGroupId=clustered")) {
      return xml(
          "DescribeReplicationGroups",
          "<ReplicationGroups><ReplicationGroup><ConfigurationEndpoint><Address>"
              + "clustercfg.r.cache.amazonaws.com</Address><Port>6380</Port></ConfigurationEndpoint>"
              + "</ReplicationGroup></ReplicationGroups>");
    }
    if (request.text().contains("Action=DescribeReplicationGroups")) {
      return xml(
          "DescribeReplicationGroups",
          "<ReplicationGroups><ReplicationGroup><NodeGroups><NodeGroup><PrimaryEndpoint><Address>"
              + "r.ng.0001.cache.amazonaws.com</Address><Port>6379</Port></PrimaryEndpoint></NodeGroup>"
              + "</NodeGroups></ReplicationGroup></ReplicationGroups>");
    }
    return Response.of(500, "unexpected " + operation + " " + request.text());
  }

  private static String topics(String arn) {
    return "<Topics><member><TopicArn>" + arn + "</TopicArn></member></Topics>";
  }

  private String resolve(String type, String given, @Nullable String role, @Nullable String index) {
    return destinations.resolve(type, given, null, role, index);
  }

  @ParameterizedTest
  @CsvSource({
    "sns,orders,arn:aws:sns:eu-west-1:123456789012:orders",
    "sqs,q,https://sqs.eu-west-1.amazonaws.com/123456789012/q",
    "kinesis,in,in",
    "firehose,f,f",
    "iot,things/new,a1-ats.iot.eu-west-1.amazonaws.com#things/new",
    "lambda,fn,fn",
    "memcached,m,m.cfg.cache.amazonaws.com:11211",
    "redis,r,r.ng.0001.cache.amazonaws.com:6379",
    "redis,clustered,clustercfg.r.cache.amazonaws.com:6380",
  })
  void resolve_name_isLookedUp(String type, String given, String destination) {
    assertThat(resolve(type, given, null, null)).isEqualTo(destination);
    assertThat(endpoint.requests()).isNotEmpty();
  }

  @Test
  void resolve_domain_needsItsIndex() {
    assertThat(resolve("es", "d", null, "log/entry"))
        .isEqualTo("search-d.eu-west-1.es.amazonaws.com#log/entry");
    assertThat(resolve("opensearch", "vpc", null, "log")).isEqualTo("vpc-d.es.amazonaws.com#log");
    assertThatThrownBy(() -> resolve("es", "d", null, null)).hasMessageContaining("--index");
    assertThatThrownBy(() -> resolve("es", "new", null, "log"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("no endpoint yet");
  }

  @ParameterizedTest
  @CsvSource({
    "sns,arn:aws:sns:eu-west-1:123456789012:orders,",
    "sqs,arn:aws:sqs:eu-west-1:123456789012:q,",
    "sqs,https://sqs.eu-west-1.amazonaws.com/123456789012/q,",
    "es,search-d.eu-west-1.es.amazonaws.com#log/entry,",
    "kinesis,arn:aws:kinesis:eu-west-1:123456789012:stream/in,",
    "firehose,arn:aws:firehose:eu-west-1:123456789012:deliverystream/f,",
    "iot,a1.iot.eu-west-1.amazonaws.com#topic,",
    "lambda,arn:aws:lambda:eu-west-1:123456789012:function:f,",
    "memcached,m.cfg.euw1.cache.amazonaws.com,m.cfg.euw1.cache.amazonaws.com:11211",
    "redis,r.ng.0001.euw1.cache.amazonaws.com,r.ng.0001.euw1.cache.amazonaws.com:6379",
    "redis,r.ng.0001.euw1.cache.amazonaws.com:6380,",
    "dynamodb,table,",
  })
  void resolve_fullForm_isTakenWithoutACall(String type, String given, @Nullable String wanted) {
    String destination = wanted == null ? given : wanted;
    assertThat(resolve(type, given, null, null)).isEqualTo(destination);
    assertThat(resolve(type, given, ROLE, null)).isEqualTo(destination);
    assertThat(endpoint.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"sns", "sqs", "es", "kinesis", "firehose", "iot", "lambda", "memcached", "redis"})
  void resolve_nameWithARole_isRefusedWithoutACall(String type) {
    assertThatThrownBy(() -> resolve(type, "name", ROLE, "i"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("cannot be looked up in the account of " + ROLE);
    assertThat(endpoint.requests()).isEmpty();
  }

  @Test
  void resolve_topicThatIsNotThere_isAProblemAfterTheLastPage() {
    assertThatThrownBy(() -> resolve("sns", "rders", null, null))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("there is no topic 'rders' in eu-west-1");
    assertThat(endpoint.requests()).hasSize(2);
  }

  @Test
  void resolve_inAnotherRegion_asksThere() {
    destinations.resolve("kinesis", "in", "us-gov-west-1", null, null);

    assertThat(endpoint.last().header("authorization")).contains("/us-gov-west-1/kinesis/");
  }

  @Test
  void resolve_denied_namesTheActionToAllow() {
    endpoint.answer(Response.of(400, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"));

    assertThatThrownBy(() -> resolve("kinesis", "in", null, null))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("allow kinesis:DescribeStreamSummary");
  }

  @Test
  void sources_areFoundByName() {
    assertThat(sources.kinesis("in").id())
        .isEqualTo("arn:aws:kinesis:eu-west-1:123456789012:stream/in");
    assertThat(sources.dynamoDb("t").id()).contains("table/t/stream/2026");
    assertThatThrownBy(() -> sources.dynamoDb("silent"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining("streams no changes");
  }

  @Test
  void trace_tellsOfCallsWithoutTheirSecrets() {
    sources.kinesis("in");

    assertThat(trace)
        .singleElement()
        .asString()
        .matches("Kinesis DescribeStreamSummary 127\\.0\\.0\\.1 200 \\d+ ms");
    assertThat(Map.of("headers", endpoint.last().headers()).toString()).doesNotContain("s3cret");
  }
}
