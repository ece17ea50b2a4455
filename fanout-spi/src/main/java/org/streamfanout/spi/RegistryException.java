package org.streamfanout.spi;

import org.jspecify.annotations.Nullable;

/** The targets of a source cannot be read, or there are none; nothing was sent. */
public class RegistryException extends FanoutException {
  private static final long serialVersionUID = 1L;

  /** Makes an exception with a text that says what happened and what to do. */
  public RegistryException(String message) {
    super(message);
  }

  /** Makes an exception with a text and its cause. */
  public RegistryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
