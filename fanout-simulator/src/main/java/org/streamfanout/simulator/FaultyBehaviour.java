package org.streamfanout.simulator;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;

/** The standard destination: well, until the schedule has a fault for it. */
final class FaultyBehaviour implements DestinationBehaviour {
  /** Faults of one send; the first entry is none, and twice as likely as all others. */
  private static final Fault[] OF_A_SEND = {
    Fault.SOME_FAIL,
    Fault.SOME_FAIL,
    Fault.SOME_FAIL,
    Fault.BREAKS_BEFORE,
    Fault.BREAKS_AFTER,
    Fault.BREAKS_BETWEEN,
    Fault.DENIES_EFFECT,
    Fault.SLOW,
    Fault.HANGS,
    Fault.APPLIES_AND_HANGS,
    Fault.HANGS_DEAF,
    Fault.APPLIES_LATE,
    Fault.APPLIES_LATE,
    Fault.WRONG_LENGTH,
    Fault.THROWS_ERROR,
    Fault.THROTTLE_STORM,
    Fault.CREDENTIALS_EXPIRE,
  };

  private static final int WELL = 12;

  @Override
  public List<Outcome> send(SimulatedCall call, Batch batch) throws Exception {
    call.sleep(Duration.ofMillis(call.choose(4)));
    Destination destination = call.destination();
    if (destination.isDenied(call.now())) {
      return all(batch, Failure.fatal("Denied", "the credentials have expired"));
    }
    if (destination.isThrottled(call.now())) {
      return all(batch, Failure.throttled("Slow", "too many"));
    }
    if (destination.faultsLeft() == 0) {
      return some(call, batch, false);
    }
    int drawn = call.choose(WELL + OF_A_SEND.length) - WELL;
    if (drawn < 0 || !call.has(OF_A_SEND[drawn]) || !destination.takeFault()) {
      return some(call, batch, false);
    }
    call.played(OF_A_SEND[drawn]);
    return fail(call, batch, OF_A_SEND[drawn]);
  }

  private List<Outcome> fail(SimulatedCall call, Batch batch, Fault fault) throws Exception {
    Duration aWhile = Duration.ofMillis(10L + 30L * call.choose(12));
    switch (fault) {
      case SOME_FAIL -> {
        return some(call, batch, true);
      }
      case BREAKS_BEFORE -> throw new IOException("reset");
      case BREAKS_AFTER -> {
        some(call, batch, false);
        throw new IOException("reset after it took effect");
      }
      case BREAKS_BETWEEN -> {
        some(call, batch, true);
        throw new IOException("reset after some of it took effect");
      }
      case DENIES_EFFECT -> {
        some(call, batch, false);
        return all(batch, Failure.retryable("Unavailable", "says nothing of its effect"));
      }
      case SLOW -> {
        call.sleep(aWhile);
        return some(call, batch, false);
      }
      case HANGS -> {
        call.sleep(aWhile);
        throw new IOException("gave up");
      }
      case APPLIES_AND_HANGS -> {
        some(call, batch, false);
        call.sleep(aWhile);
        throw new IOException("gave up after it took effect");
      }
      case HANGS_DEAF -> {
        call.sleepDeaf(aWhile);
        return all(batch, Failure.retryable("Late", "no effect at last"));
      }
      case APPLIES_LATE -> {
        call.sleepDeaf(aWhile);
        return some(call, batch, call.choose(3) == 2);
      }
      case WRONG_LENGTH -> {
        List<Outcome> outcomes = new ArrayList<>(some(call, batch, false));
        outcomes.add(Outcome.accepted());
        return outcomes;
      }
      case THROWS_ERROR -> throw new AssertionError("a broken provider");
      case THROTTLE_STORM -> {
        call.destination().throttleUntil(call.now() + aWhile.toNanos());
        return all(batch, Failure.throttled("Slow", "too many"));
      }
      case CREDENTIALS_EXPIRE -> {
        call.destination().denyUntil(call.now() + aWhile.toNanos());
        return all(batch, Failure.fatal("Denied", "the credentials have expired"));
      }
      default -> throw new IllegalStateException(fault + " is none of a send's");
    }
  }

  private static List<Outcome> all(Batch batch, Failure failure) {
    return Collections.nCopies(batch.messages().size(), Outcome.failed(failure));
  }

  /** Lets messages take effect; some fail, if wanted, as a destination with this order does it. */
  private static List<Outcome> some(SimulatedCall call, Batch batch, boolean failing) {
    boolean prefix = call.destination().callOrder() == CallOrder.PREFIX;
    List<Message> messages = batch.messages();
    List<Outcome> outcomes =
        new ArrayList<>(Collections.nCopies(messages.size(), Outcome.accepted()));
    boolean backwards = !prefix && messages.size() > 1 && call.choose(2) == 1;
    Set<Object> closed = new HashSet<>();
    for (int step = 0; step < messages.size(); step++) {
      int index = backwards ? messages.size() - 1 - step : step;
      Message message = messages.get(index);
      Failure failure = failing ? failure(call, message, messages.size()) : null;
      if (closed.contains(message.lane())) {
        outcomes.set(index, Outcome.failed(Failure.notSent("an earlier one failed")));
      } else if (failure != null) {
        outcomes.set(index, Outcome.failed(failure));
        if (prefix) {
          closed.add(message.lane());
        }
      } else {
        call.apply(message);
      }
    }
    return outcomes;
  }

  private static @Nullable Failure failure(SimulatedCall call, Message message, int messages) {
    return switch (call.choose(9)) {
      case 0, 1, 2 -> null;
      case 3, 4 -> Failure.retryable("Busy", "later");
      case 5 -> Failure.throttled("Slow", "later");
      case 6, 7 -> Failure.rejected("Bad", "never");
      default ->
          // Alone it lowers the limit for others, too, and must not do so below a single record.
          messages > 1
                  || (message.records().size() > 1 && message.bodyLength() > Plan.LONGEST_RECORD)
              ? Failure.tooLarge("Big", "too large")
              : Failure.retryable("Busy", "later").withRetryAfter(Duration.ofMillis(30));
    };
  }
}
