package org.streamfanout.core.internal.delivery;

import java.util.concurrent.locks.ReentrantLock;

/**
 * How many messages may be sent again while nothing gets through: a small reserve, and a share of
 * what is sent for the first time. Whatever gets through fills the reserve and lifts the bound, so
 * that a destination that fails now and then is not slowed. With an empty budget one message goes
 * now and then. Thread-safe; never blocks.
 */
final class RetryBudget {
  /**
   * Messages. The AWS SDKs' quota of 500 tokens, of which a retry costs 5, allows as many retries
   * (aws-sdk-js-v3's constants, as known 2026-11).
   */
  static final int RESERVE = 100;

  private final double share;
  private final long pace;
  private final ReentrantLock lock = new ReentrantLock();
  private double tokens = RESERVE;
  private boolean failing;
  private long nextAt;

  /**
   * Makes a budget with a full reserve.
   *
   * @param percent of the first sends
   * @param pace how long an empty budget waits between messages, in nanoseconds
   * @param now the ticker's time
   */
  RetryBudget(int percent, long pace, long now) {
    this.share = percent / 100.0;
    this.pace = pace;
    this.nextAt = now;
  }

  /** Returns how many messages whose last call failed as a whole may be sent again now. */
  int allowed(long now) {
    lock.lock();
    try {
      if (!failing) {
        return Integer.MAX_VALUE;
      }
      return tokens >= 1 ? (int) Math.min(Integer.MAX_VALUE, tokens) : now - nextAt >= 0 ? 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  /** Returns from when on an empty budget allows a message. */
  long nextAt() {
    lock.lock();
    try {
      return nextAt;
    } finally {
      lock.unlock();
    }
  }

  /** Counts a call: what it sends for the first time, and what it sends again after a failure. */
  void sent(int first, int again, long now) {
    lock.lock();
    try {
      tokens += first * share;
      if (!failing) {
        tokens = Math.min(RESERVE, tokens);
      } else if (again > 0) {
        tokens = Math.max(0, tokens - again);
        nextAt = now + pace;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A call failed as a whole. */
  void failed() {
    lock.lock();
    try {
      failing = true;
    } finally {
      lock.unlock();
    }
  }

  /** Something got through; returns whether nothing did before. */
  boolean accepted() {
    lock.lock();
    try {
      boolean before = failing;
      failing = false;
      tokens = RESERVE;
      return before;
    } finally {
      lock.unlock();
    }
  }
}
