package org.streamfanout.provider.iot;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.TargetConfig;

/**
 * The topic that a target publishes to: a fixed one, or one with each message's key in it, which an
 * allow-list must match. Immutable.
 */
final class Topic {
  /** What stands for the key. */
  static final String KEY = "{key}";

  /** The option with the allow-list. */
  static final String PATTERN = "topicPattern";

  /**
   * 256 bytes and 7 slashes, not counting {@code $aws/rules/<rule>/}. See <a
   * href="https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits">the
   * message broker's quotas</a>, as known 2026-11.
   */
  private static final int MAX_BYTES = 256;

  private static final int MAX_SLASHES = 7;
  private static final Pattern BASIC_INGEST = Pattern.compile("\\$aws/rules/[^/]+/");

  /** Separators, wildcards, the mark of reserved topics, and what UTF-8 in MQTT must not have. */
  private static final Pattern NOT_IN_A_LEVEL =
      Pattern.compile("[/+#$\\p{Cntrl}\\x{FFFD}-\\x{FFFF}]|[\\ud800-\\udfff]");

  private static final Pattern NOT_IN_A_TOPIC = Pattern.compile("[+#\\p{Cntrl}]");

  private final String template;
  private final @Nullable Pattern allowed;

  private Topic(String template, @Nullable Pattern allowed) {
    this.template = template;
    this.allowed = allowed;
  }

  /** Reads the topic of a target that has no {@linkplain #problems problems}. */
  static Topic of(String template, TargetConfig target) {
    String pattern = target.options().get(PATTERN);
    return new Topic(template, pattern == null ? null : compiled(pattern));
  }

  /** Every {@code *} is any text within its level. */
  private static Pattern compiled(String pattern) {
    return Pattern.compile(
        Arrays.stream(pattern.split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining("[^/]*")));
  }

  /** Returns what is wrong with a target's topic. */
  static List<String> problems(String template, TargetConfig target) {
    List<String> problems = new ArrayList<>();
    if (!isTopic(template)) {
      problems.add(
          "topic '"
              + template
              + "' is not one to publish to; write 1 to 256 bytes with at most 7 slashes, without"
              + " + and #");
    }
    String pattern = target.options().get(PATTERN);
    boolean hasKey = template.contains(KEY);
    if (hasKey && pattern == null) {
      problems.add(
          "topic '"
              + template
              + "' has the key in it, and option 'topicPattern' does not say which topics may come"
              + " of that; write one such as "
              + template.replace(KEY, "*"));
    } else if (!hasKey && pattern != null) {
      problems.add("option 'topicPattern' is of no use to a topic without {key}; leave it out");
    } else if (pattern != null && (!isTopic(pattern) || levels(pattern) != levels(template))) {
      problems.add(
          "option 'topicPattern' is '"
              + pattern
              + "', which no topic made of '"
              + template
              + "' can match; write one such as "
              + template.replace(KEY, "*"));
    }
    return problems;
  }

  private static long levels(String topic) {
    return topic.chars().filter(character -> character == '/').count();
  }

  private static boolean isTopic(String topic) {
    String counted = BASIC_INGEST.matcher(topic).lookingAt() ? topic.split("/", 4)[3] : topic;
    return !topic.isEmpty()
        && topic.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES
        && levels(counted) <= MAX_SLASHES
        && !NOT_IN_A_TOPIC.matcher(topic).find();
  }

  /** Returns whether each message has a topic of its own. */
  static boolean hasKey(String template) {
    return template.contains(KEY);
  }

  /** Returns the topic for a key; nothing if the key makes none, or one that is not allowed. */
  Optional<String> forKey(String key) {
    if (allowed == null) {
      return Optional.of(template);
    }
    if (key.isEmpty() || NOT_IN_A_LEVEL.matcher(key).find()) {
      return Optional.empty();
    }
    String topic = template.replace(KEY, key);
    return isTopic(topic) && allowed.matcher(topic).matches()
        ? Optional.of(topic)
        : Optional.empty();
  }
}
