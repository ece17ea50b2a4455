package org.streamfanout.testkit;

/** What can be wrong with a destination as a whole, for {@link TargetProviderKit}. */
public enum Trouble {
  /** It asks to slow down; nothing takes effect. */
  THROTTLED,
  /** It answers with an error of its own, such as a status of 500; nothing takes effect. */
  SERVER_ERROR,
  /** It says that the credentials are too old; nothing takes effect. */
  EXPIRED_CREDENTIALS,
  /** It says that the caller may not do this; nothing takes effect. */
  DENIED,
  /** It says that there is no such queue, table, index or topic; nothing takes effect. */
  MISSING,
  /** The connection is reset before anything takes effect. */
  RESET,
  /** Everything takes effect, then the connection is reset instead of an answer. */
  APPLIED_THEN_RESET,
  /** Nobody listens at its port. */
  REFUSED,
  /** The connection is open, and no answer comes. */
  HANG
}
