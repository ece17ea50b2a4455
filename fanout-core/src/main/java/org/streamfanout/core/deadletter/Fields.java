package org.streamfanout.core.deadletter;

/** The names of a letter's fields. */
final class Fields {
  static final String VERSION = "deadLetterVersion";
  static final String SOURCE = "source";
  static final String SHARD = "shard";
  static final String TARGET = "target";
  static final String RECORD_ID = "recordId";
  static final String SEQUENCE_NUMBER = "sequenceNumber";
  static final String PART = "part";
  static final String KEY = "key";
  static final String KEY_BYTES = "keyBytes";
  static final String EXPLICIT_HASH_KEY = "explicitHashKey";
  static final String ARRIVED_AT = "arrivedAt";

  /** Only where the record's shard is not the batch's. */
  static final String RECORD_SHARD = "recordShard";

  static final String DATA = "data";
  static final String CHANGE = "change";
  static final String HEADERS = "headers";
  static final String HEADER_NAME = "name";
  static final String HEADER_VALUE = "value";
  static final String ENVELOPE = "envelope";
  static final String MADE_OF = "madeOf";
  static final String STAGE = "stage";
  static final String FAILURE_KIND = "failureKind";
  static final String FAILURE_CODE = "failureCode";
  static final String FAILURE_DETAIL = "failureDetail";
  static final String ATTEMPTS = "attempts";
  static final String FIRST_ATTEMPT_AT = "firstAttemptAt";
  static final String LAST_ATTEMPT_AT = "lastAttemptAt";

  private Fields() {}
}
