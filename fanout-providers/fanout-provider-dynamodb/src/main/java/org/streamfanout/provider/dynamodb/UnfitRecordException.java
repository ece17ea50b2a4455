package org.streamfanout.provider.dynamodb;

import org.streamfanout.spi.Failure;

/** A record that no item can be made of, and why. Never leaves this package. */
final class UnfitRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  /**
   * Says why; never with payload.
   *
   * @param code short and stable
   * @param detail for people
   */
  UnfitRecordException(String code, String detail) {
    super(detail, null, false, false);
    this.failure = Failure.rejected(code, detail);
  }

  Failure failure() {
    return failure;
  }
}
