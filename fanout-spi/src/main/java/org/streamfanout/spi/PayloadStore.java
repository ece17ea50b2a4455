package org.streamfanout.spi;

import java.util.List;

/**
 * One open place for bodies that are too large for a target. Safe for concurrent use.
 *
 * <p>Stores never retry and never delete: what expires there, and when, is the operator's to say.
 */
public interface PayloadStore extends AutoCloseable {
  /**
   * Makes one attempt to store bodies, blocks until it is done, and answers for each. What is there
   * under a key already is the same body and may be written over.
   *
   * <p>Must stop soon after the deadline and after an interrupt. The messages that go in the same
   * call wait for it, so that the deadline leaves time for them. A {@link Failure.Kind#FATAL} holds
   * the one message, whatever {@code onFailure} says, and not the target; {@link
   * Failure.Kind#NOT_SENT} is for bodies that were not tried for lack of time.
   *
   * @return one outcome per payload, in their order
   * @throws Exception if nothing is known of any of them; {@link #classify} says what that means
   */
  List<Outcome> put(List<Payload> payloads, Deadline deadline) throws Exception;

  /**
   * Returns the text, as JSON in UTF-8, that a message carries in place of the body of this key.
   * Its length depends on the key's length only. Does no I/O.
   */
  Bytes pointer(String key);

  /** Returns what an exception out of {@link #put} means for every payload. */
  default Failure classify(Exception error) {
    return Failure.retryable(error.getClass().getSimpleName(), "storing the body failed");
  }

  /** Reaches the store without writing to it, and says what is wrong; nothing by default. */
  default List<Finding> check(Deadline deadline) {
    return List.of();
  }

  /** Lets go of what this store alone holds. May be called twice. */
  @Override
  default void close() {}
}
