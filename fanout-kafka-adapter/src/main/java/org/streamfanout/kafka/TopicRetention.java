package org.streamfanout.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Source;

/**
 * Asks the cluster how long topics keep a record, at once and each hour, and tells what it hears.
 * Where it is not allowed to know, nothing is known, which is logged once. Thread-safe.
 */
final class TopicRetention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicRetention.class);

  /** Nobody changes it often. */
  private static final long HOURS = 1;

  /** How long a client that has nothing to say any more may take to leave. */
  private static final Duration LEAVE = Duration.ofSeconds(5);

  private final Map<String, Source> topics;
  private final Map<String, Object> properties = new HashMap<>();
  private final Function<Map<String, Object>, Admin> admins;
  private final BiConsumer<Source, @Nullable Duration> learn;
  private final Set<String> failed = new HashSet<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "fanout-kafka-retention");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Makes one that asks nothing before its start.
   *
   * @param settings whose topics, and the properties of whose client that are an administrator's,
   *     too
   */
  TopicRetention(
      ConsumerSettings settings,
      Function<Map<String, Object>, Admin> admins,
      BiConsumer<Source, @Nullable Duration> learn) {
    this.topics = settings.sources();
    this.admins = admins;
    this.learn = learn;
    settings
        .properties()
        .forEach(
            (name, value) -> {
              if (AdminClientConfig.configNames().contains(name)) {
                properties.put(name, value);
              }
            });
  }

  TopicRetention start() {
    var unused = clock.scheduleWithFixedDelay(this::look, 0, HOURS, TimeUnit.HOURS);
    return this;
  }

  /** Asks for each topic, and waits for the answers. */
  void look() {
    try {
      Admin admin = admins.apply(properties);
      try {
        look(admin);
      } finally {
        admin.close(LEAVE);
      }
    } catch (RuntimeException e) {
      topics.keySet().forEach(topic -> fail(topic, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(Admin admin) throws InterruptedException {
    Map<ConfigResource, String> resources = new LinkedHashMap<>();
    topics
        .keySet()
        .forEach(
            topic -> resources.put(new ConfigResource(ConfigResource.Type.TOPIC, topic), topic));
    Map<ConfigResource, KafkaFuture<Config>> answers =
        admin.describeConfigs(resources.keySet()).values();
    for (Map.Entry<ConfigResource, String> each : resources.entrySet()) {
      String topic = each.getValue();
      KafkaFuture<Config> answer = answers.get(each.getKey());
      try {
        if (answer != null) {
          learn.accept(topics.get(topic), of(answer.get()));
          failed.remove(topic);
        }
      } catch (ExecutionException e) {
        fail(topic, e.getCause());
      }
    }
  }

  /**
   * Returns how long a topic keeps a record; null where time does not decide that, or no limit is
   * set.
   */
  static @Nullable Duration of(Config config) {
    String policy = value(config, TopicConfig.CLEANUP_POLICY_CONFIG);
    String millis = value(config, TopicConfig.RETENTION_MS_CONFIG);
    if (millis == null || (policy != null && !policy.contains(TopicConfig.CLEANUP_POLICY_DELETE))) {
      return null;
    }
    try {
      long kept = Long.parseLong(millis);
      return kept > 0 ? Duration.ofMillis(kept) : null;
    } catch (NumberFormatException e) {
      LOG.debug("retention.ms is no number", e);
      return null;
    }
  }

  private static @Nullable String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    return entry == null ? null : entry.value();
  }

  private void fail(String topic, @Nullable Throwable why) {
    if (failed.add(topic)) {
      LOG.warn(
          "topic '{}' does not tell how long it keeps a record, so that the age of what is held is"
              + " compared with nothing; it takes DescribeConfigs on the topic, or the engine's"
              + " retention: {}",
          topic,
          String.valueOf(why));
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
