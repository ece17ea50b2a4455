package org.streamfanout.spi;

import org.jspecify.annotations.Nullable;

/**
 * Something is wrong with the configuration or the use of the library. Failures of delivery are
 * values, never exceptions.
 */
public class FanoutException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a text that says what happened and what to do. */
  public FanoutException(String message) {
    super(message);
  }

  /** Makes an exception with a text and its cause. */
  public FanoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
