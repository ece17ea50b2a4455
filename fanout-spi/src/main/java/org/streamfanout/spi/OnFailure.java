package org.streamfanout.spi;

/** What happens to a record that a target rejected, or whose attempts are used up. */
public enum OnFailure {
  /** It keeps the checkpoint back until it is accepted. */
  HOLD,
  /** It goes to the dead-letter target; if that fails, it holds. */
  DEAD_LETTER,
  /** It is dropped, and counted. */
  DROP
}
