package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.core.internal.delivery.TargetLedger.End;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener.RetryEvent;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Outcome;

/**
 * What every answer of a destination means: which messages are settled, which go again and when,
 * and which have failed for good. Guarded by the run's lock.
 */
final class Answers {
  private final TargetDelivery delivery;
  private final Services services;
  private final int maxAttempts;

  Answers(TargetDelivery delivery) {
    this.delivery = delivery;
    this.services = delivery.run.services;
    Integer ofRow = delivery.setup.config().delivery().maxAttempts();
    this.maxAttempts = ofRow == null ? services.retry().maxAttempts() : ofRow;
  }

  /** Takes in what a send answered, one outcome per message. */
  void take(Attempt attempt, List<Outcome> outcomes, long now) {
    Lanes open = delivery.requireLanes();
    int messages = attempt.messages.size();
    Instant clock = services.clock().instant();
    boolean accepted = false;
    boolean failed = false;
    boolean throttled = false;
    boolean onlySkipped = true;
    boolean denied = false;
    int mostAttempts = 0;
    Failure again = null;
    Duration retryAfter = Duration.ZERO;
    for (int index = 0; index < messages; index++) {
      Outbound message = attempt.messages.get(index);
      if (message.state != State.IN_FLIGHT) {
        continue;
      }
      message.state = State.QUEUED;
      if (!(outcomes.get(index) instanceof Outcome.Failed outcome)) {
        accepted = true;
        onlySkipped = false;
        settle(message, End.ACCEPTED);
        continue;
      }
      Failure failure = outcome.failure();
      boolean unstored = attempt.unstored.get(index);
      if (failure.kind() != Failure.Kind.NOT_SENT) {
        message.lastFailure = failure;
        delivery.noteFailure(failure);
        onlySkipped = false;
      }
      Duration wanted = failure.retryAfter();
      if (wanted != null && wanted.compareTo(retryAfter) > 0) {
        retryAfter = wanted;
      }
      switch (failure.kind()) {
        case RETRYABLE -> {
          failed |= !unstored;
          if (attempt.counts()) {
            message.attempts++;
            message.tried = true;
          }
          if (message.attempts >= maxAttempts) {
            failForGood(message, failure);
          } else if (message.tried && delivery.isTooOld(message, clock)) {
            failForGood(message, delivery.tooOld());
          } else {
            mostAttempts = Math.max(mostAttempts, message.attempts);
            again = failure;
          }
        }
        case THROTTLED -> {
          throttled |= !unstored;
          message.tried = true;
          if (delivery.isTooOld(message, clock)) {
            failForGood(message, delivery.tooOld());
          } else {
            mostAttempts = Math.max(mostAttempts, unstored ? ++message.storeThrottles : 0);
            again = failure;
          }
        }
        case NOT_SENT -> {}
        case TOO_LARGE -> tooLarge(message, messages, failure);
        case REJECTED -> failForGood(message, failure);
        case FATAL -> {
          if (unstored) {
            hold(message, failure);
          } else {
            failed = true;
            denied = true;
            delivery.stop(failure);
          }
        }
      }
    }
    boolean nothing = failed && !accepted && !throttled;
    for (Outbound message : attempt.messages) {
      message.failedWhole = nothing && message.state == State.QUEUED;
    }
    boolean silent = onlySkipped || attempt.offeredNothing;
    if (!attempt.givenUp && !silent) {
      attempt.runtime.denied(denied);
    }
    countForBreaker(attempt, accepted, failed, throttled, silent, now);
    long pause = 0;
    if (throttled) {
      int inARow = attempt.runtime.throttled(attempt.startedAt, now, accepted, messages);
      pause = Math.min(services.backoff().nanosAfter(inARow), attempt.runtime.probePace());
    }
    if (accepted) {
      attempt.runtime.accepted();
      if (!throttled) {
        attempt.runtime.speedUp();
      }
    }
    if (mostAttempts > 0) {
      pause = Math.max(pause, services.backoff().nanosAfter(mostAttempts));
    } else if (onlySkipped || (again != null && pause == 0)) {
      pause = Math.max(pause, services.backoff().nanosAfter(1));
    }
    if (again != null) {
      pause = Math.max(pause, retryAfter.toNanos());
    }
    if (again != null && !throttled && retryAfter.isZero() && attempt.isOutdated()) {
      pause = Math.min(pause, 1 + services.backoff().within(TargetDelivery.RECOVERY_SPREAD_NANOS));
    }
    if (throttled) {
      attempt.runtime.pauseUntil(now + pause);
    }
    open.returned(attempt.messages, pause == 0 ? 0 : now + pause);
    if (again != null) {
      announceRetry(attempt, pause, again);
    }
  }

