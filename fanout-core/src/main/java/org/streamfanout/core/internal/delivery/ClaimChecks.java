package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.internal.pipeline.MessageIds;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Payload;
import org.streamfanout.spi.PayloadStore;

/**
 * Bodies that are too large for one target: they are stored, and messages point to them. A pointer
 * is made only of a body that the store has. Thread-safe.
 */
final class ClaimChecks {
  private static final Logger LOG = LoggerFactory.getLogger(ClaimChecks.class);

  /** A body that was stored longer ago is stored again, so that it cannot have expired. */
  private static final long FRESH_NANOS = TimeUnit.HOURS.toNanos(1);

  /** 64 digits of the message's id, a dash, and {@link #DIGEST_BYTES} in hexadecimal. */
  private static final String SAMPLE_KEY = "0".repeat(64) + "-" + "0".repeat(16);

  private static final int DIGEST_BYTES = 8;

  private final PayloadStore store;
  private final LongSupplier nanoTime;

  ClaimChecks(PayloadStore store, LongSupplier nanoTime) {
    this.store = store;
    this.nanoTime = nanoTime;
  }

  /** Returns a message of the size that a message's claim check will have, without its body. */
  Message sample(Message whole) {
    return pointer(whole, SAMPLE_KEY);
  }

  /**
   * What became of one message of a call.
   *
   * @param message as it may be sent
   * @param failure why it may not, since its body is not stored; null if it may
   */
  record Claim(Message message, @Nullable Failure failure) {}

  /** Stores what is claimed of a call's messages and not stored yet, in half the time there is. */
  List<Claim> store(Attempt attempt, List<Message> whole) {
    List<Claim> claims = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    List<Payload> payloads = new ArrayList<>();
    for (int place = 0; place < whole.size(); place++) {
      Message message = whole.get(place);
      Outbound outbound = attempt.messages.get(place);
      if (outbound.claimed) {
        Payload payload = payload(message);
        message = pointer(message, payload.key());
        if (!isFresh(outbound)) {
          places.add(place);
          payloads.add(payload);
        }
      }
      claims.add(new Claim(message, null));
    }
    if (payloads.isEmpty()) {
      return claims;
    }
    long startedAt = nanoTime.getAsLong();
    Duration half = Duration.ofNanos(attempt.deadline.remainingNanos() / 2);
    List<Outcome> outcomes = put(attempt, payloads, attempt.deadline.atMost(half));
    for (int index = 0; index < places.size(); index++) {
      int place = places.get(index);
      if (outcomes.get(index) instanceof Outcome.Failed failed) {
        claims.set(place, new Claim(claims.get(place).message(), failed.failure()));
      } else {
        attempt.messages.get(place).storedAt = startedAt;
      }
    }
    return claims;
  }

  private boolean isFresh(Outbound message) {
    Long storedAt = message.storedAt;
    return storedAt != null && nanoTime.getAsLong() - storedAt < FRESH_NANOS;
  }

  private List<Outcome> put(Attempt attempt, List<Payload> payloads, Deadline deadline) {
    try {
      List<Outcome> outcomes = store.put(payloads, deadline);
      if (outcomes == null || outcomes.size() != payloads.size() || Sends.hasNull(outcomes)) {
        return broken(payloads, "did not answer for each of " + payloads.size() + " bodies");
      }
      return outcomes;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Sends.all(
          payloads.size(), Failure.retryable("Interrupted", "storing the body was interrupted"));
    } catch (Exception e) {
      return classified(attempt, payloads, e);
    } catch (Error e) {
      LOG.error("the payload store of target '{}' threw an error", attempt.delivery.id(), e);
      return broken(payloads, "threw " + e.getClass().getName());
    }
  }

  private List<Outcome> classified(Attempt attempt, List<Payload> payloads, Exception error) {
    try {
      Failure failure = store.classify(error);
      if (failure != null) {
        return Sends.all(payloads.size(), failure);
      }
    } catch (RuntimeException | Error e) {
      LOG.error("the payload store of target '{}' cannot classify", attempt.delivery.id(), e);
    }
    return broken(payloads, "cannot classify " + error.getClass().getName());
  }

  private static List<Outcome> broken(List<Payload> payloads, String what) {
    return Sends.all(
        payloads.size(), Failure.fatal(Sends.PROVIDER_BROKEN, "the payload store " + what));
  }

  /**
   * The key depends on the body, too: what is stored never changes under a pointer, whatever
   * becomes of the row.
   */
  private static Payload payload(Message whole) {
    Bytes body = whole.body();
    byte[] digest = MessageIds.digest(body);
    return new Payload(whole.id() + "-" + HexFormat.of().formatHex(digest, 0, DIGEST_BYTES), body);
  }

  private Message pointer(Message whole, String key) {
    Bytes pointer = store.pointer(key);
    return Message.builder(whole::id, List.of(whole.records().get(0).withData(pointer)))
        .lane(whole.lane())
        .attributes(whole.attributes())
        .storedLength(whole.bodyLength())
        .build();
  }

  List<Finding> check(Deadline deadline) {
    return store.check(deadline);
  }

  void close() {
    store.close();
  }
}
