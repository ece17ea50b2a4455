package org.streamfanout.testkit;

import java.util.List;
import org.streamfanout.spi.Outcome;

/**
 * What one send of an {@link InMemoryTarget} does; {@link Behaviours} has the usual ones. Called on
 * the engine's threads, several at once.
 */
@FunctionalInterface
public interface Behaviour {
  /**
   * Does the send.
   *
   * @return the answer, one outcome per message where the behaviour is a sound one
   * @throws Exception if the call as a whole is to fail
   */
  List<Outcome> send(Sending sending) throws Exception;
}
