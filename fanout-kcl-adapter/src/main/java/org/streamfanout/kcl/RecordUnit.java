package org.streamfanout.kcl;

import org.streamfanout.spi.Position;

/** What a checkpoint counts. */
enum RecordUnit {
  /** Source records as they are: KCL does not decode. */
  SOURCE_RECORD {
    @Override
    long subSequenceNumber(Position position) {
      return AFTER_ALL_PARTS;
    }
  },
  /** User records: KCL has taken aggregates apart. */
  USER_RECORD {
    @Override
    long subSequenceNumber(Position position) {
      return position.subSequenceNumber();
    }
  };

  /**
   * Where a source record that is settled as a whole ends. KCL passes over each record that is not
   * behind its checkpoint; with this number, one that KCL's own decoding left half done is read
   * again, and one that is done here is done for KCL's decoding, too.
   */
  static final long AFTER_ALL_PARTS = Long.MAX_VALUE;

  /** Returns KCL's number within the source record, for a checkpoint that includes the position. */
  abstract long subSequenceNumber(Position position);
}
