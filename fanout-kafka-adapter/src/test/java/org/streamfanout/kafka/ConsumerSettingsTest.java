package org.streamfanout.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.kafka.ConsumerSettings.ResetPolicy;

class ConsumerSettingsTest {
  private static ConsumerSettings settings(Object... namesAndValues) {
    return settings(KafkaOptions.DEFAULT, namesAndValues);
  }

  private static ConsumerSettings settings(KafkaOptions options, Object... namesAndValues) {
    Map<String, Object> properties = new HashMap<>(ConsumerFixture.PROPERTIES);
    for (int place = 0; place < namesAndValues.length; place += 2) {
      properties.put((String) namesAndValues[place], namesAndValues[place + 1]);
    }
    return ConsumerSettings.of(properties, List.of("orders"), null, options);
  }

  @Test
  void of_nothingMore_hasDefaultsThatLoseNothing() {
    assertThat(settings().properties())
        .containsEntry("enable.auto.commit", false)
        .containsEntry("auto.offset.reset", "none")
        .containsEntry("allow.auto.create.topics", false)
        .containsEntry("key.deserializer", ByteArrayDeserializer.class)
        .containsEntry("value.deserializer", ByteArrayDeserializer.class)
        .containsEntry("partition.assignment.strategy", CooperativeStickyAssignor.class.getName())
        .containsEntry("group.id", "tests");
    assertThat(settings().reset()).isEqualTo(ResetPolicy.EARLIEST);
  }

  @Test
  void of_usersOwn_areKept() {
    assertThat(
            settings(
                    "partition.assignment.strategy",
                    RangeAssignor.class.getName(),
                    "allow.auto.create.topics",
                    "true",
                    "max.poll.records",
                    "7",
                    "value.deserializer",
                    ByteArrayDeserializer.class.getName(),
                    "enable.auto.commit",
                    "false")
                .properties())
        .containsEntry("partition.assignment.strategy", RangeAssignor.class.getName())
        .containsEntry("allow.auto.create.topics", "true")
        .containsEntry("max.poll.records", "7");
  }

  @Test
  void of_newGroupProtocol_leavesTheAssignorToTheBroker() {
    assertThat(settings("group.protocol", "consumer").properties())
        .doesNotContainKey("partition.assignment.strategy");
  }

  @ParameterizedTest
  @CsvSource({"earliest,EARLIEST", "latest,LATEST", "none,NONE", "LATEST,LATEST"})
  void of_reset_isTheConsumersOwn(String given, ResetPolicy expected) {
    ConsumerSettings settings = settings("auto.offset.reset", given);

    assertThat(settings.reset()).isEqualTo(expected);
    assertThat(settings.properties()).containsEntry("auto.offset.reset", "none");
  }

  @ParameterizedTest
  @CsvSource({"300000,10000", "3000,1000", "10,3"})
  void of_revokeLimit_staysWithinAThirdOfThePollInterval(int interval, long millis) {
    assertThat(settings("max.poll.interval.ms", interval).revokeLimit())
        .isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void of_manyProblems_listsThemAll() {
    Map<String, Object> properties =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:9092",
            "enable.auto.commit",
            true,
            "key.deserializer",
            StringDeserializer.class,
            "value.deserializer",
            StringDeserializer.class.getName(),
            "auto.offset.reset",
            "by_duration:P1D",
            "max.poll.records",
            "many");

    assertThatThrownBy(() -> ConsumerSettings.of(properties, List.of(), null, KafkaOptions.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "enable.auto.commit",
            "key.deserializer",
            "value.deserializer",
            "auto.offset.reset 'by_duration:p1d'",
            "max.poll.records",
            "group.id is missing",
            "no topics");
  }

  @Test
  void of_noServers_isAProblem() {
    assertThatThrownBy(
            () ->
                ConsumerSettings.of(
                    Map.of("group.id", "g"), List.of("orders"), null, KafkaOptions.DEFAULT))
        .hasMessageContaining("bootstrap.servers");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a topic", "", "a/b"})
  void of_noTopicsName_isAProblem(String topic) {
    assertThatThrownBy(
            () ->
                ConsumerSettings.of(
                    ConsumerFixture.PROPERTIES, List.of(topic), null, KafkaOptions.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void of_noClustersArn_isAProblem() {
    assertThatThrownBy(
            () ->
                ConsumerSettings.of(
                    ConsumerFixture.PROPERTIES,
                    List.of("orders"),
                    "arn:aws:sqs:eu-west-1:123456789012:orders",
                    KafkaOptions.DEFAULT))
        .hasMessageContaining("not the ARN of an MSK cluster");
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void of_result_isTakenByTheClient(String protocol) {
    Map<String, Object> properties = settings("group.protocol", protocol).properties();

    try (KafkaConsumer<byte[], byte[]> client = new KafkaConsumer<>(properties)) {
      assertThat(client.assignment()).isEmpty();
    }
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatThrownBy(() -> KafkaOptions.DEFAULT.withRevokeLimit(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> KafkaOptions.DEFAULT.withCommitInterval(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
