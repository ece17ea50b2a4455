package org.streamfanout.provider.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.streamfanout.provider.kafka.KafkaConnections.Connection;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Outcome.Failed;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

/**
 * Sends to one topic by an idempotent producer, which repeats within one send what the protocol
 * numbers. A producer that has not had every record acknowledged is aborted with its send, so that
 * nothing is delivered later. Thread-safe.
 */
final class KafkaSender implements TargetSender {
  /** How long the client itself may keep a thread: the deadline is looked at in between. */
  private static final Duration BLOCK = Duration.ofMillis(250);

  /** How many times that long a topic may be unknown, since a new one is not known at once. */
  private static final int UNKNOWN = 4;

  /** How long to look for the topic's partitions before the cluster counts as out of reach. */
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /**
   * How long a broker may take for one answer, and all repetitions together; deadlines are sooner.
   */
  private static final Duration REQUEST = Duration.ofSeconds(5);

  private static final Duration DELIVERY = Duration.ofSeconds(15);

  /** A record batch's own bytes, and those of a record's attributes and two deltas of zero. */
  private static final int BATCH_OVERHEAD = 61;

  private static final int RECORD_OVERHEAD = 3;

  private final TargetConfig target;
  private final KafkaDestination destination;
  private final KafkaSecurity security;
  private final ProviderContext context;
  private final KafkaConnections connections = new KafkaConnections();

  KafkaSender(TargetConfig target, KafkaDestination destination, ProviderContext context) {
    this.target = target;
    this.destination = destination;
    this.security =
        KafkaSecurity.of(target.option(KafkaTargetProvider.SECURITY, "tls"))
            .orElse(KafkaSecurity.TLS);
    this.context = context;
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) throws InterruptedException {
    String login = login();
    if (security.isSasl() && login == null) {
      return Collections.nCopies(batch.messages().size(), Outcome.failed(noPassword()));
    }
    Connection connection = connections.take(login, () -> producer(login));
    boolean isEmpty = false;
    try {
      List<Outcome> outcomes = send(batch, connection.producer(), deadline);
      isEmpty = outcomes.stream().allMatch(Outcome.accepted()::equals);
      return outcomes;
    } catch (InterruptException error) {
      throw interrupted(error);
    } finally {
      if (isEmpty) {
        connections.giveBack(connection);
      } else {
        connection.abort();
      }
    }
  }

  private List<Outcome> send(Batch batch, Producer<byte[], byte[]> producer, Deadline deadline)
      throws InterruptedException {
    List<PartitionInfo> partitions = partitions(producer, deadline);
    Failure stranger = stranger(partitions);
    if (stranger != null) {
      return Collections.nCopies(batch.messages().size(), Outcome.failed(stranger));
    }
    Integer partition = partition(batch, partitions.size());
    List<Future<RecordMetadata>> answers = new ArrayList<>(batch.messages().size());
    for (Message message : batch.messages()) {
      answers.add(write(message, partition, producer));
    }
    List<Outcome> outcomes = new ArrayList<>(answers.size());
    for (Future<RecordMetadata> answer : answers) {
      outcomes.add(outcome(answer, deadline));
    }
    return deadline.isExpired() ? outcomes : explained(outcomes, producer);
  }

  /**
   * A topic that is gone shows as writes that are not answered in time: asks once more, and tells
   * that instead of time-outs.
   */
  private List<Outcome> explained(List<Outcome> outcomes, Producer<byte[], byte[]> producer) {
    boolean isUnanswered =
        outcomes.stream()
            .anyMatch(outcome -> outcome instanceof Failed failed && isTimeout(failed.failure()));
    if (!isUnanswered) {
      return outcomes;
    }
    try {
      producer.partitionsFor(destination.topic());
      return outcomes;
    } catch (TimeoutException error) {
      Failure failure = KafkaFailures.of(error);
      return failure.kind() != Failure.Kind.FATAL
          ? outcomes
          : outcomes.stream()
              .map(outcome -> outcome instanceof Failed ? Outcome.failed(failure) : outcome)
              .toList();
    }
  }

