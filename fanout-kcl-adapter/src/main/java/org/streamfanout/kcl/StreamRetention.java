package org.streamfanout.kcl;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;

/**
 * Asks Kinesis how long streams keep a record, at once and each hour, and tells what it hears. What
 * was heard before counts on while Kinesis does not answer. Thread-safe.
 */
final class StreamRetention implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamRetention.class);

  /** Nobody changes it often; and the call is limited to 20 a second and account. */
  private static final long HOURS = 1;

  private final KinesisAsyncClient kinesis;
  private final List<Source> streams;
  private final BiConsumer<Source, Duration> learn;
  private final Set<Source> failed = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "fanout-kcl-retention");
            thread.setDaemon(true);
            return thread;
          });
  private volatile boolean closed;

  /** Makes one that asks nothing before its start. */
  StreamRetention(
      KinesisAsyncClient kinesis, List<Source> streams, BiConsumer<Source, Duration> learn) {
    this.kinesis = kinesis;
    this.streams = List.copyOf(streams);
    this.learn = learn;
  }

  StreamRetention start() {
    var unused = clock.scheduleWithFixedDelay(this::look, 0, HOURS, TimeUnit.HOURS);
    return this;
  }

  /** Asks for each stream; does not wait for the answers. */
  void look() {
    streams.forEach(this::look);
  }

  private void look(Source stream) {
    CompletableFuture<DescribeStreamSummaryResponse> answer;
    try {
      answer = kinesis.describeStreamSummary(request -> request.streamARN(stream.id()));
    } catch (RuntimeException | Error e) {
      take(stream, null, e);
      return;
    }
    var unused = answer.whenComplete((response, error) -> take(stream, response, error));
  }

  private void take(
      Source stream, @Nullable DescribeStreamSummaryResponse response, @Nullable Throwable error) {
    Integer hours =
        response == null ? null : response.streamDescriptionSummary().retentionPeriodHours();
    if (hours != null && hours > 0) {
      failed.remove(stream);
      learn.accept(stream, Duration.ofHours(hours));
    } else if (!closed && failed.add(stream)) {
      LOG.warn(
          "stream '{}' does not tell how long it keeps a record; what was known counts on, 24 hours"
              + " at first",
          stream.id(),
          error);
    }
  }

  @Override
  public void close() {
    closed = true;
    clock.shutdownNow();
  }
}
