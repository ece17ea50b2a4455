package org.streamfanout.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Source;

/**
 * A Lambda handler that gives the events that {@link LambdaEvents} reads to an engine. Thread-safe;
 * one per function instance.
 *
 * <p>The batches of one event run side by side, so that one that hangs does not keep the others
 * waiting, under one deadline: the function's own, less {@link LambdaOptions#deadlineMargin()}.
 * When the handler returns, no work of the event is under way any more, but for sends that hang.
 *
 * <p>What is not settled by then is told in one of two ways. By default the handler throws an
 * {@link UnsettledRecordsException}, and Lambda sends the whole event again; with {@link
 * LambdaOptions#partialResponses()} it answers {@code batchItemFailures}: for a stream of Kinesis
 * or DynamoDB the first sequence number that is not settled, for Kafka the first such offset of
 * each partition, from which Lambda goes on; for SQS the messages to send again. Events of SNS have
 * no such answer: anything unsettled throws, always. An event that cannot be read, or whose targets
 * cannot be read, makes it throw in either case.
 */
public final class FanoutRequestHandler implements RequestStreamHandler {
  private final FanoutEngine engine;
  private final LambdaOptions options;
  private final @Nullable EmfMetrics metrics;
  private final SideBySide sideBySide = new SideBySide();

  /** Makes a handler without metrics; the engine stays the caller's to close. */
  public FanoutRequestHandler(FanoutEngine engine, LambdaOptions options) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
    this.metrics = null;
  }

  /**
   * Makes a handler that writes metrics at the end of each invocation.
   *
   * @param metrics what also listens to the engine; see {@link FanoutEngine.Builder#listener}
   */
  public FanoutRequestHandler(FanoutEngine engine, LambdaOptions options, EmfMetrics metrics) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
    this.metrics = Objects.requireNonNull(metrics, "metrics");
  }

  /**
   * Delivers an event.
   *
   * @param input the event's JSON
   * @param output gets {@code batchItemFailures} with partial responses, except for SNS, else
   *     {@code null}
   * @param context tells the time left
   * @throws UnsettledRecordsException if records are not settled, and cannot be named in the answer
   * @throws org.streamfanout.spi.FanoutException if the event or the targets cannot be read
   */
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Duration remaining = Duration.ofMillis(context.getRemainingTimeInMillis());
    Deadline deadline = Deadline.after(options.timeFor(remaining));
    try {
      List<SourceBatch> batches = LambdaEvents.parse(input);
      List<FanoutResult> results =
          sideBySide.run(batches, batch -> engine.process(batch, deadline));
      if (comesAgainAsAWhole(results)) {
        rememberSettled(results, context);
      }
      output.write(answer(batches, results));
    } finally {
      if (metrics != null) {
        metrics.flush();
      }
    }
  }

  /**
   * Loads the targets of sources, opens their senders and lets each check its destination, all at
   * once; see {@link FanoutEngine#prime}. Never throws for what is wrong, which is among the
   * findings.
   */
  public List<Finding> prime(List<Source> sources) {
    return sideBySide.run(sources, engine::prime).stream().flatMap(List::stream).toList();
  }

  private boolean comesAgainAsAWhole(List<FanoutResult> results) {
    return !hasPartialResponse(results) && !results.stream().allMatch(FanoutResult::isSettled);
  }

  private boolean hasPartialResponse(List<FanoutResult> results) {
    return options.partialResponses()
        && results.stream().map(FanoutResult::source).allMatch(BatchItemFailures::areKnownTo);
  }

  /** The batches of an event that are settled come again with those that are not. */
  private void rememberSettled(List<FanoutResult> results, Context context) {
    Duration remaining = Duration.ofMillis(context.getRemainingTimeInMillis());
    Deadline deadline = Deadline.after(remaining.dividedBy(2));
    List<FanoutResult> settled = results.stream().filter(FanoutResult::isSettled).toList();
    sideBySide.run(
        settled,
        result -> {
          engine.rememberSettled(result, deadline);
          return result;
        });
  }

  private byte[] answer(List<SourceBatch> batches, List<FanoutResult> results) {
    if (comesAgainAsAWhole(results)) {
      throw UnsettledRecordsException.of(results);
    }
    return hasPartialResponse(results)
        ? BatchItemFailures.of(batches, results.stream().map(FanoutResult::unsettled).toList())
        : "null".getBytes(StandardCharsets.UTF_8);
  }
}
