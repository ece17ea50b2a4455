package org.streamfanout.simulator;

import java.time.Duration;
import org.streamfanout.simulator.Choices.Kind;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Message;

/** One send, as a destination's behaviour sees it. Used by one strand at a time. */
public final class SimulatedCall {
  private final Stage stage;
  private final Destination destination;
  private final Send send;
  private final Deadline deadline;

  SimulatedCall(Stage stage, Destination destination, Send send, Deadline deadline) {
    this.stage = stage;
    this.destination = destination;
    this.send = send;
    this.deadline = deadline;
  }

  /** Returns the destination. */
  public Destination destination() {
    return destination;
  }

  /** Returns when the engine wants it to be over. */
  public Deadline deadline() {
    return deadline;
  }

  /** Returns a number below a bound, by the schedule; 0 should be what does the least harm. */
  public int choose(int bound) {
    return stage.choices().next(Kind.FAULTS, bound);
  }

  /** Lets a message take effect. */
  public void apply(Message message) {
    if (!send.process.isDead() && !stage.scheduler().isEnding()) {
      stage.apply(send, message, false);
    }
  }

  /**
   * Takes time.
   *
   * @throws InterruptedException if the engine does not want to wait any longer
   */
  public void sleep(Duration time) throws InterruptedException {
    stage.scheduler().sleep(time.toNanos());
  }

  /** Takes time, and cannot be interrupted. */
  public void sleepDeaf(Duration time) {
    stage.scheduler().sleepDeaf(time.toNanos());
  }

  /** Does something after a while, whatever becomes of the call meanwhile. */
  public void later(Duration time, Runnable action) {
    stage.later(time, "wire", action);
  }

  /** Remembers that a fault was played, for the report. */
  public void played(Fault fault) {
    stage.played(fault);
  }

  boolean has(Fault fault) {
    return stage.has(fault);
  }

  long now() {
    return stage.scheduler().elapsed();
  }
}
