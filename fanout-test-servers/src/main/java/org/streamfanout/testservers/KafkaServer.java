package org.streamfanout.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Time;

/**
 * Kafka, one node that is broker and controller, in this JVM or in a container, without
 * authentication. Topics are made by {@link #createTopic} only. Thread-safe.
 */
public final class KafkaServer implements AutoCloseable {
  private static final int NODE = 1;
  private static final String SECURE = ",SECURE://127.0.0.1:";
  private static final Duration POLL = Duration.ofMillis(100);

  private final RunningServer server;
  private final Admin admin;
  private final String bootstrapServers;
  private final int securePort;

  private KafkaServer(RunningServer server, Admin admin, String bootstrapServers, int securePort) {
    this.securePort = securePort;
    this.server = server;
    this.admin = admin;
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * Starts a server without topics and waits until it answers.
   *
   * @throws IllegalStateException if it does not start
   */
  public static KafkaServer start() {
    return start(Map.of());
  }

  /**
   * Starts a server that takes logins with TLS, too, by PLAIN and SCRAM-SHA-512; in this JVM, in
   * any case.
   *
   * @param password of the user {@code ada}
   */
  public static KafkaServer startSecure(TlsIdentity identity, String password) {
    KafkaServer server = start(secure(identity, password));
    await(
        "ada's password",
        server
            .admin
            .alterUserScramCredentials(
                List.of(
                    new UserScramCredentialUpsertion(
                        "ada",
                        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                        password)))
            .all());
    return server;
  }

  private static KafkaServer start(Map<String, String> more) {
    List<Integer> ports = ServerProcess.freePorts(3, 0);
    Map<String, String> settings = new HashMap<>(settings(ports.get(0), ports.get(1)));
    settings.putAll(more);
    settings.computeIfPresent(
        "listeners", (name, value) -> more.isEmpty() ? value : value + SECURE + ports.get(2));
    try {
      RunningServer server =
          ServerContainer.isWanted() && more.isEmpty()
              ? startContainer(settings)
              : startHere(settings);
      String bootstrapServers = "127.0.0.1:" + ports.get(0);
      Admin admin =
          Admin.create(
              Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
      admin.describeCluster().nodes().get();
      return new KafkaServer(server, admin, bootstrapServers, ports.get(2));
    } catch (Exception e) { // as Kafka declares it
      throw new IllegalStateException("Kafka did not start", e);
    }
  }

  private static RunningServer startHere(Map<String, String> settings) throws IOException {
    Path folder = Files.createTempDirectory("fanout-kafka");
    Files.writeString(
        folder.resolve("meta.properties"),
        "version=1%ncluster.id=%s%nnode.id=%d%ndirectory.id=%s%n"
            .formatted(Uuid.randomUuid(), NODE, Uuid.randomUuid()));
    Map<String, String> all = new HashMap<>(settings);
    all.put("log.dirs", folder.toString());
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
    server.startup();
    return () -> stop(server, folder);
  }

  /** The image takes settings as variables. */
  private static RunningServer startContainer(Map<String, String> settings) {
    Map<String, String> variables = new HashMap<>();
    settings.forEach(
        (name, value) ->
            variables.put("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
    return ServerContainer.start(ServerImage.KAFKA, variables, "Kafka Server started");
  }

  private static Map<String, String> secure(TlsIdentity identity, String password) {
    String prefix = "listener.name.secure.";
    String user = " required username=\"ada\" password=\"" + password + "\"";
    try {
      return Map.of(
          "listener.security.protocol.map",
          "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL",
          prefix + "ssl.keystore.type",
          "PEM",
          prefix + "ssl.keystore.certificate.chain",
          Files.readString(identity.certificate()),
          prefix + "ssl.keystore.key",
          Files.readString(identity.key()),
          prefix + "sasl.enabled.mechanisms",
          "PLAIN,SCRAM-SHA-512",
          prefix + "plain.sasl.jaas.config",
          PlainLoginModule.class.getName() + user + " user_ada=\"" + password + "\";",
          prefix + "scram-sha-512.sasl.jaas.config",
          ScramLoginModule.class.getName() + user + ";");
    } catch (IOException e) {
      throw new UncheckedIOException("the certificate cannot be read", e);
    }
  }

  private static void await(String what, Future<?> done) {
    try {
      done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(what + " could not be set up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + what + " was set up", e);
    }
  }

  private static Map<String, String> settings(int port, int controllerPort) {
    return Map.ofEntries(
        Map.entry("process.roles", "broker,controller"),
        Map.entry("node.id", String.valueOf(NODE)),
        Map.entry("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort),
        Map.entry("controller.listener.names", "CONTROLLER"),
        Map.entry(
            "listeners",
            "CONTROLLER://127.0.0.1:" + controllerPort + ",PLAINTEXT://127.0.0.1:" + port),
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("offsets.topic.replication.factor", "1"),
        Map.entry("offsets.topic.num.partitions", "1"),
        Map.entry("transaction.state.log.replication.factor", "1"),
        Map.entry("transaction.state.log.min.isr", "1"),
        Map.entry("transaction.state.log.num.partitions", "1"),
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        Map.entry("log.cleaner.enable", "false"),
        Map.entry("num.network.threads", "2"),
        Map.entry("num.io.threads", "2"),
        Map.entry("metric.reporters", ""));
  }

  /** Returns {@code 127.0.0.1:<port>}, for clients. */
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /** Returns the port of 127.0.0.1 for clients. */
  public int port() {
    return Integer.parseInt(bootstrapServers.substring(bootstrapServers.indexOf(':') + 1));
  }

  /** Returns the port of 127.0.0.1 for clients that log in; nobody listens there without it. */
  public int securePort() {
    return securePort;
  }

  /**
   * Makes a topic.
   *
   * @param settings the topic's own, such as {@code cleanup.policy}
   */
  public void createTopic(String name, int partitions, Map<String, String> settings) {
    await(
        "topic " + name,
        admin
            .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
            .all());
  }

  /**
   * Returns all that is in a topic, in the order of each partition, one partition after another.
   */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest",
            ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
            10);
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Set<TopicPartition> partitions =
          IntStream.range(0, consumer.partitionsFor(topic).size())
              .mapToObj(partition -> new TopicPartition(topic, partition))
              .collect(Collectors.toSet());
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (!ends.entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        consumer.poll(POLL).forEach(records::add);
      }
    }
    records.sort((one, other) -> Integer.compare(one.partition(), other.partition()));
    return records;
  }

  /** Stops the server; its topics are gone. */
  @Override
  public void close() {
    admin.close(Duration.ZERO);
    server.close();
  }

  private static void stop(KafkaRaftServer server, Path folder) {
    server.shutdown();
    server.awaitShutdown();
    try {
      delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " could not be removed", e);
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException error)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
