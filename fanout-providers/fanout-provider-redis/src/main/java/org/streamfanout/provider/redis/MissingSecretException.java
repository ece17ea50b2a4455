package org.streamfanout.provider.redis;

/** The secret that a row names is not set any more. */
final class MissingSecretException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MissingSecretException(String name) {
    super("secret '" + name + "' is not set");
  }
}
