package org.streamfanout.core.internal.delivery;

import java.util.Collection;

/**
 * Which targets may be sent to in one batch, among the batches of its shard that are under way at
 * the same time. Called with the run's lock held but for {@link #settled}; takes no lock of a run.
 */
public interface Turns {
  /** Of a batch that is alone: every target may be sent to at once. */
  Turns ALONE =
      new Turns() {
        @Override
        public void planned(Collection<String> targetIds) {}

        @Override
        public boolean isTurnOf(String targetId) {
          return true;
        }

        @Override
        public void settled(String targetId) {}
      };

  /** Says which targets the batch has, once, before anything is sent. */
  void planned(Collection<String> targetIds);

  /**
   * Returns whether a target may be sent to. Once it may, it always may; whoever makes it so wakes
   * the run.
   */
  boolean isTurnOf(String targetId);

  /**
   * Says that everything of a target is settled in the batch; perhaps more than once, and never
   * before {@link #planned}. Called without locks.
   */
  void settled(String targetId);
}
