package org.streamfanout.simulator;

import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Limits;

/** What one target points at, and how it is. Used by one strand at a time. */
public final class Destination {
  private final String id;
  private final Limits limits;
  private final CallOrder callOrder;
  private final boolean conflicts;
  private int faultsLeft;
  private long throttledUntil;
  private long deniedUntil;

  Destination(String id, Limits limits, CallOrder callOrder, boolean conflicts, int faults) {
    this.id = id;
    this.limits = limits;
    this.callOrder = callOrder;
    this.conflicts = conflicts;
    this.faultsLeft = faults;
  }

  /** Returns the id of its target. */
  public String id() {
    return id;
  }

  /** Returns what one call may carry. */
  public Limits limits() {
    return limits;
  }

  /** Returns the order within one call. */
  public CallOrder callOrder() {
    return callOrder;
  }

  boolean conflicts() {
    return conflicts;
  }

  /** Takes one of the faults that it has left; false if there is none. */
  public boolean takeFault() {
    if (faultsLeft == 0) {
      return false;
    }
    faultsLeft--;
    return true;
  }

  int faultsLeft() {
    return faultsLeft;
  }

  void throttleUntil(long time) {
    throttledUntil = time;
  }

  void denyUntil(long time) {
    deniedUntil = time;
  }

  boolean isThrottled(long now) {
    return now < throttledUntil;
  }

  boolean isDenied(long now) {
    return now < deniedUntil;
  }
}
