package org.streamfanout.simulator;

/**
 * Who reads the source and calls engines: the four of {@link Hosts}, or a loop of your own. May be
 * played many times and by several threads, so it keeps nothing between its runs.
 */
public interface Host {
  /** What the source looks like for a host. */
  enum Layout {
    /** Shards that stay. */
    FLAT,
    /** Shards that may split or merge. */
    RESHARDED,
    /** Shards that may be read in parts by key, side by side. */
    PARTED
  }

  /** Returns its name, for reports. */
  String name();

  /** Returns what its source may look like; shards that stay by default. */
  default Layout layout() {
    return Layout.FLAT;
  }

  /**
   * Returns whether its engines may remember progress from one batch to the next; no by default.
   */
  default boolean remembers() {
    return false;
  }

  /**
   * Reads, delivers and commits everything. Called on a simulated thread that belongs to no
   * process; returns when all shards are finished.
   */
  void run(Stage stage);
}
