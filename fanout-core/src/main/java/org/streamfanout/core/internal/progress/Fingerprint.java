package org.streamfanout.core.internal.progress;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;

/**
 * What of a target's row makes "settled" true: all of it but for the columns that only say how it
 * is delivered, so that a column nobody thought of costs a repetition, and never a record.
 */
final class Fingerprint {
  /** Columns by which a record that was settled stays so. */
  private static final Set<String> DELIVERY =
      Set.of(
          "active",
          "onFailure",
          "deadLetter",
          "maxAttempts",
          "maxRecordAge",
          "retryBudget",
          "onOpen",
          "maxRecordsPerSecond",
          "maxBytesPerSecond",
          "maxInFlight",
          "maxMessages",
          "maxBatchBytes",
          "maxMessageBytes");

  /** The operator's settings that say where a destination without its own is. */
  private static final List<String> SETTINGS =
      List.of(ProviderContext.REGION, ProviderContext.ENDPOINT_URL);

  private Fingerprint() {}

  /** Returns 64 hexadecimal digits. */
  static String of(TargetConfig target, ProviderContext context) {
    MessageDigest digest = sha256();
    Map<String, Object> row = new TreeMap<>(target.toRow());
    row.keySet().removeAll(target.unknownColumns().keySet());
    row.keySet().removeAll(DELIVERY);
    row.forEach(
        (column, value) -> {
          update(digest, column);
          if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((name, option) -> sorted.put(name.toString(), String.valueOf(option)));
            update(digest, Integer.toString(sorted.size()));
            sorted.forEach(
                (name, option) -> {
                  update(digest, name);
                  update(digest, option);
                });
          } else {
            update(digest, String.valueOf(value));
          }
        });
    SETTINGS.forEach(name -> update(digest, context.setting(name)));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The length goes first, so that no two lists of texts read the same. */
  private static void update(MessageDigest digest, @Nullable String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    int length = text == null ? -1 : bytes.length;
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.update((byte) (length >>> shift));
    }
    digest.update(bytes);
  }
}
