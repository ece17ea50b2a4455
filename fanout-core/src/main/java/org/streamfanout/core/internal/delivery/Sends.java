package org.streamfanout.core.internal.delivery;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetSender;

/** Calls a provider, and turns whatever it does into one outcome per message. */
final class Sends {
  static final String PROVIDER_BROKEN = "PROVIDER_BROKEN";

  private static final Logger LOG = LoggerFactory.getLogger(Sends.class);

  private Sends() {}

  static List<Outcome> send(Attempt attempt) {
    TargetDelivery delivery = attempt.delivery;
    MDC.put("source", delivery.run.batch.source().id());
    MDC.put("target", delivery.id());
    try {
      return sendOnce(attempt);
    } finally {
      MDC.remove("source");
      MDC.remove("target");
      attempt.end();
    }
  }

  private static List<Outcome> sendOnce(Attempt attempt) {
    if (!attempt.begin()) {
      return all(attempt.messages.size(), Failure.notSent("the call ended before it was sent"));
    }
    try {
      PreparedCall call = PreparedCall.of(attempt);
      List<Message> ready = call.ready();
      return call.merge(ready.isEmpty() ? List.of() : send(attempt, ready));
    } catch (RuntimeException | Error e) {
      LOG.error("messages for target '{}' cannot be made", attempt.delivery.id(), e);
      return broken(attempt, attempt.messages.size(), "made messages that threw " + e.getClass());
    }
  }

  private static List<Outcome> send(Attempt attempt, List<Message> ready) {
    int messages = ready.size();
    TargetSender sender = attempt.runtime.sender();
    try {
      BatchRun run = attempt.delivery.run;
      List<Outcome> outcomes =
          run.services
              .tracing()
              .send(
                  sender,
                  attempt.runtime.config(),
                  new Batch(run.batch.source(), run.batch.shard(), ready),
                  attempt.deadline);
      if (outcomes == null || outcomes.size() != messages || hasNull(outcomes)) {
        return broken(
            attempt,
            messages,
            "answered "
                + (outcomes == null ? "null" : outcomes.size() + " outcomes")
                + " for "
                + messages
                + " messages");
      }
      return outcomes;
    } catch (Exception e) {
      return all(messages, failure(attempt, sender, e));
    } catch (Throwable e) {
      // Whatever it is, others wait for this send to return.
      LOG.error("the provider of target '{}' threw an error", attempt.delivery.id(), e);
      return broken(attempt, messages, "threw " + e.getClass().getName());
    }
  }

  // Not contains(null): the lists of List.of answer that with an exception.
  static boolean hasNull(List<Outcome> outcomes) {
    return outcomes.stream().anyMatch(Objects::isNull);
  }

  private static Failure failure(Attempt attempt, TargetSender sender, Exception e) {
    if (attempt.wasInterrupted()) {
      return Failure.retryable(
          "TimedOut", "no answer in time; whether it took effect is not known");
    }
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      attempt.stoppedByOwner();
      return Failure.retryable("Interrupted", "the sending thread was interrupted by its owner");
    }
    try {
      Failure classified = sender.classify(e);
      if (classified != null) {
        return classified;
      }
    } catch (RuntimeException | Error broken) {
      LOG.error("the provider of target '{}' cannot classify", attempt.delivery.id(), broken);
    }
    return Failure.fatal(PROVIDER_BROKEN, "cannot classify " + e.getClass().getName());
  }

  private static List<Outcome> broken(Attempt attempt, int messages, String what) {
    return all(
        messages,
        Failure.fatal(
            PROVIDER_BROKEN,
            "the provider of type '" + attempt.runtime.config().type() + "' " + what));
  }

  static List<Outcome> all(int messages, Failure failure) {
    return Collections.nCopies(messages, Outcome.failed(failure));
  }
}