  private static boolean isTimeout(Failure failure) {
    return failure.code().equals(KafkaFailures.TIMEOUT);
  }

  /** Returns the topic's partitions, which the client knows after the first time. */
  private List<PartitionInfo> partitions(Producer<byte[], byte[]> producer, Deadline deadline) {
    Deadline soon = deadline.atMost(CONNECT);
    int unknown = 0;
    while (!soon.isExpired()) {
      try {
        return producer.partitionsFor(destination.topic());
      } catch (TimeoutException error) {
        // The cause is what the brokers say of the topic; without one, none has said anything.
        if (error.getCause() != null && ++unknown == UNKNOWN) {
          throw error;
        }
      }
    }
    throw new TimeoutException("no broker named the topic's partitions in time");
  }

  /** Returns the failure if a record could go to a broker that no target may reach. */
  private @Nullable Failure stranger(List<PartitionInfo> partitions) {
    for (PartitionInfo each : partitions) {
      Node leader = each.leader();
      if (leader == null || leader.isEmpty()) {
        continue;
      }
      HostPort broker = HostPort.parse(leader.host() + ":" + leader.port()).orElse(null);
      if (broker == null) {
        return Failure.fatal("BrokerNotAllowed", "a broker names itself by what is no host");
      }
      if (!KafkaDestination.isAllowed(broker, context)) {
        return Failure.fatal("BrokerNotAllowed", KafkaTargetProvider.notAllowed(broker));
      }
    }
    return null;
  }

  /** Returns the partition of a shard's records; null if each record's key decides. */
  private @Nullable Integer partition(Batch batch, int partitions) {
    if (!target.option(KafkaTargetProvider.PARTITION, "key").equals("shard")) {
      return null;
    }
    String shard = batch.source().id() + " " + batch.shard();
    return Utils.toPositive(Utils.murmur2(utf8(shard))) % partitions;
  }

