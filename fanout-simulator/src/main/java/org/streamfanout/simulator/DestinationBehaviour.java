package org.streamfanout.simulator;

import java.util.List;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Outcome;

/**
 * What a destination does with one send; the standard one has all {@linkplain Fault faults}. A
 * behaviour of your own plays what your provider meets.
 *
 * <p>Called on a simulated thread. It may block by the call's own means alone, takes its decisions
 * from {@link SimulatedCall#choose}, and must come to do well: a destination that fails for ever is
 * found to be stuck.
 */
@FunctionalInterface
public interface DestinationBehaviour {
  /**
   * Does the send, and says so by {@link SimulatedCall#apply}.
   *
   * @return one outcome per message, in order
   * @throws Exception if the call as a whole fails
   */
  List<Outcome> send(SimulatedCall call, Batch batch) throws Exception;
}
