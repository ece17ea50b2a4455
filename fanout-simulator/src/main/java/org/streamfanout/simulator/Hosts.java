package org.streamfanout.simulator;

/** The hosts that come with the simulator. */
public final class Hosts {
  private Hosts() {}

  /** Returns a program that embeds the engine and keeps its own places. */
  public static Host engine() {
    return new EngineHost();
  }
}