  private Future<RecordMetadata> write(
      Message message, @Nullable Integer partition, Producer<byte[], byte[]> producer) {
    byte[] value = message.isTombstone() ? null : message.body().toByteArray();
    try {
      return producer.send(
          new ProducerRecord<>(
              destination.topic(), partition, key(message), value, headers(message)));
    } catch (InterruptException error) {
      throw error;
    } catch (KafkaException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private static Outcome outcome(Future<RecordMetadata> answer, Deadline deadline)
      throws InterruptedException {
    try {
      answer.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      return Outcome.accepted();
    } catch (ExecutionException error) {
      return Outcome.failed(KafkaFailures.of(error));
    } catch (java.util.concurrent.TimeoutException unknown) {
      return Outcome.failed(
          Failure.retryable(
              KafkaFailures.TIMEOUT, "no answer in time; the record may be in the topic"));
    }
  }

  private static byte @Nullable [] key(Message message) {
    Bytes bytes = message.records().get(0).keyBytes();
    if (bytes != null) {
      return bytes.toByteArray();
    }
    return message.key().isEmpty() ? null : utf8(message.key());
  }

  /**
   * Those of the record, if it is one, and the message's attributes, which take the place of what
   * the record has by the same name.
   */
  private static List<Header> headers(Message message) {
    List<Header> headers = new ArrayList<>();
    if (message.records().size() == 1) {
      message.records().get(0).headers().stream()
          .filter(header -> !message.attributes().containsKey(header.name()))
          .forEach(
              header -> {
                Bytes value = header.value();
                headers.add(
                    new RecordHeader(header.name(), value == null ? null : value.toByteArray()));
              });
    }
    message.attributes().forEach((name, value) -> headers.add(new RecordHeader(name, utf8(value))));
    return headers;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The size of a record batch that holds this message alone, as brokers measure it: <a
   * href="https://kafka.apache.org/documentation/#messageformat">message format</a>, as known
   * 2026-11.
   */
  @Override
  public long sizeInBytes(Message message) {
    byte[] key = key(message);
    List<Header> headers = headers(message);
    long size = RECORD_OVERHEAD + sized(key == null ? -1 : key.length);
    size += sized(message.isTombstone() ? -1 : message.bodyLength());
    size += varint(headers.size());
    for (Header header : headers) {
      byte[] value = header.value();
      size += sized(utf8(header.key()).length) + sized(value == null ? -1 : value.length);
    }
    return BATCH_OVERHEAD + varint(size) + size;
  }

  /** Returns the bytes of something with its length in front; -1 stands for null. */
  private static long sized(int length) {
    return varint(length) + Math.max(0, length);
  }

  /** Returns the bytes of a number as a zigzag varint. */
  private static int varint(long number) {
    long zigzag = (number << 1) ^ (number >> 63);
    return 1 + (63 - Long.numberOfLeadingZeros(zigzag | 1)) / 7;
  }

  @Override
  public Failure classify(Exception error) {
    return KafkaFailures.of(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    String topic = "topic " + destination.topic();
    Failure failure = reach(deadline);
    if (failure == null) {
      return List.of(new Finding(Finding.Severity.OK, target.id(), topic + " can be reached"));
    }
    boolean isLasting = failure.kind() == Failure.Kind.FATAL;
    return List.of(
        new Finding(
            isLasting ? Finding.Severity.ERROR : Finding.Severity.WARNING,
            target.id(),
            topic + " cannot be reached: " + failure.code() + ", " + failure.detail()));
  }

  private @Nullable Failure reach(Deadline deadline) {
    String login = login();
    if (security.isSasl() && login == null) {
      return noPassword();
    }
    try {
      Connection connection = connections.take(login, () -> producer(login));
      try {
        return stranger(partitions(connection.producer(), deadline));
      } finally {
        connection.abort();
      }
    } catch (KafkaException error) {
      return KafkaFailures.of(error);
    }
  }

  /** Returns the setting with user and password; null if there is none. */
  private @Nullable String login() {
    String password =
        security.isSasl() ? context.secret(target.option(KafkaTargetProvider.PASSWORD, "")) : null;
    return password == null
        ? null
        : security.jaas(target.option(KafkaTargetProvider.USER, ""), password);
  }

  private Failure noPassword() {
    return Failure.fatal(
        "NoPassword",
        "the setting "
            + ProviderContext.SECRET_PREFIX
            + target.option(KafkaTargetProvider.PASSWORD, "")
            + " is missing");
  }

  private Producer<byte[], byte[]> producer(@Nullable String login) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, destination.bootstrapServers());
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "fanout");
    settings.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, security.protocol());
    if (login != null) {
      settings.put(SaslConfigs.SASL_MECHANISM, security.mechanism());
      settings.put(SaslConfigs.SASL_JAAS_CONFIG, login);
    }
    settings.put(
        ProducerConfig.COMPRESSION_TYPE_CONFIG,
        target.option(KafkaTargetProvider.COMPRESSION, "none"));
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    // The broker's limit decides, not the client's own.
    settings.put(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
        (int) (2 * KafkaTargetProvider.LIMITS.maxBatchBytes()));
    settings.put(
        ProducerConfig.BUFFER_MEMORY_CONFIG, 4 * KafkaTargetProvider.LIMITS.maxBatchBytes());
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK.toMillis());
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST.toMillis());
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY.toMillis());
    settings.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, "");
    settings.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static InterruptedException interrupted(InterruptException error) {
    // The client sets the flag again when it throws, and closing it would stop at once.
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException("interrupted while sending");
    interrupted.initCause(error);
    return interrupted;
  }

  @Override
  public void close() {
    connections.close();
  }
}
