package org.streamfanout.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;

/**
 * What Lambda needs, as the function's role, to read the function's sources: the actions of its
 * developer guide's pages about each kind of source, on what is read and nothing else.
 */
final class SourceGrants {
  /**
   * What reads a stream, <a
   * href="https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html">as Lambda says
   * </a> (looked up 2026-11), but for what only a consumer has.
   */
  private static final List<String> STREAM =
      List.of(
          "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary",
          "kinesis:GetRecords",
          "kinesis:GetShardIterator",
          "kinesis:ListShards");

  private static final List<String> CONSUMER =
      List.of("kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard");

  /**
   * <a
   * href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html">What
   * reads a table's stream</a> (looked up 2026-11).
   */
  private static final List<String> TABLE_STREAM =
      List.of(
          "dynamodb:DescribeStream",
          "dynamodb:GetRecords",
          "dynamodb:GetShardIterator",
          "dynamodb:ListStreams");

  /**
   * <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html">Of MSK</a>
   * (looked up 2026-11): {@code DescribeClusterV2} stands for {@code DescribeCluster}, too.
   */
  private static final List<String> CLUSTER =
      List.of("kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers");

  /** Of MSK where the function logs in as its role, as known 2026-11. */
  private static final List<String> LOG_IN =
      List.of("kafka-cluster:Connect", "kafka-cluster:DescribeClusterDynamicConfiguration");

  private static final List<String> TOPIC =
      List.of("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData");
  private static final List<String> GROUP =
      List.of("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup");

  /** Network interfaces of pollers, which have no ARN to be named by before there are any. */
  private static final List<String> KAFKA_NETWORK =
      List.of(
          "ec2:CreateNetworkInterface",
          "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeVpcs");

  private static final List<String> QUEUE =
      List.of("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage");

  private final String account;
  private final boolean logsInByRole;
  private final Map<String, Set<String>> resources = new LinkedHashMap<>();
  private final Map<String, List<String>> actions = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, ResourcePolicy.Kind> foreign = new LinkedHashMap<>();

  /**
   * @param account the function's
   * @param logsInByRole whether MSK knows the function by its role, not by a secret
   */
  SourceGrants(String account, boolean logsInByRole) {
    this.account = account;
    this.logsInByRole = logsInByRole;
  }

  /** Adds a source, or a consumer of one. */
  void add(String id) {
    Source source = Source.of(id);
    switch (source.type()) {
      case KINESIS -> addKinesis(source.id(), id);
      case DYNAMODB -> addTableStream(source.id());
      case KAFKA -> addKafka(source.id());
      case SQS -> allow("ReadQueues", QUEUE, source.id());
      case SNS ->
          warnings.add(
              "the topic "
                  + source.id()
                  + " calls the function by itself: allow it with aws lambda add-permission"
                  + " --principal sns.amazonaws.com --action lambda:InvokeFunction");
    }
  }

  private void addKinesis(String stream, String asGiven) {
    allow("ReadStreams", STREAM, stream);
    boolean isForeign = isForeign(stream);
    if (isForeign) {
      foreign.put(stream, ResourcePolicy.Kind.STREAM);
    }
    if (!asGiven.equals(stream)) {
      allow("ReadConsumers", CONSUMER, asGiven);
      if (isForeign) {
        foreign.put(asGiven, ResourcePolicy.Kind.CONSUMER);
      }
    }
  }

  private void addTableStream(String stream) {
    allow("ReadTableStreams", TABLE_STREAM, stream);
    if (isForeign(stream)) {
      warnings.add(
          "the table of "
              + stream
              + " is another account's, which has to share its stream; no policy is made for that");
    }
  }

  private void addKafka(String topic) {
    allow("ReachBrokers", KAFKA_NETWORK, "*");
    Arn arn = Arn.parse(topic).orElse(null);
    if (arn == null) {
      return;
    }
    // topic/<cluster>/<uuid>/<topic>
    String[] parts = arn.resource().split("/", 4);
    if (parts.length < 4) {
      return;
    }
    String cluster = parts[1] + "/" + parts[2];
    allow("FindClusters", CLUSTER, with(arn, "cluster/" + cluster));
    if (logsInByRole) {
      allow("LogInToClusters", LOG_IN, with(arn, "cluster/" + cluster));
      allow("ReadTopics", TOPIC, topic);
      allow("JoinGroups", GROUP, with(arn, "group/" + cluster + "/*"));
    }
    if (isForeign(topic)) {
      warnings.add(
          "the cluster of "
              + topic
              + " is another account's: its mapping needs a VPC connection, and the function's role"
              + " kafka:DescribeVpcConnection on it, which is not granted here");
    }
  }

  private static String with(Arn arn, String resource) {
    return new Arn(arn.partition(), arn.service(), arn.region(), arn.account(), resource)
        .toString();
  }

  private boolean isForeign(String id) {
    return Arn.parse(id).map(Arn::account).filter(each -> !each.equals(account)).isPresent();
  }

  private void allow(String sid, List<String> allowed, String resource) {
    actions.put(sid, allowed);
    resources.computeIfAbsent(sid, each -> new TreeSet<>()).add(resource);
  }

  List<Statement> statements() {
    List<Statement> statements = new ArrayList<>();
    actions.forEach(
        (sid, allowed) ->
            statements.add(Statement.allow(sid, allowed, resources.getOrDefault(sid, Set.of()))));
    return statements;
  }

  List<String> warnings() {
    return warnings;
  }

  /** Returns what other accounts have to allow the function's role. */
  List<ResourcePolicy> policies(String role) {
    List<ResourcePolicy> policies = new ArrayList<>();
    foreign.forEach(
        (arn, kind) -> {
          boolean isStream = kind == ResourcePolicy.Kind.STREAM;
          Statement statement =
              Statement.allow(
                      isStream ? "ReadStream" : "ReadConsumer",
                      isStream ? STREAM : CONSUMER,
                      List.of(arn))
                  .to("AWS", role);
          policies.add(new ResourcePolicy(kind, arn, new PolicyDocument(List.of(statement))));
        });
    return policies;
  }
}
