package org.streamfanout.admin;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Arn;
import software.amazon.awssdk.services.elasticache.ElastiCacheClient;
import software.amazon.awssdk.services.elasticache.model.CacheCluster;
import software.amazon.awssdk.services.elasticache.model.Endpoint;
import software.amazon.awssdk.services.elasticache.model.NodeGroup;
import software.amazon.awssdk.services.elasticache.model.ReplicationGroup;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.opensearch.OpenSearchClient;
import software.amazon.awssdk.services.opensearch.model.DomainStatus;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.Topic;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Turns what an operator calls a destination into what the {@code destination} column holds: a name
 * is looked up in the account, an ARN, a URL or an endpoint is taken as it is. Thread-safe.
 */
public final class DestinationNames {
  /**
   * The IoT endpoint that today's clients trust; <a
   * href="https://docs.aws.amazon.com/iot/latest/apireference/API_DescribeEndpoint.html">AWS</a>
   * keeps the other one for old devices (as known 2026-11).
   */
  private static final String IOT_ENDPOINT = "iot:Data-ATS";

  private final AdminClients clients;
  private final Map<String, Syntax> byType =
      Map.of(
          "sns", new Syntax("the topic's ARN", DestinationNames::isArn, this::topic),
          "sqs",
              new Syntax("the queue's URL or ARN", text -> isArn(text) || isUrl(text), this::queue),
          "es", new Syntax("<endpoint>#<index>", text -> text.contains("#"), this::domain),
          "opensearch", new Syntax("<endpoint>#<index>", text -> text.contains("#"), this::domain),
          "kinesis", new Syntax("the stream's ARN", DestinationNames::isArn, this::stream),
          "firehose",
              new Syntax("the delivery stream's ARN", DestinationNames::isArn, this::delivery),
          "iot", new Syntax("<endpoint>#<topic>", text -> text.contains("#"), this::thingsTopic),
          "lambda", new Syntax("the function's ARN", DestinationNames::isArn, this::function),
          "memcached",
              new Syntax("<endpoint>:<port>", DestinationNames::isEndpoint, this::memcached),
          "redis", new Syntax("<endpoint>:<port>", DestinationNames::isEndpoint, this::redis));

  /**
   * How a type's destinations are written.
   *
   * @param full what is taken as it is, for people
   * @param isFull whether a text is of that form
   * @param lookUp finds a name
   */
  private record Syntax(String full, Function<String, Boolean> isFull, LookUp lookUp) {}

  /** Finds a name in a region. */
  private interface LookUp {
    String find(Asked asked);
  }

  /** What is looked for; no index where none was given. */
  private record Asked(String name, @Nullable String region, @Nullable String index) {}

  /** Makes look-ups with these clients, which stay the caller's. */
  public DestinationNames(AdminClients clients) {
    this.clients = Objects.requireNonNull(clients, "clients");
  }

  /**
   * Returns the destination for a row.
   *
   * @param type the target's type; destinations of types that are not known here are taken as they
   *     are
   * @param given what the operator calls it
   * @param region where it is; null for the operator's own region
   * @param role the role that the target assumes; in its account no name can be looked up
   * @param index of a domain: where in it; null if the destination says it, or for other types
   * @throws AdminException if there is no such thing, or it cannot be looked up
   */
  public String resolve(
      String type,
      String given,
      @Nullable String region,
      @Nullable String role,
      @Nullable String index) {
    Syntax syntax = byType.get(type);
    if (syntax == null || syntax.isFull().apply(given)) {
      return syntax == null ? given : withPort(type, given);
    }
    if (role != null) {
      throw new AdminException(
          "--destination '"
              + given
              + "' is a name, which cannot be looked up in the account of "
              + role
              + "; give "
              + syntax.full());
    }
    return syntax.lookUp().find(new Asked(given, region, index));
  }

  private static boolean isArn(String text) {
    return text.startsWith("arn:");
  }

  private static boolean isUrl(String text) {
    return text.startsWith("https://") || text.startsWith("http://");
  }

  private static boolean isEndpoint(String text) {
    return text.contains(".") || text.contains(":");
  }

  private static String withPort(String type, String destination) {
    boolean bare = !destination.contains(":");
    return switch (type) {
      case "memcached" -> bare ? destination + ":11211" : destination;
      case "redis" -> bare ? destination + ":6379" : destination;
      default -> destination;
    };
  }

  private String topic(Asked asked) {
    SnsClient sns = clients.client(SnsClient.class, SnsClient::builder, asked.region());
    List<String> found =
        Ask.aws(
            doing("topic", asked),
            "sns:ListTopics",
            () ->
                sns.listTopicsPaginator().topics().stream()
                    .map(Topic::topicArn)
                    .filter(
                        arn ->
                            Arn.parse(arn)
                                .filter(each -> each.resource().equals(asked.name()))
                                .isPresent())
                    .toList());
    return found.stream().findFirst().orElseThrow(() -> notThere("topic", asked));
  }

