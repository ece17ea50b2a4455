package org.streamfanout.spi;

import java.util.Objects;

/** The answer for one message of a {@link TargetSender#send}. */
public sealed interface Outcome {

  /** The destination has the message. */
  record Accepted() implements Outcome {
    private static final Accepted INSTANCE = new Accepted();
  }

  /** The destination does not have the message, or may not have it. */
  record Failed(Failure failure) implements Outcome {
    /** Checks that the failure is not null. */
    public Failed {
      Objects.requireNonNull(failure, "failure");
    }
  }

  /** Returns the answer for a message that the destination has. */
  static Outcome accepted() {
    return Accepted.INSTANCE;
  }

  /** Returns the answer for a message that failed. */
  static Outcome failed(Failure failure) {
    return new Failed(failure);
  }
}
