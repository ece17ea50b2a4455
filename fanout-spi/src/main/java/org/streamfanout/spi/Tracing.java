package org.streamfanout.spi;

import java.util.List;
import java.util.Map;

/**
 * Follows records to their destinations: says what goes beside a message, and watches each send.
 * The hook by which a tracing library is joined to an engine.
 *
 * <p>Called on the engine's threads, several at once; must be quick, thread-safe and without I/O.
 * What it throws is logged and changes nothing but what is traced.
 */
public interface Tracing {
  /**
   * Returns what {@link Message#attributes()} is to be of a message that carries these records;
   * empty for nothing. Asked when the message is sized and again when it is made, so the same
   * records must give the same answer. It counts against the destination's limits where the
   * destination counts it. A name or a value that the destination refuses fails the message: keep
   * to printable ASCII.
   *
   * @param records in order, never empty
   */
  Map<String, String> attributes(List<FanoutRecord> records);

  /**
   * Says that a batch is about to be sent, on this thread.
   *
   * @return is told of the end once, on the same thread
   */
  Sending sending(TargetConfig target, Batch batch);

  /** One send that is under way. */
  interface Sending {
    /** The destination answered, one outcome per message. */
    void answered(List<Outcome> outcomes);

    /** The send as a whole failed; whether it took effect is not known. */
    void failed(Throwable error);
  }
}
