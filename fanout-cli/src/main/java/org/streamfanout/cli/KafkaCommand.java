package org.streamfanout.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.ShardStatus;
import org.streamfanout.kafka.ConsumerStatus;
import org.streamfanout.kafka.FanoutConsumer;
import org.streamfanout.kafka.KafkaOptions;
import org.streamfanout.kafka.PartitionStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout kafka}: a member of a consumer group. */
@Command(
    name = "kafka",
    description =
        "Reads Kafka topics as a member of a consumer group and delivers them, until stopped.",
    mixinStandardHelpOptions = true,
    footer = WorkerHost.FOOTER)
final class KafkaCommand implements Callable<Integer> {
  /** Long enough for a far cluster and its TLS; a mistyped address should be told soon. */
  private static final Duration CONTACT = Duration.ofSeconds(15);

  private final PrintWriter out;
  private final PrintWriter errors;

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT,...",
      description = "Where the cluster is met.")
  private String bootstrapServers = "";

  @Option(
      names = "--topic",
      required = true,
      arity = "1..*",
      paramLabel = "NAME",
      description = "The topic, or several.")
  private List<String> topics = List.of();

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "The consumer group, which has the offsets; fanout if not given.")
  private String group = "fanout";

  @Option(
      names = "--msk-cluster",
      paramLabel = "ARN",
      description =
          "Registers targets under the topic's ARN, as a Lambda function of MSK has them.")
  private @Nullable String mskCluster;

  @Option(
      names = "--config",
      arity = "1..*",
      paramLabel = "NAME=VALUE",
      description = "Other properties of Kafka's consumer.")
  private Map<String, String> config = Map.of();

  @Option(
      names = "--config-file",
      paramLabel = "FILE",
      description = "The same, from a properties file: the place for passwords.")
  private @Nullable Path configFile;

  @Mixin private EngineOptions engineOptions = new EngineOptions();
  @Mixin private WorkerOptions workerOptions = new WorkerOptions();

  KafkaCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<String> problems = new ArrayList<>();
    Map<String, String> properties = properties(problems);
    return new WorkerHost(engineOptions, workerOptions, out, errors)
        .run(problems, engine -> plan(engine, properties));
  }

  private Map<String, String> properties(List<String> problems) {
    Map<String, String> properties = new LinkedHashMap<>();
    if (configFile != null) {
      Properties read = new Properties();
      try (Reader reader = Files.newBufferedReader(configFile)) {
        read.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        problems.add("--config-file '" + configFile + "' cannot be read: " + e);
      }
      read.stringPropertyNames().forEach(name -> properties.put(name, read.getProperty(name)));
    }
    properties.putAll(config);
    own(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "--bootstrap-servers", properties, problems);
    own(ConsumerConfig.GROUP_ID_CONFIG, "--group", properties, problems);
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    return properties;
  }

  private static void own(
      String name, String option, Map<String, String> properties, List<String> problems) {
    if (properties.containsKey(name)) {
      problems.add(name + " is not for --config; give " + option);
    }
  }

  private WorkerPlan plan(FanoutEngine engine, Map<String, String> properties) {
    FanoutConsumer.Builder builder =
        FanoutConsumer.builder().engine(engine).properties(properties).topics(topics);
    builder.options(KafkaOptions.DEFAULT.withDelivery(workerOptions.ahead(ShardOptions.DEFAULT)));
    FanoutConsumer consumer =
        (mskCluster == null ? builder : builder.mskCluster(mskCluster)).build();
    List<String> problems = topicProblems(properties);
    if (!problems.isEmpty()) {
      throw UnusableException.beforeSending(problems);
    }
    return new WorkerPlan(consumer.sources(), new GroupMember(consumer), () -> {});
  }

  /** Asks the cluster for the topics: a consumer would wait for a mistyped one for ever. */
  private List<String> topicProblems(Map<String, String> properties) {
    Map<String, Object> settings = new LinkedHashMap<>();
    properties.forEach(
        (name, value) -> {
          if (AdminClientConfig.configNames().contains(name)) {
            settings.put(name, value);
          }
        });
    settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CONTACT.toMillis());
    settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) CONTACT.toMillis());
    List<String> problems = new ArrayList<>();
    try (Admin admin = Admin.create(settings)) {
      Map<String, KafkaFuture<TopicDescription>> answers =
          admin.describeTopics(topics).topicNameValues();
      for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
        try {
          answer.getValue().get(CONTACT.toMillis() * 2, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
          problems.add("--topic '" + answer.getKey() + "' cannot be read: " + reason(e));
        } catch (TimeoutException e) {
          problems.add("--bootstrap-servers '" + bootstrapServers + "' do not answer");
        }
      }
    } catch (KafkaException e) {
      problems.add(
          "no client of --bootstrap-servers '" + bootstrapServers + "' can be made: " + reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problems.add("interrupted while the topics were looked up");
    }
    return problems;
  }

  private static String reason(Exception e) {
    Throwable cause = e.getCause();
    return String.valueOf((cause == null ? e : cause).getMessage());
  }

  private record GroupMember(FanoutConsumer consumer) implements Worker {
    @Override
    public void run() {
      consumer.run();
    }

    /** Others go on once it has left its group, whatever is still held. */
    @Override
    public boolean stop(Duration limit) {
      consumer.stop(limit);
      return consumer.status().state() == ConsumerStatus.State.ENDED;
    }

    @Override
    public Status status() {
      ConsumerStatus status = consumer.status();
      List<String> problems = new ArrayList<>();
      if (status.problem() != null) {
        problems.add(status.problem());
      }
      if (status.state() == ConsumerStatus.State.NEW
          || status.state() == ConsumerStatus.State.JOINING) {
        problems.add("the consumer is not a member of its group yet");
      }
      return new Status(
          problems,
          status.partitions().size(),
          status.expired(),
          status.partitions().stream()
              .map(PartitionStatus::held)
              .reduce(ShardStatus.EMPTY, ShardStatus::plus));
    }
  }
}
