package org.streamfanout.admin;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.lambda.model.EndPointType;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/**
 * What an event source mapping reads: a stream, a consumer of one, a table's stream, or a topic of
 * a cluster. Immutable.
 */
public final class HookSource {
  private static final String CONSUMER = "/consumer/";

  private final Source source;
  private final @Nullable String arn;
  private final @Nullable String consumer;
  private final @Nullable String topic;
  private final List<String> servers;

  private HookSource(
      Source source,
      @Nullable String arn,
      @Nullable String consumer,
      @Nullable String topic,
      List<String> servers) {
    this.source = source;
    this.arn = arn;
    this.consumer = consumer;
    this.topic = topic;
    this.servers = List.copyOf(servers);
  }

  /**
   * Returns what an id names: the ARN of a Kinesis stream, of a consumer, of a table's stream or of
   * a topic on MSK, or {@code kafka://<bootstrap servers>/<topic>}.
   *
   * @throws IllegalArgumentException if it is none of these, such as a cluster without a topic
   */
  public static HookSource of(String id) {
    Source source = Source.of(id);
    return switch (source.type()) {
      case KINESIS, DYNAMODB -> new HookSource(source, id, null, null, List.of());
      case KAFKA -> {
        int last = id.lastIndexOf('/');
        if (id.startsWith("kafka://")) {
          yield kafka(id.substring("kafka://".length(), last), id.substring(last + 1));
        }
        Arn topic =
            Arn.parse(id)
                .filter(each -> each.resource().matches("topic/[^/]+/[^/]+/[^/]+"))
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "'" + id + "' is no topic; give the cluster's ARN with --topic"));
        String resource = topic.resource();
        String cluster = resource.substring("topic/".length(), resource.lastIndexOf('/'));
        yield msk(
            new Arn(
                    topic.partition(),
                    topic.service(),
                    topic.region(),
                    topic.account(),
                    "cluster/" + cluster)
                .toString(),
            id.substring(last + 1));
      }
      case SQS, SNS ->
          throw new IllegalArgumentException(
              "'" + id + "' is neither a stream nor a topic of Kafka, which are what hook is for");
    };
  }

  /**
   * Returns a topic of a cluster of MSK.
   *
   * @throws IllegalArgumentException if the ARN is no cluster's
   */
  public static HookSource msk(String clusterArn, String topic) {
    return new HookSource(
        KafkaRecords.mskSource(clusterArn, topic), clusterArn, null, topic, List.of());
  }

  /**
   * Returns a topic of a cluster elsewhere.
   *
   * @param servers the bootstrap servers, as {@code host:port,...}
   * @throws IllegalArgumentException if servers and topic are none
   */
  public static HookSource kafka(String servers, String topic) {
    List<String> each = Arrays.stream(servers.split(",")).map(String::strip).sorted().toList();
    return new HookSource(
        KafkaRecords.source(String.join(",", each), topic), null, null, topic, each);
  }

  /**
   * Returns a Kinesis stream that is read through a consumer of a name.
   *
   * @throws IllegalArgumentException if it is no stream's ARN
   */
  public static HookSource consumer(String streamArn, String name) {
    Source source = Source.of(streamArn);
    if (source.type() != Source.Type.KINESIS || streamArn.contains(CONSUMER)) {
      throw new IllegalArgumentException(
          "--consumer is the name of a consumer of a Kinesis stream, and '"
              + streamArn
              + "' is no such stream");
    }
    return new HookSource(source, null, Objects.requireNonNull(name, "name"), null, List.of());
  }

  /** Returns under what targets are registered. */
  public Source source() {
    return source;
  }

  /** Returns the name of the consumer whose ARN is to be looked up; null if there is none. */
  @Nullable String consumer() {
    return consumer;
  }

  /** Returns the mapping's ARN; null if it has none, or the consumer's is to be looked up. */
  @Nullable String arn() {
    return arn;
  }

  @Nullable String topic() {
    return topic;
  }

  List<String> servers() {
    return servers;
  }

  boolean isKafka() {
    return source.type() == Source.Type.KAFKA;
  }

  HookSource withArn(String consumerArn) {
    return new HookSource(source, consumerArn, null, topic, servers);
  }

  /** Returns whether a mapping reads just this, in the same way. */
  boolean isReadBy(EventSourceMappingConfiguration mapping) {
    if (topic != null) {
      return mapping.topics().contains(topic)
          && (arn != null
              ? arn.equals(mapping.eventSourceArn())
              : servers.equals(servers(mapping)));
    }
    String read = mapping.eventSourceArn();
    if (consumer != null) {
      return read != null && read.startsWith(source.id() + CONSUMER + consumer + ":");
    }
    return Objects.equals(arn, read);
  }

  /** Returns whether a mapping reads the same records, perhaps in another way. */
  boolean isSameStreamAs(EventSourceMappingConfiguration mapping) {
    return sourceOf(mapping).filter(source::equals).isPresent() || isReadBy(mapping);
  }

  private static Optional<Source> sourceOf(EventSourceMappingConfiguration mapping) {
    return Arn.parse(mapping.eventSourceArn())
        .filter(each -> each.service().equals("kinesis") || each.service().equals("dynamodb"))
        .map(each -> Source.of(each.toString()));
  }

  private static List<String> servers(EventSourceMappingConfiguration mapping) {
    return mapping.selfManagedEventSource() == null
        ? List.of()
        : mapping
            .selfManagedEventSource()
            .endpoints()
            .getOrDefault(EndPointType.KAFKA_BOOTSTRAP_SERVERS, List.of())
            .stream()
            .flatMap(each -> Arrays.stream(each.split(",")))
            .map(String::strip)
            .sorted()
            .toList();
  }

  /** Returns what a mapping reads, for people. */
  static String text(EventSourceMappingConfiguration mapping) {
    String where =
        mapping.eventSourceArn() != null
            ? mapping.eventSourceArn()
            : "kafka://" + String.join(",", servers(mapping));
    return mapping.topics().isEmpty() ? where : where + " " + String.join(",", mapping.topics());
  }

  /** Returns what is read, for people. */
  @Override
  public String toString() {
    if (consumer != null) {
      return source.id() + CONSUMER + consumer;
    }
    return arn == null || topic != null ? source.id() : arn;
  }
}
