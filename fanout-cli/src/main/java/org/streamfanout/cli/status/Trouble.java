package org.streamfanout.cli.status;

/** What somebody should look at; the names are those of the document. Worst first. */
public enum Trouble {
  /** A worker's books do not add up: the engine is wrong. */
  BOOKS_DIFFER,
  /** Records were gone from the source before a worker read them. */
  RECORDS_LOST,
  /** A worker does not answer. */
  NO_ANSWER,
  /** A worker answers, and does not do its work. */
  NOT_READY,
  /** What a target holds has used up half of the time that its source keeps it, or more. */
  RETENTION,
  /** A target holds records. */
  HELD,
  /** A target's breaker is open, or tries whether the target is back. */
  BREAKER_OPEN,
  /** An active row cannot be used as it is. */
  INVALID,
  /** The targets of a source cannot be read, or there are none. */
  TARGETS_UNKNOWN,
  /** The targets of a source cannot be read again; a copy is used. */
  TARGETS_STALE,
  /** The targets table cannot be read. */
  TABLE_UNREADABLE
}
