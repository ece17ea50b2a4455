package org.streamfanout.spi;

import java.util.Arrays;
import java.util.Optional;

/** How consecutive records become one message. */
public enum Collapse {
  /** One message per record. */
  NONE("none"),
  /** <code>{"Records":[...]}</code> of records that are JSON themselves. */
  JSON("JSON"),
  /** The records' bytes, one after the other. */
  CONCAT("concat"),
  /** Base64 of that concatenation. */
  CONCAT_B64("concat-b64");

  private final String column;

  Collapse(String column) {
    this.column = column;
  }

  /** Returns the value as the targets table writes it. */
  public String column() {
    return column;
  }

  /** Returns the mode of a column's value, in any case, or nothing if there is none such. */
  public static Optional<Collapse> ofColumn(String value) {
    return Arrays.stream(values()).filter(mode -> mode.column.equalsIgnoreCase(value)).findFirst();
  }
}
