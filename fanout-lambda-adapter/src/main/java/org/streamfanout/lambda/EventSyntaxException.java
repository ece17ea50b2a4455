package org.streamfanout.lambda;

/** A part of an event cannot be read; {@link LambdaEvents} adds which record it is in. */
final class EventSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EventSyntaxException(String message) {
    super(message);
  }

  EventSyntaxException(String message, Throwable cause) {
    super(message, cause);
  }
}
