package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;
import org.streamfanout.testservers.KafkaServer;

/** A real broker tells what it keeps. */
class TopicRetentionIT {
  @Test
  void look_topicsOfABroker_areLearned() {
    Map<Source, Optional<Duration>> learned = new ConcurrentHashMap<>();
    try (KafkaServer server = KafkaServer.start()) {
      server.createTopic("day", 1, Map.of("retention.ms", "86400000"));
      server.createTopic("ever", 1, Map.of("retention.ms", "-1"));
      ConsumerSettings settings =
          ConsumerSettings.of(
              Map.of("bootstrap.servers", server.bootstrapServers(), "group.id", "g"),
              List.of("day", "ever", "missing"),
              null,
              KafkaOptions.DEFAULT);
      try (TopicRetention retention =
          new TopicRetention(
              settings,
              Admin::create,
              (source, kept) -> learned.put(source, Optional.ofNullable(kept)))) {
        retention.look();
      }

      assertThat(learned)
          .isEqualTo(
              Map.of(
                  settings.sources().get("day"), Optional.of(Duration.ofDays(1)),
                  settings.sources().get("ever"), Optional.empty()));
    }
  }
}