  private String queue(Asked asked) {
    SqsClient sqs = clients.client(SqsClient.class, SqsClient::builder, asked.region());
    return Ask.aws(
        doing("queue", asked),
        "sqs:GetQueueUrl",
        () -> sqs.getQueueUrl(request -> request.queueName(asked.name())).queueUrl());
  }

  private String domain(Asked asked) {
    if (asked.index() == null) {
      throw new AdminException(
          "--destination '" + asked.name() + "' is the name of a domain; give --index, too");
    }
    OpenSearchClient search =
        clients.client(OpenSearchClient.class, OpenSearchClient::builder, asked.region());
    DomainStatus domain =
        Ask.aws(
                doing("domain", asked),
                "es:DescribeDomain",
                () -> search.describeDomain(request -> request.domainName(asked.name())))
            .domainStatus();
    String endpoint =
        Optional.ofNullable(domain.endpoint())
            .or(() -> domain.endpoints().values().stream().findFirst())
            .orElseThrow(() -> noEndpoint("domain", asked));
    return endpoint + "#" + asked.index();
  }

  private String stream(Asked asked) {
    KinesisClient kinesis =
        clients.client(KinesisClient.class, KinesisClient::builder, asked.region());
    return Ask.aws(
        doing("stream", asked),
        "kinesis:DescribeStreamSummary",
        () ->
            kinesis
                .describeStreamSummary(request -> request.streamName(asked.name()))
                .streamDescriptionSummary()
                .streamName());
  }

  private String delivery(Asked asked) {
    FirehoseClient firehose =
        clients.client(FirehoseClient.class, FirehoseClient::builder, asked.region());
    return Ask.aws(
        doing("delivery stream", asked),
        "firehose:DescribeDeliveryStream",
        () ->
            firehose
                .describeDeliveryStream(request -> request.deliveryStreamName(asked.name()))
                .deliveryStreamDescription()
                .deliveryStreamName());
  }

  private String thingsTopic(Asked asked) {
    IotClient iot = clients.client(IotClient.class, IotClient::builder, asked.region());
    String endpoint =
        Ask.aws(
            "look up the account's IoT endpoint (<endpoint>#<topic> needs no look-up)",
            "iot:DescribeEndpoint",
            () ->
                iot.describeEndpoint(request -> request.endpointType(IOT_ENDPOINT))
                    .endpointAddress());
    return endpoint + "#" + asked.name();
  }

  private String function(Asked asked) {
    LambdaClient lambda = clients.client(LambdaClient.class, LambdaClient::builder, asked.region());
    return Ask.aws(
        doing("function", asked),
        "lambda:GetFunctionConfiguration",
        () ->
            lambda
                .getFunctionConfiguration(request -> request.functionName(asked.name()))
                .functionName());
  }

  private String memcached(Asked asked) {
    ElastiCacheClient caches =
        clients.client(ElastiCacheClient.class, ElastiCacheClient::builder, asked.region());
    List<CacheCluster> clusters =
        Ask.aws(
            doing("cluster", asked),
            "elasticache:DescribeCacheClusters",
            () ->
                caches
                    .describeCacheClusters(request -> request.cacheClusterId(asked.name()))
                    .cacheClusters());
    return clusters.stream()
        .map(CacheCluster::configurationEndpoint)
        .filter(Objects::nonNull)
        .map(DestinationNames::address)
        .findFirst()
        .orElseThrow(() -> noEndpoint("cluster", asked));
  }

  private String redis(Asked asked) {
    ElastiCacheClient caches =
        clients.client(ElastiCacheClient.class, ElastiCacheClient::builder, asked.region());
    List<ReplicationGroup> groups =
        Ask.aws(
            doing("replication group", asked),
            "elasticache:DescribeReplicationGroups",
            () ->
                caches
                    .describeReplicationGroups(request -> request.replicationGroupId(asked.name()))
                    .replicationGroups());
    return groups.stream()
        .flatMap(
            group ->
                group.configurationEndpoint() != null
                    ? Stream.of(group.configurationEndpoint())
                    : group.nodeGroups().stream().map(NodeGroup::primaryEndpoint))
        .filter(Objects::nonNull)
        .map(DestinationNames::address)
        .findFirst()
        .orElseThrow(() -> noEndpoint("replication group", asked));
  }

  private static String address(Endpoint endpoint) {
    return endpoint.address() + ":" + endpoint.port();
  }

  private String doing(String what, Asked asked) {
    return "look up the " + what + " '" + asked.name() + "' in " + regionOf(asked);
  }

  private String regionOf(Asked asked) {
    return asked.region() == null ? clients.region() : asked.region();
  }

  private AdminException notThere(String what, Asked asked) {
    return new AdminException(
        "there is no "
            + what
            + " '"
            + asked.name()
            + "' in "
            + regionOf(asked)
            + "; check the name and --destination-region");
  }

  private static AdminException noEndpoint(String what, Asked asked) {
    return new AdminException(
        "the " + what + " '" + asked.name() + "' has no endpoint yet; wait until it is available");
  }
}
