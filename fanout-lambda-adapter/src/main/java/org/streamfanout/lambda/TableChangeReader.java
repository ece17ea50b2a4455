package org.streamfanout.lambda;

import org.streamfanout.spi.TableChange;

final class TableChangeReader {
  private TableChangeReader() {}

  static TableChange read(EventRecord event) {
    throw new EventSyntaxException("dynamodb");
  }

  static String key(TableChange change) {
    return change.keys().keySet().toString();
  }
}
