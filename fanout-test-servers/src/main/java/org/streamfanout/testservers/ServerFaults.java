package org.streamfanout.testservers;

/**
 * What a test can do to a server that is a process of its own. What clients see of it is what they
 * see of a real outage: a frozen server takes connections and bytes, as its system does that for
 * it, and answers nothing; a killed one resets what was open and refuses the rest. For one thread.
 */
public interface ServerFaults {
  /** Stops the server where it is (SIGSTOP), until {@link #thaw}. */
  void freeze();

  /** Lets a frozen server go on (SIGCONT). */
  void thaw();

  /** Ends the server at once (SIGKILL) and returns when it is gone; its files stay. */
  void kill();

  /**
   * Starts a killed server on its port and its files, and waits until it listens.
   *
   * @throws IllegalStateException if it was not killed or does not start
   */
  void restart();
}
