package org.streamfanout.testservers;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A server that was started, wherever it runs; closing stops it. */
@FunctionalInterface
interface RunningServer extends AutoCloseable {
  /**
   * Starts a command, in a container if that is wanted, else as a process of this machine, and
   * waits until it says that it listens.
   *
   * @param ready what the line that says so contains
   */
  static RunningServer start(ServerImage image, String ready, List<String> command) {
    return ServerContainer.isWanted()
        ? ServerContainer.start(image, ready, command)
        : ServerProcess.start(
            ServerProcess.newFolder(), Pattern.compile(Pattern.quote(ready)), command, Map.of());
  }

  /**
   * Returns what breaks it.
   *
   * @throws IllegalStateException if it was not started to be broken
   */
  default ServerFaults faults() {
    throw new IllegalStateException("start it by startBreakable");
  }

  @Override
  void close();
}
