package org.streamfanout.testkit;

import java.util.List;
import java.util.Set;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;

/**
 * A destination that {@link TargetProviderKit} sends to, reads back and puts in trouble. Empty and
 * sound when opened; used by one test, by several of its threads; closed after it.
 */
public interface KitDestination extends AutoCloseable {
  /** Returns a valid row for this destination. */
  TargetConfig target();

  /** Sets what the operator would set: allowed hosts, endpoint, secrets; nothing by default. */
  default void configure(TestContext context) {}

  /**
   * Returns what has arrived so far, a body per message, each as {@link TargetProviderKit#expected}
   * writes it. In the order in which it took effect, if the destination knows one.
   */
  List<Bytes> arrived() throws Exception;

  /**
   * Returns how many calls that write were made so far: those that were refused count, and those
   * that were broken off.
   */
  int calls();

  /**
   * Puts the destination in trouble, until {@link #calm}. Asked only for what {@link
   * TargetProviderKit#troubles} names.
   */
  void trouble(Trouble trouble) throws Exception;

  /** Ends a trouble, and failing entries. */
  void calm() throws Exception;

  /**
   * Fails the messages at these places, from 0, of a batch that is about to be sent, as the service
   * documents it, and takes the others. Holds for the next call; {@link #calm} ends it. Asked only
   * if {@link TargetProviderKit#failsEntries}.
   */
  default void failEntries(List<Message> batch, Set<Integer> places) throws Exception {
    throw new UnsupportedOperationException("this destination takes a call whole or not at all");
  }

  /** Waits until a hung destination holds a call that has arrived. */
  void awaitHeld() throws InterruptedException;

  /** Returns how many connections were opened to the destination so far. */
  int connections();

  @Override
  void close();
}
