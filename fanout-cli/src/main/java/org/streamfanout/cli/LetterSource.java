package org.streamfanout.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/** A place where dead letters are. For one thread. */
interface LetterSource extends AutoCloseable {
  /**
   * What may be a letter.
   *
   * @param place where it is, for people
   * @param json the letter, or what stands in its place
   * @param handle what the source knows it by
   * @param group what the source keeps the order of, whatever the letter says; null if nothing
   * @param problem why the letter could not be read; null if it could
   */
  record Found(
      String place, Bytes json, Object handle, @Nullable String group, @Nullable String problem) {
    Found(String place, Bytes json, Object handle) {
      this(place, json, handle, null, null);
    }
  }

  /**
   * Returns the next ones, in their order; never one that was settled before.
   *
   * @param mayWait whether to wait for some where more may come; if not, none is no end
   * @param atMost how many; a line of a file may hold more
   * @return none at the end
   * @throws UnusableException if they cannot be read
   */
  List<Found> next(boolean mayWait, int atMost) throws InterruptedException;

  /**
   * Takes letters that were accepted, so that they are not replayed again.
   *
   * @throws UnusableException if that cannot be done
   */
  void settle(List<Found> accepted) throws InterruptedException;

  /** Takes a letter that stays where it is. */
  void leave(Found letter);

  /** Returns how many were passed over, since they were settled before. */
  long passedOver();

  /** Returns about how many could not be looked at, since letters that stay are before them. */
  long unseen();

  /** Returns how much of it was read, from 0 to 1; NaN if nobody knows. */
  double progress();

  @Override
  void close();
}
