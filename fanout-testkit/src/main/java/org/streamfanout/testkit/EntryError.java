package org.streamfanout.testkit;

import java.util.Objects;

/**
 * What a batch call says about an entry that failed.
 *
 * @param code the service's code
 * @param message its text
 * @param senderFault whether the entry itself is to blame, so that sending it again is no use;
 *     written by SQS and SNS only
 */
public record EntryError(String code, String message, boolean senderFault) {

  /** Checks that nothing is null. */
  public EntryError {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }

  /** Returns an error that is the service's fault. */
  public static EntryError of(String code, String message) {
    return new EntryError(code, message, false);
  }

  /** Returns an error that is the entry's fault. */
  public static EntryError bySender(String code, String message) {
    return new EntryError(code, message, true);
  }
}
