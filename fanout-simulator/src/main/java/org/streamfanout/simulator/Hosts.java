package org.streamfanout.simulator;

import java.util.List;

/** The hosts that come with the simulator; they play by the rules of the adapters. */
public final class Hosts {
  private static final HostRules RULES = new HostRules();

  private Hosts() {}

  /** Returns a program that embeds the engine and keeps its own places. */
  public static Host engine() {
    return new EngineHost(RULES);
  }

  /** Returns workers of the Kinesis Client Library, with leases, resharding and orderly stops. */
  public static Host kcl() {
    return new KclHost(RULES);
  }

  /** Returns Lambda behind an event source mapping of a stream. */
  public static Host lambda() {
    return new LambdaHost(RULES);
  }

  /** Returns consumers of a Kafka group. */
  public static Host kafka() {
    return new KafkaHost(RULES);
  }

  /** Returns all of them. */
  public static List<Host> all() {
    return List.of(engine(), kcl(), lambda(), kafka());
  }
}
