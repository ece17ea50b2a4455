package org.streamfanout.core.deadletter;

import org.streamfanout.spi.FanoutException;

/**
 * Something is no dead letter, or one of a version that is not known here. Its text never holds
 * what was read, but for the version, so it can go into a log.
 */
public final class DeadLetterFormatException extends FanoutException {
  private static final long serialVersionUID = 1L;

  DeadLetterFormatException(String message) {
    super(message);
  }
}
