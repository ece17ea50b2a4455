package org.streamfanout.provider.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.streamfanout.spi.Bytes;

/** Reads what both types write in the format {@code json}. */
final class WrittenLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private WrittenLines() {}

  /** Returns the data of each line; empty for a tombstone's. */
  static List<Bytes> data(String lines) throws IOException {
    List<Bytes> data = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      JsonNode written = JSON.readTree(line).get("data");
      data.add(written.isNull() ? Bytes.EMPTY : Bytes.wrap(written.binaryValue()));
    }
    return data;
  }
}
