package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Source;

/** How long sources keep records. Thread-safe. */
public final class Retentions {
  private static final Logger LOG = LoggerFactory.getLogger(Retentions.class);

  /**
   * What a table's stream keeps
   * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html, as known
   * 2026-11), and the least that a Kinesis stream does
   * (https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html, as known
   * 2026-11).
   */
  static final Duration STREAM = Duration.ofHours(24);

  private final Function<Source, @Nullable Duration> given;
  private final Map<Source, Duration> learned = new ConcurrentHashMap<>();

  /** Starts with what the operator knows. */
  public Retentions(Function<Source, @Nullable Duration> given) {
    this.given = given;
  }

  /** Takes what a host has found out; null forgets it. */
  public void learn(Source source, @Nullable Duration kept) {
    Objects.requireNonNull(source, "source");
    if (kept == null) {
      learned.remove(source);
    } else {
      learned.put(source, kept);
    }
  }

  /** Returns how long a source keeps a record; null if that is not known. Never throws. */
  public @Nullable Duration of(Source source) {
    Duration known = ask(source);
    known = known == null ? learned.get(source) : known;
    if (known != null && known.compareTo(Duration.ZERO) > 0) {
      return known;
    }
    return switch (source.type()) {
      case KINESIS, DYNAMODB -> STREAM;
      case KAFKA, SQS, SNS -> null;
    };
  }

  private @Nullable Duration ask(Source source) {
    try {
      return given.apply(source);
    } catch (RuntimeException e) {
      LOG.warn("what knows retentions failed for source '{}'; it counts as not known", source, e);
      return null;
    }
  }
}
