package org.streamfanout.core.internal.delivery;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.core.dynamodb.DynamoDbFormatException;
import org.streamfanout.core.internal.delivery.Outbound.DeadLetterOrigin;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.core.internal.delivery.TargetLedger.End;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/**
 * The records of one target that failed for good and go to its dead-letter target, one letter each.
 * Until all letters of a message are accepted, its lane stays closed. Guarded by the run's lock.
 */
final class DeadLetters {
  private final TargetDelivery delivery;
  private final Set<Outbound> messages = new LinkedHashSet<>();

  /** Messages with letters that are neither accepted nor held. */
  private int waiting;

  DeadLetters(TargetDelivery delivery) {
    this.delivery = delivery;
  }

  boolean areWaiting() {
    return waiting > 0;
  }

  /** Closes a message's lane and sends a letter for each of its records. */
  void send(Outbound message, Failure failure) {
    message.state = State.DEAD_LETTERING;
    message.lastFailure = failure;
    messages.add(message);
    sendLetters(message, failure);
  }

  private void sendLetters(Outbound message, Failure failure) {
    TargetDelivery carrier = delivery.run.deadLetterDelivery(delivery.setup.config());
    message.carrier = carrier;
    int open = (int) Arrays.stream(message.outputs).filter(delivery.ledger::isOutputOpen).count();
    addOpen(message, -message.lettersOpen);
    message.lettersHeld = 0;
    if (carrier == null) {
      message.lettersHeld = open;
      return;
    }
    addOpen(message, open);
    for (int index = 0; index < message.outputs.length; index++) {
      int output = message.outputs[index];
      if (delivery.ledger.isOutputOpen(output)) {
        FanoutRecord record = message.records.get(index);
        Bytes envelope;
        try {
          envelope = envelope(record, output, message, failure);
        } catch (DynamoDbFormatException e) {
          // A letter without the payload would lose it.
          held(message, Failure.rejected("NoEnvelope", String.valueOf(e.getMessage())));
          continue;
        }
        carrier.carry(letter(record, envelope), new DeadLetterOrigin(this, message, output));
      }
    }
    delivery.run.wake();
  }

  /**
   * Returns what carries a letter. Its id names the target, too: where one dead-letter target is
   * that of several, their letters of one record must not be taken for one and the same.
   */
  private FanoutRecord letter(FanoutRecord record, Bytes envelope) {
    return FanoutRecord.builder(record.id() + "/" + delivery.id(), record.sequenceNumber())
        .shard(record.shard())
        .part(record.part())
        .key(record.key())
        .keyBytes(record.keyBytes())
        .explicitHashKey(record.explicitHashKey())
        .data(envelope)
        .arrivedAt(record.arrivedAt())
        .headers(record.headers())
        .build();
  }

  private Bytes envelope(FanoutRecord record, int output, Outbound message, Failure failure) {
    DeadLetter.Stage stage = stage(delivery.plan.outputProgress(output));
    return DeadLetter.builder(
            delivery.run.batch.source(), delivery.id(), contents(record, stage), failure)
        .shard(delivery.run.batch.shard())
        .stage(stage)
        .madeOf(
            delivery.plan.madeOf(output).stream()
                .map(each -> new DeadLetter.Origin(each.id(), each.position()))
                .toList())
        .attempts(message.attempts)
        .firstAttemptAt(message.firstTriedAt)
        .lastAttemptAt(
            message.lastTriedAt == null
                ? delivery.run.services.clock().instant()
                : message.lastTriedAt)
        .build()
        .toJson();
  }

  /** Leaves out what the target has no use for: it would make the letter twice as large. */
  private FanoutRecord contents(FanoutRecord record, DeadLetter.Stage stage) {
    Bytes data = record.data();
    boolean whole =
        data == null
            || stage != DeadLetter.Stage.READY
            || delivery.runtime.capabilities().wholeRecord();
    return whole ? record : record.withData(data);
  }

  private static DeadLetter.Stage stage(TargetPlan.Progress progress) {
    return switch (progress) {
      case NOT_DECODED -> DeadLetter.Stage.SOURCE;
      case DECODED -> DeadLetter.Stage.DECODED;
      case READY -> DeadLetter.Stage.READY;
    };
  }

  /** A letter was accepted. */
  void accepted(Outbound message, int output) {
    delivery.ledger.settle(output, End.DEAD_LETTERED);
    addOpen(message, -1);
    endIfAllAccepted(message);
  }

  /** A letter did not get through in this call. */
  void held(Outbound message, Failure failure) {
    delivery.noteFailure(failure);
    addOpen(message, -1);
    message.lettersHeld++;
    delivery.run.wake();
  }

  /** A letter that did not get through is tried again. */
  void reopened(Outbound message) {
    message.lettersHeld--;
    addOpen(message, 1);
  }

  /** Sends letters again whose carrier is gone, or was never there. */
  void resend(Set<TargetDelivery> carriers) {
    for (Outbound message : List.copyOf(messages)) {
      Failure failure = message.lastFailure;
      if (failure != null && (message.carrier == null || !carriers.contains(message.carrier))) {
        sendLetters(message, failure);
      }
    }
  }

  private void addOpen(Outbound message, int count) {
    boolean before = message.lettersOpen > 0;
    message.lettersOpen += count;
    boolean after = message.lettersOpen > 0;
    waiting += (after ? 1 : 0) - (before ? 1 : 0);
  }

  private void endIfAllAccepted(Outbound message) {
    if (message.lettersOpen > 0 || message.lettersHeld > 0 || !messages.remove(message)) {
      return;
    }
    message.state = State.DONE;
    Lanes lanes = delivery.requireLanes();
    if (!message.lane.inFlight) {
      message.lane.sweepBehindLetters();
    }
    lanes.release(message);
    lanes.offer(message.lane);
    delivery.run.wake();
  }
}
