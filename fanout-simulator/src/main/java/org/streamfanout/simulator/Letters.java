package org.streamfanout.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;

/** Reads what arrives: joined bodies, and the envelopes of dead letters. */
final class Letters {
  private final ObjectMapper json = new ObjectMapper();

  /** What a dead letter says. */
  record Letter(
      String target, String recordId, String key, String sequenceNumber, Bytes data, String code) {
    boolean isOf(Item item) {
      return key.equals(item.key())
          && sequenceNumber.equals(item.record().sequenceNumber())
          && data.equals(item.data());
    }
  }

  /** Returns what a dead letter says; null if it is none. */
  @Nullable Letter read(Message message) {
    try {
      JsonNode node = json.readTree(message.body().toByteArray());
      return new Letter(
          node.path("target").asText(),
          node.path("recordId").asText(),
          node.path("key").asText(),
          node.path("sequenceNumber").asText(),
          Bytes.fromBase64(node.path("data").asText()),
          node.path("failureCode").asText());
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }

  /** Returns whether a message is these records, one behind the other, under the first's key. */
  static boolean isJoined(Message message, List<Item> items) {
    byte[] body = message.body().toByteArray();
    int at = 0;
    for (Item item : items) {
      byte[] data = item.data().toByteArray();
      if (at + data.length > body.length
          || !Arrays.equals(body, at, at + data.length, data, 0, data.length)) {
        return false;
      }
      at += data.length;
    }
    for (int index = 1; index < items.size(); index++) {
      if (!items.get(index).before().contains(items.get(index - 1))) {
        return false;
      }
    }
    return at == body.length && message.key().equals(items.get(0).key());
  }
}
