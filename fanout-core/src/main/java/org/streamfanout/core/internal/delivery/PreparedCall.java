package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;

/**
 * The messages of one send: those that may go out now, and what is known of the others, since their
 * bodies could not be stored or order forbids to go before one of these. Not thread-safe.
 */
final class PreparedCall {
  private static final Failure BEHIND =
      Failure.notSent("an earlier message of its order could not be stored");
  private static final Failure ENDED =
      Failure.notSent("the attempt ended while bodies were stored; nothing was sent");

  private final List<@Nullable Outcome> known;
  private final List<Message> ready = new ArrayList<>();

  private PreparedCall(int messages) {
    this.known = new ArrayList<>(Collections.nCopies(messages, null));
  }

  /** Makes the messages of an attempt, and stores the bodies that they are to point to. */
  static PreparedCall of(Attempt attempt) {
    List<Message> whole =
        attempt.messages.stream().map(attempt.delivery.packer()::message).toList();
    PreparedCall call = new PreparedCall(whole.size());
    ClaimChecks claims = attempt.runtime.claims();
    if (claims == null || attempt.messages.stream().noneMatch(message -> message.claimed)) {
      call.ready.addAll(whole);
      return call;
    }
    List<ClaimChecks.Claim> made = claims.store(attempt, whole);
    boolean ended = endedMeanwhile(attempt);
    boolean ordered = attempt.runtime.capabilities().callOrder() == CallOrder.PREFIX;
    Set<Object> closed = new HashSet<>();
    for (int place = 0; place < made.size(); place++) {
      ClaimChecks.Claim claim = made.get(place);
      Object lane = whole.get(place).lane();
      if (claim.failure() != null) {
        attempt.unstored.set(place);
        call.known.set(place, Outcome.failed(claim.failure()));
        closed.add(lane);
      } else if (ended) {
        call.known.set(place, Outcome.failed(ENDED));
      } else if (ordered && closed.contains(lane)) {
        call.known.set(place, Outcome.failed(BEHIND));
      } else {
        call.ready.add(claim.message());
      }
    }
    attempt.offeredNothing = call.ready.isEmpty();
    return call;
  }

  /** Whoever wants the thread back must not get a send that takes effect. */
  private static boolean endedMeanwhile(Attempt attempt) {
    if (attempt.wasInterrupted()) {
      return true;
    }
    boolean byOwner = Thread.currentThread().isInterrupted();
    if (byOwner) {
      attempt.stoppedByOwner();
    }
    return byOwner;
  }

  /** Returns what may be sent, in order. */
  List<Message> ready() {
    return ready;
  }

  /** Returns the outcomes of all messages, given those of what was ready. */
  List<Outcome> merge(List<Outcome> sent) {
    List<Outcome> all = new ArrayList<>(known.size());
    int next = 0;
    for (Outcome outcome : known) {
      all.add(outcome != null ? outcome : sent.get(next++));
    }
    return all;
  }
}
