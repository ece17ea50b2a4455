package org.streamfanout.provider.iot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;

/** No key leads out of the topics that a target allows. */
class TopicProperties {
  private static Topic topic(String template, String pattern) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "iot", "host#" + template)
            .options(Map.of(Topic.PATTERN, pattern))
            .build();
    assertThat(Topic.problems(template, target)).isEmpty();
    return Topic.of(template, target);
  }

  @Provide
  Arbitrary<String> keys() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("ab-/+#$*{}.%\u0000\u00e9\ud83d\ude00").ofMaxLength(300),
        Arbitraries.strings().all().ofMaxLength(20));
  }

  @Property
  void forKey_anyKey_staysInItsLevelOrMakesNoTopic(@ForAll("keys") String key) {
    Optional<String> made = topic("devices/{key}/data", "devices/*/data").forKey(key);

    made.ifPresent(
        topic -> {
          assertThat(topic).isEqualTo("devices/" + key + "/data");
          assertThat(topic.split("/", -1)).hasSize(3);
          assertThat(topic).doesNotContain("+", "#", "$", "\u0000");
          assertThat(topic.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(256);
        });
  }

  @Example
  void forKey_legalKey_makesItsTopic() {
    Topic topic = topic("devices/{key}/data", "devices/sensor-*/data");

    assertThat(topic.forKey("sensor-7")).contains("devices/sensor-7/data");
    assertThat(topic.forKey("sensor-\u00e9 \ud83d\ude00"))
        .contains("devices/sensor-\u00e9 \ud83d\ude00/data");
    assertThat(topic.forKey("other-7")).isEmpty();
    assertThat(topic.forKey("")).isEmpty();
    assertThat(topic.forKey("sensor-/../x")).isEmpty();
  }

  @Example
  void forKey_topicOfExactly256Bytes_isTheLongest() {
    Topic topic = topic("t/{key}", "t/*");

    assertThat(topic.forKey("k".repeat(254))).isPresent();
    assertThat(topic.forKey("k".repeat(255))).isEmpty();
    assertThat(topic.forKey("\u00e9".repeat(127))).isPresent();
    assertThat(topic.forKey("\u00e9".repeat(127) + "k")).isEmpty();
  }

  @Example
  void forKey_signsOfPatterns_areThemselves() {
    Topic topic = topic("t/{key}", "t/a.*");

    assertThat(topic.forKey("a.b")).isPresent();
    assertThat(topic.forKey("ab")).isEmpty();
  }
}
