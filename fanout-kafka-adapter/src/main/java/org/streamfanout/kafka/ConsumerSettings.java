package org.streamfanout.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.kafka.KafkaRecords;
import org.streamfanout.spi.Source;

/**
 * What a consumer reads and how, checked.
 *
 * @param properties the client's own
 * @param sources the source of each topic
 * @param reset what a partition without a committed offset means
 * @param revokeLimit the options' one, within what the poll interval allows
 */
record ConsumerSettings(
    Map<String, Object> properties,
    Map<String, Source> sources,
    ResetPolicy reset,
    Duration revokeLimit) {

  private static final String BYTES = ByteArrayDeserializer.class.getName();

  /** Where a partition starts that has no committed offset. */
  enum ResetPolicy {
    EARLIEST,
    LATEST,
    NONE
  }

  static ConsumerSettings of(
      Map<String, Object> given,
      Collection<String> topics,
      @Nullable String mskCluster,
      KafkaOptions options) {
    List<String> problems = new ArrayList<>();
    Map<String, Object> properties = new HashMap<>(given);
    own(properties, ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, problems);
    own(properties, ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, problems);
    if (!text(properties, ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false").equals("false")) {
      problems.add(
          "enable.auto.commit would commit records that no target has; leave it out, offsets are"
              + " committed here once their records are settled");
    }
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    if (text(properties, ConsumerConfig.GROUP_ID_CONFIG, "").isBlank()) {
      problems.add("group.id is missing: offsets are committed for a group");
    }
    ResetPolicy reset = reset(properties, problems);
    // Positions are this consumer's: what expired unread must be told, not passed over.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.putIfAbsent(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    if (!text(properties, ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic").equals("consumer")) {
      properties.putIfAbsent(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
    Map<String, Object> parsed = parse(properties, problems);
    Map<String, Source> sources = sources(parsed, topics, mskCluster, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    Object interval = parsed.get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
    Duration third = Duration.ofMillis((Integer) Objects.requireNonNull(interval) / 3);
    return new ConsumerSettings(
        properties,
        sources,
        reset,
        third.compareTo(options.revokeLimit()) < 0 ? third : options.revokeLimit());
  }

  private static String text(Map<String, Object> properties, String name, String otherwise) {
    Object value = properties.get(name);
    return value == null ? otherwise : value.toString().trim().toLowerCase(Locale.ROOT);
  }

  private static void own(Map<String, Object> properties, String name, List<String> problems) {
    Object given = properties.put(name, ByteArrayDeserializer.class);
    if (given != null && !given.equals(ByteArrayDeserializer.class) && !given.equals(BYTES)) {
      problems.add(name + " would change what is delivered; leave it out, bytes are passed on");
    }
  }

  private static ResetPolicy reset(Map<String, Object> properties, List<String> problems) {
    String given = text(properties, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    for (ResetPolicy policy : ResetPolicy.values()) {
      if (policy.name().toLowerCase(Locale.ROOT).equals(given)) {
        return policy;
      }
    }
    problems.add("auto.offset.reset '" + given + "' is none of earliest, latest and none");
    return ResetPolicy.NONE;
  }

  private static Map<String, Object> parse(Map<String, Object> properties, List<String> problems) {
    try {
      return ConsumerConfig.configDef().parse(properties);
    } catch (ConfigException e) {
      problems.add(String.valueOf(e.getMessage()));
      return Map.of();
    }
  }

  private static Map<String, Source> sources(
      Map<String, Object> parsed,
      Collection<String> topics,
      @Nullable String mskCluster,
      List<String> problems) {
    if (topics.isEmpty()) {
      problems.add("no topics to read");
    }
    Map<String, Source> sources = new LinkedHashMap<>();
    // Of the parsed, since it takes a list as well as a text.
    Object servers = parsed.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG);
    if (servers instanceof List<?> list) {
      String joined = String.join(",", list.stream().map(String::valueOf).toList());
      for (String topic : topics) {
        try {
          sources.put(
              topic,
              mskCluster == null
                  ? KafkaRecords.source(joined, topic)
                  : KafkaRecords.mskSource(mskCluster, topic));
        } catch (IllegalArgumentException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
    }
    return sources;
  }
}
