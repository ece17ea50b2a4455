package org.streamfanout.it;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.ServerFaults;

/** A real server that a test breaks, with a proxy in front of it, and what is read back from it. */
interface BreakableDestination extends AutoCloseable {
  /** By the server's name. */
  ServerFaults faults();

  /** In front of the server. */
  TcpProxy proxy();

  /** What delivers to it. */
  TargetProvider provider();

  /** Makes what a run's records are sent to, unless it is there. */
  void prepare(String run) throws Exception;

  /**
   * Returns the target of a run.
   *
   * @param behindProxy whether by the proxy, or straight to the server
   */
  TargetConfig.Builder target(String run, boolean behindProxy);

  /** Returns what the operator allows. */
  Map<String, String> settings(boolean behindProxy);

  /** Returns the numbers of all of a run's records that are there, by key, in their order. */
  Map<String, List<Integer>> read(String run) throws Exception;

  /** Returns whether what was acknowledged is there after a kill. */
  boolean remembers();

  /** Returns whether the numbers of a key are in the order in which they came. */
  default boolean keepsOrder() {
    return true;
  }

  /** Returns whether a record that comes twice is there twice. */
  boolean showsCopies();

  /** Returns the key of a record. */
  default String key(int number) {
    return "key-" + number % 8;
  }

  /** Returns how long one attempt may take: enough for a healthy server, and little else. */
  default Duration attemptTimeout() {
    return Duration.ofSeconds(2);
  }

  /** Starts a target's row. */
  static TargetConfig.Builder row(String type, String destination) {
    return TargetConfig.builder(Records.KINESIS, BreakableRun.BROKEN, type, destination);
  }

  @Override
  void close();
}
