package org.streamfanout.provider.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** Delivers to topics of Kafka, Amazon MSK's among them. Thread-safe. */
public final class KafkaTargetProvider implements TargetProvider {
  /**
   * A message may have what a broker takes by default, {@code message.max.bytes}: 1,048,588 bytes
   * with the overhead of its batch; see <a
   * href="https://kafka.apache.org/documentation/#brokerconfigs_message.max.bytes">the broker's
   * settings</a> (4.3, as known 2026-11). That a call has at most 500 messages and 8 MiB is ours:
   * so much fits into the producer's buffer at once, however many partitions it is for.
   */
  public static final Limits LIMITS = Limits.of(500, 8L << 20, 1_048_588);

  static final String SECURITY = "security";
  static final String USER = "user";
  static final String PASSWORD = "password";
  static final String COMPRESSION = "compression";
  static final String PARTITION = "partition";

  private static final Set<String> COMPRESSIONS = Set.of("none", "gzip", "snappy", "lz4", "zstd");
  private static final Set<String> PARTITIONS = Set.of("key", "shard");

  /** Makes the provider. */
  public KafkaTargetProvider() {}

  @Override
  public String type() {
    return "kafka";
  }

  @Override
  public Description describe() {
    return Description.builder("A topic of Kafka or Amazon MSK.")
        .destination(
            KafkaDestination.SYNTAX
                + ", on hosts of Amazon MSK or that the operator allows. The brokers that lead the"
                + " topic's partitions must be such hosts, too: nothing is sent otherwise, though"
                + " the client may have connected to them to ask for metadata.")
        .example("b-1.orders.abcde6.c2.kafka.eu-west-1.amazonaws.com:9094/orders")
        .ordering(
            "Kafka keeps the order within a partition. A record that a broker refuses does not hold"
                + " back those behind it, so KEY sends one record of a key a call, and SHARD one"
                + " record a call. By the option partition, a key's records or those of a shard are"
                + " in one partition.")
        .duplicates(
            "The producer is idempotent: within one attempt a record is written once, however often"
                + " the client repeats itself. An attempt whose outcome is not known is made again,"
                + " and then the record may be in the topic twice.")
        .limits(
            "A message with key, headers and the overhead of its batch: message.max.bytes of a"
                + " broker, by default, as known 2026-11 (kafka.apache.org/documentation). Not asked"
                + " for: a topic with a lower max.message.bytes refuses by size, and the limit is"
                + " learned; for a higher one nothing is gained. Messages and bytes of a call are"
                + " this library's.")
        .retried(
            "No answer in time, connections that are refused or break, a partition without a leader"
                + " or with too few replicas in sync. Within one attempt the client itself repeats"
                + " what the protocol numbers. A quota slows the broker's answers and is no"
                + " failure.")
        .rejected(
            "What the broker calls an invalid record, such as one without a key for a compacted"
                + " topic. The target stops for a topic that does not exist, for missing rights"
                + " (WRITE and DESCRIBE on the topic), for a login that fails, and for a broker"
                + " on a host that is not allowed. MSK's IAM login is not supported.")
        .option(
            SECURITY,
            KafkaSecurity.options(),
            "tls",
            "How connections are protected. The sasl ones use TLS, too; sasl_scram is"
                + " SCRAM-SHA-512. Certificates are checked by what the JVM trusts.")
        .option(USER, "text", "none", "The user of the sasl ones.")
        .option(
            PASSWORD,
            "name of a secret",
            "none",
            "The secret with the user's password: the operator's setting "
                + ProviderContext.SECRET_PREFIX
                + "<name>.")
        .option(COMPRESSION, "none, gzip, snappy, lz4, zstd", "none", "How batches are compressed.")
        .option(
            PARTITION,
            "key, shard",
            "key",
            "key: the partition is the key's, by the hash that Kafka's own producer uses; records"
                + " without a key are spread. shard: all records of a shard of the source go to one"
                + " partition, and keep their keys.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(LIMITS).tombstones(true).claimChecks(true).build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems = new ArrayList<>();
    Optional<KafkaDestination> destination = KafkaDestination.parse(target.destination());
    if (destination.isEmpty()) {
      problems.add(notOne(target));
    } else {
      for (HostPort broker : destination.get().brokers()) {
        if (!KafkaDestination.isAllowed(broker, context)) {
          problems.add(notAllowed(broker));
        }
      }
    }
    String security = target.option(SECURITY, "tls");
    KafkaSecurity protection = KafkaSecurity.of(security).orElse(null);
    if (protection == null) {
      problems.add(unknown(SECURITY, security, KafkaSecurity.options()));
    }
    boolean isSasl = protection == null || protection.isSasl();
    for (String option : List.of(USER, PASSWORD)) {
      boolean isGiven = !target.option(option, "").isEmpty();
      if (protection != null && isGiven != isSasl) {
        problems.add(
            isSasl
                ? "option " + option + " is missing, which security '" + security + "' needs"
                : "option " + option + " goes with security sasl_scram or sasl_plain only");
      }
    }
    check(target, COMPRESSION, "none", COMPRESSIONS, problems);
    check(target, PARTITION, "key", PARTITIONS, problems);
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  private static void check(
      TargetConfig target, String option, String standard, Set<String> values, List<String> into) {
    String value = target.option(option, standard);
    if (!values.contains(value)) {
      into.add(unknown(option, value, String.join(", ", values.stream().sorted().toList())));
    }
  }

  private static String unknown(String option, String value, String values) {
    return "option " + option + " is '" + value + "'; write one of " + values;
  }

  private static String notOne(TargetConfig target) {
    return "destination '"
        + target.destination()
        + "' is no topic; write "
        + KafkaDestination.SYNTAX;
  }

  /** Says what to do about a broker that no target may reach. */
  static String notAllowed(HostPort broker) {
    return "broker "
        + broker
        + " is not one of Amazon MSK; allow it by the setting "
        + ProviderContext.ALLOWED_HOSTS;
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    KafkaDestination destination =
        KafkaDestination.parse(target.destination())
            .orElseThrow(() -> new InvalidTargetException(List.of(notOne(target))));
    return new KafkaSender(target, destination, context);
  }
}
