package org.streamfanout.core.dynamodb;

import org.streamfanout.spi.FanoutException;

/**
 * A DynamoDB attribute value is not what it claims to be. Its text never holds the value, so it can
 * go into a log or a rejection.
 */
public final class DynamoDbFormatException extends FanoutException {
  private static final long serialVersionUID = 1L;

  DynamoDbFormatException(String message) {
    super(message);
  }

  DynamoDbFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
