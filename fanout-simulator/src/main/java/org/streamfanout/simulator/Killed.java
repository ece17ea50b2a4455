package org.streamfanout.simulator;

/** Ends a strand whose process was killed; carries nothing. */
final class Killed extends Error {
  private static final long serialVersionUID = 1L;

  Killed() {
    super("killed", null, false, false);
  }
}
