package org.streamfanout.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open destination. Safe for concurrent use by {@link TargetConfig#maxInFlight()} threads.
 *
 * <p>Senders never retry and keep nothing back: whatever was not accepted when {@link #send}
 * returns is reported as such, and the engine decides what comes next.
 */
public interface TargetSender extends AutoCloseable {
  /**
   * Makes one attempt to send a batch, blocks until it is done, and answers for every message.
   *
   * <p>Must stop soon after the deadline and after an interrupt; the engine counts an attempt that
   * was stopped as unknown.
   *
   * @return one outcome per message, in the order of {@link Batch#messages()}
   * @throws Exception if the whole call failed; {@link #classify} says what that means
   */
  List<Outcome> send(Batch batch, Deadline deadline) throws Exception;

  /**
   * Returns what a message counts against {@link Limits}: its bytes on the wire with the entry's
   * own overhead. Computed from {@link Message#bodyLength()}; never calls {@link Message#body()}.
   */
  long sizeInBytes(Message message);

  /**
   * Returns whether a record is meant for this destination, by the target's options; true by
   * default. One that is not is settled as filtered, as if the row's filter had said so. Asked
   * after that filter and before a transform; does no I/O.
   */
  default boolean wants(FanoutRecord record) {
    return true;
  }

  /**
   * Returns the destination's own limits, or null for those of {@link Capabilities}. May ask the
   * destination; senders that do cache the answer. The engine never goes above what a target's row
   * allows.
   */
  default @Nullable Limits limits(Deadline deadline) throws Exception {
    return null;
  }

  /**
   * Returns a key of which at most one message may be in a batch and in flight, such as the key of
   * a DynamoDB item; null, the default, for no such rule.
   */
  default @Nullable String conflictKey(Message message) {
    return null;
  }

  /**
   * Returns what an exception out of {@link #send} means for every message of the batch; {@link
   * Failure.Kind#RETRYABLE} by default.
   */
  default Failure classify(Exception error) {
    return Failure.retryable(error.getClass().getSimpleName(), "send failed");
  }

  /** Reaches the destination without writing to it, and says what is wrong; nothing by default. */
  default List<Finding> check(Deadline deadline) {
    return List.of();
  }

  /** Lets go of what this sender alone holds. May be called twice. */
  @Override
  default void close() {}
}
