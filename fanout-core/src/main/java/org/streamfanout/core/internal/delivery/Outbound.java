package org.streamfanout.core.internal.delivery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;

/** A message on its way: what stays of it between attempts. Guarded by the run's lock. */
final class Outbound {
  /** Where a message stands. */
  enum State {
    /** In its lane. */
    QUEUED,
    /** In a send that has not returned. */
    IN_FLIGHT,
    /** Failed for good; its records are on their way to the dead-letter target. */
    DEAD_LETTERING,
    /** Failed for good under HOLD, or its dead letter did. */
    HELD,
    /** Settled; no longer in its lane. */
    DONE
  }

  final List<FanoutRecord> records;

  /** The indexes of the records among the outputs of the target's plan, in order. */
  final int[] outputs;

  final int bodyLength;

  /** Why it fails without being sent; null if it can be sent. */
  final @Nullable Failure preset;

  /** What a sender gets to see, where keeping it costs no memory; null where it is made anew. */
  final @Nullable Message kept;

  final @Nullable ConflictQueue conflict;

  /** What it is a dead letter of; null if it is none. */
  final @Nullable DeadLetterOrigin origin;

  Lane lane;
  @Nullable Outbound next;
  State state = State.QUEUED;

  /** Bytes on the wire, as the sender counts them. */
  long size;

  /** Whether its body is stored, and a pointer to it sent. */
  boolean claimed;

  /** When its body was last stored, by the engine's ticker; the send's that carries it. */
  volatile @Nullable Long storedAt;

  /** How often the store asked to slow down. */
  int storeThrottles;

  /** Attempts that count, those of earlier calls included. */
  int attempts;

  /** How many of them it came with: the fewest that one of its records had. */
  int attemptsBefore;

  /** How many messages a batch with this one may have; lowered when one was too large. */
  int batchCap = Integer.MAX_VALUE;

  boolean sentBefore;

  /** Whether nothing of the last call that carried it got through. */
  boolean failedWhole;

  /** Whether the target has answered for it, or let an attempt's whole time pass. */
  boolean tried;

  @Nullable Instant firstTriedAt;
  @Nullable Instant lastTriedAt;
  @Nullable Failure lastFailure;

  /** Dead letters of this message that are neither accepted nor held. */
  int lettersOpen;

  /** Dead letters of this message that did not get through. */
  int lettersHeld;

  /** What carries its dead letters; null if nothing does. */
  @Nullable TargetDelivery carrier;

  Outbound(
      List<FanoutRecord> records,
      int[] outputs,
      int bodyLength,
      long size,
      Lane lane,
      @Nullable Failure preset,
      @Nullable Message kept,
      @Nullable ConflictQueue conflict,
      @Nullable DeadLetterOrigin origin) {
    this.records = records;
    this.outputs = outputs;
    this.bodyLength = bodyLength;
    this.size = size;
    this.lane = lane;
    this.preset = preset;
    this.kept = kept;
    this.conflict = conflict;
    this.origin = origin;
  }

  /** Sends it by claim check from now on. */
  void claim(long pointerSize) {
    claimed = true;
    size = pointerSize;
    batchCap = Integer.MAX_VALUE;
  }

  /** Returns the bytes that a send of it has in its hands. */
  long bytesInFlight() {
    return claimed ? size + bodyLength : size;
  }

  int order() {
    return outputs[0];
  }

  /** Returns when the youngest of its records came into the source. */
  Instant youngest(Instant whereNotKnown) {
    Instant youngest = Instant.MIN;
    for (FanoutRecord record : records) {
      Instant arrived = record.arrivedAt();
      Instant at = arrived == null ? whereNotKnown : arrived;
      youngest = at.isAfter(youngest) ? at : youngest;
    }
    return youngest;
  }

  /** Whose record a dead letter is, and where it goes back to. */
  record DeadLetterOrigin(DeadLetters sender, Outbound message, int output) {}
}