  private void announceRetry(Attempt attempt, long pause, Failure failure) {
    int waiting = 0;
    int tried = 0;
    for (Outbound message : attempt.messages) {
      if (message.state == State.QUEUED) {
        waiting++;
        tried = Math.max(tried, message.attempts);
      }
    }
    RetryEvent event =
        new RetryEvent(
            delivery.run.batch.source(),
            delivery.run.batch.shard(),
            delivery.id(),
            waiting,
            tried,
            Duration.ofNanos(pause),
            failure);
    delivery.run.later(() -> services.listener().retrying(event));
  }

  private void tooLarge(Outbound message, int messages, Failure failure) {
    if (messages > 1) {
      message.batchCap = Math.max(1, messages / 2);
      return;
    }
    if (!message.claimed) {
      delivery.runtime.learnTooLarge(message.size);
    }
    if (message.records.size() > 1) {
      delivery.packer().split(message);
      message.state = State.DONE;
    } else if (!delivery.packer().claim(message)) {
      failForGood(message, Failure.rejected(failure.code(), failure.detail()));
    }
  }

  /** A message that was never sendable comes to the head of its lane. */
  void failPreset(Outbound message) {
    Failure failure = message.preset;
    if (failure != null) {
      message.lastFailure = failure;
      delivery.noteFailure(failure);
      failForGood(message, failure);
    }
  }

  /** Settles messages that are not sent, in the way that is said here. */
  void abandon(List<Outbound> drawn, Failure failure, OnFailure onFailure) {
    delivery.noteFailure(failure);
    for (Outbound message : drawn) {
      message.state = State.QUEUED;
      message.lastFailure = failure;
      failForGood(message, failure, onFailure);
    }
    delivery.requireLanes().returned(drawn, 0);
  }

  private void failForGood(Outbound message, Failure failure) {
    failForGood(message, failure, delivery.setup.config().onFailure());
  }

  private void failForGood(Outbound message, Failure failure, OnFailure wanted) {
    boolean holds = message.origin != null || delivery.isReplaced();
    OnFailure onFailure = holds ? OnFailure.HOLD : wanted;
    switch (onFailure) {
      case DROP -> settle(message, End.DROPPED);
      case DEAD_LETTER -> delivery.deadLetters.send(message, failure);
      case HOLD -> hold(message, failure);
    }
  }

  void hold(Outbound message, Failure failure) {
    message.state = State.HELD;
    if (message.origin != null) {
      message.origin.sender().held(message.origin.message(), failure);
    }
  }

  private void settle(Outbound message, End end) {
    message.state = State.DONE;
    if (message.origin != null) {
      delivery.letterTaken(message);
      message.origin.sender().accepted(message.origin.message(), message.origin.output());
      return;
    }
    for (int output : message.outputs) {
      delivery.ledger.settle(output, end);
    }
  }

  private void countForBreaker(
      Attempt attempt,
      boolean accepted,
      boolean failed,
      boolean throttled,
      boolean silent,
      long now) {
    if (attempt.givenUp) {
      return;
    }
    Circuit circuit = attempt.runtime.circuit();
    if (silent || (throttled && !accepted)) {
      circuit.released(attempt.pass, now, throttled);
    } else if (accepted || !failed) {
      circuit.accepted(attempt.pass, attempt.startedAt);
    } else {
      attempt.runtime.retryBudget().failed();
      circuit.failed(attempt.pass, attempt.startedAt, now, lastFailure(attempt));
    }
  }

  private static String lastFailure(Attempt attempt) {
    for (Outbound message : attempt.messages) {
      if (message.lastFailure != null) {
        return "the last one with " + message.lastFailure.code();
      }
    }
    return "for no reason known";
  }

  /** A send took too long, or its call is over. */
  void gaveUp(Attempt attempt) {
    TargetRuntime runtime = attempt.runtime;
    long now = services.nanoTime().getAsLong();
    if (attempt.cutByCall) {
      runtime.circuit().released(attempt.pass, now, false);
    } else {
      runtime.retryBudget().failed();
      runtime
          .circuit()
          .timedOut(attempt.pass, attempt.startedAt, now, Math.max(1, runtime.sendsUnderWay()));
    }
    delivery.tellNews();
  }
}
