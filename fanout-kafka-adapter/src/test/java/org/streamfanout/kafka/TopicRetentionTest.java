package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

class TopicRetentionTest {
  private static Config config(String policy, String millis) {
    return new Config(
        List.of(
            new ConfigEntry("cleanup.policy", policy), new ConfigEntry("retention.ms", millis)));
  }

  @Test
  void of_topicThatDeletes_isItsTime() {
    assertThat(TopicRetention.of(config("delete", "604800000"))).isEqualTo(Duration.ofDays(7));
    assertThat(TopicRetention.of(config("compact,delete", "1000"))).hasSeconds(1);
  }

  @Test
  void of_topicThatKeepsForEverOrCompacts_isNotKnown() {
    assertThat(TopicRetention.of(config("delete", "-1"))).isNull();
    assertThat(TopicRetention.of(config("compact", "604800000"))).isNull();
    assertThat(TopicRetention.of(config("delete", "soon"))).isNull();
    assertThat(TopicRetention.of(new Config(List.of()))).isNull();
  }
}
