package org.streamfanout.aws;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Stands in for keys that a destination does not take. Stateless. */
public final class KeyDigest {
  private KeyDigest() {}

  /**
   * Returns a key's SHA-256 in 64 hexadecimal digits, so that equal keys stay equal and different
   * ones different.
   */
  public static String of(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
