package org.streamfanout.core.internal.delivery;

/**
 * What one call may carry.
 *
 * @param messages how many messages
 * @param bytes how many bytes, as the destination counts them; one message may have more
 * @param records how many records; one message may have more
 * @param resends how many messages whose last call failed as a whole
 * @param resendsAt where that is none, from when on there may be some
 */
record Room(int messages, long bytes, long records, int resends, long resendsAt) {
  /** Bounds a call by messages and bytes alone. */
  static Room of(int messages, long bytes) {
    return new Room(messages, bytes, Long.MAX_VALUE, Integer.MAX_VALUE, 0);
  }
}
