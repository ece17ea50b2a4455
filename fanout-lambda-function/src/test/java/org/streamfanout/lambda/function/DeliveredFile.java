package org.streamfanout.lambda.function;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a target of type {@code file} was given. */
final class DeliveredFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private DeliveredFile() {}

  /** Returns the data of each line as text, {@code null} for a tombstone's. */
  static List<String> texts(Path file) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode data = JSON.readTree(line).get("data");
      texts.add(data.isNull() ? "null" : new String(data.binaryValue(), StandardCharsets.UTF_8));
    }
    return texts;
  }
}
