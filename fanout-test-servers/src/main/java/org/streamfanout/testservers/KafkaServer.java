package org.streamfanout.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
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
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Kafka, one node that is broker and controller, in this JVM or in a container, without
 * authentication. Topics are made by {@link #createTopic} only. Thread-safe.
 */
public final class KafkaServer implements AutoCloseable {
  private static final int NODE = 1;
  private static final String SECURE = ",SECURE://127.0.0.1:";
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final RunningServer server;
  private final Admin admin;
  private final String bootstrapServers;
  private final int securePort;

  /** Waits until the server answers. */
  private KafkaServer(RunningServer server, int port, int securePort)
      throws ExecutionException, InterruptedException {
    this.securePort = securePort;
    this.server = server;
    this.bootstrapServers = "127.0.0.1:" + port;
    this.admin =
        Admin.create(
            Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    admin.describeCluster().nodes().get();
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

  /**
   * Starts a server, as a process of this machine in any case, that {@link #faults} can break. What
   * it has acknowledged survives that: its system has it.
   *
   * @param inFront given the port of a second listener, puts something in front of it and returns
   *     its port, by which that listener then is known to clients
   */
  public static KafkaServer startBreakable(IntUnaryOperator inFront) {
    List<Integer> ports = ServerProcess.freePorts(3, 0);
    int behind = ports.get(2);
    Map<String, String> settings = new HashMap<>(settings(ports.get(0), ports.get(1)));
    String plain = "PLAINTEXT://127.0.0.1:" + ports.get(0);
    settings.put("listeners", settings.get("listeners") + ",BEHIND://127.0.0.1:" + behind);
    settings.put(
        "advertised.listeners", plain + ",BEHIND://127.0.0.1:" + inFront.applyAsInt(behind));
    settings.put(
        "listener.security.protocol.map",
        "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,BEHIND:PLAINTEXT");
    try {
      return new KafkaServer(startApart(settings, ports.get(0)), ports.get(0), 0);
    } catch (Exception e) { // as Kafka declares it
      throw new IllegalStateException("Kafka did not start", e);
    }
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
      return new KafkaServer(server, ports.get(0), ports.get(2));
    } catch (Exception e) { // as Kafka declares it
      throw new IllegalStateException("Kafka did not start", e);
    }
  }

  private static RunningServer startHere(Map<String, String> settings) throws IOException {
    Path folder = Files.createTempDirectory("fanout-kafka");
    KafkaRaftServer server = KafkaMain.start(settings, folder);
    return () -> stop(server, folder);
  }

  /** A process, whose settings lie beside its folder, which has to be empty. */
  private static RunningServer startApart(Map<String, String> settings, int port)
      throws IOException {
    Path file = Files.createTempFile("fanout-kafka", ".properties");
    Properties properties = new Properties();
    properties.putAll(settings);
    try (Writer out = Files.newBufferedWriter(file)) {
      properties.store(out, null);
    }
    ServerProcess server =
        JavaServer.start(
            KafkaMain.class, KafkaMain.LISTENING, List.of(file.toString(), Integer.toString(port)));
    return new RunningServer() {
      @Override
      public ServerFaults faults() {
        return server;
      }

      @Override
      public void close() {
        server.close();
        ServerProcess.remove(file);
      }
    };
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
   * Makes a topic and waits until its partitions answer: the broker hears of a topic only after the
   * controller has made it, and denies until then that there is one.
   *
   * @param settings the topic's own, such as {@code cleanup.policy}
   * @throws IllegalStateException if it cannot be made, or does not answer within a minute
   */
  public void createTopic(String name, int partitions, Map<String, String> settings) {
    await(
        "topic " + name,
        admin
            .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(settings)))
            .all());
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!answers(name, partitions)) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("topic " + name + " did not answer");
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private boolean answers(String topic, int partitions) {
    Map<TopicPartition, OffsetSpec> ends =
        IntStream.range(0, partitions)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .collect(Collectors.toMap(Function.identity(), it -> OffsetSpec.latest()));
    try {
      admin.listOffsets(ends).all().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw new IllegalStateException("topic " + topic + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while topic " + topic + " was waited for", e);
    }
  }

  /** Returns the names of the topics that there are. */
  public Set<String> topics() {
    try {
      return admin.listTopics().names().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics cannot be listed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while topics were listed", e);
    }
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

  /** Returns what breaks a server of {@link #startBreakable}. */
  public ServerFaults faults() {
    return server.faults();
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
