package org.streamfanout.core.internal.pipeline;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

/**
 * The ids of messages: SHA-256 over source, target and the place of every record carried.
 * Thread-safe.
 *
 * <p>Every record counts, not the first alone: a retry that packs more records under the same first
 * one would otherwise be taken for a duplicate by a FIFO destination, and what it added be lost. An
 * output of a batch transform carries what it came from, and its ordinal, in its own id.
 */
public final class MessageIds {
  private final String source;
  private final String target;

  /** Makes the ids of one source and target. */
  public MessageIds(Source source, String targetId) {
    this.source = source.id();
    this.target = targetId;
  }

  /** Returns 64 hexadecimal digits. */
  public String of(List<FanoutRecord> records) {
    MessageDigest digest = sha256();
    update(digest, source);
    update(digest, target);
    for (FanoutRecord record : records) {
      updatePlace(digest, record);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Takes in which record it is. */
  static void updatePlace(MessageDigest digest, FanoutRecord record) {
    update(digest, record.id());
    updateInt(digest, record.part());
  }

  /** Returns the 32 bytes of a body's SHA-256. */
  public static byte[] digest(Bytes body) {
    MessageDigest digest = sha256();
    digest.update(body.array(), body.offset(), body.length());
    return digest.digest();
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The length goes first, so that no two lists of texts read the same. */
  private static void update(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    updateInt(digest, bytes.length);
    digest.update(bytes);
  }

  static void updateInt(MessageDigest digest, int value) {
    digest.update((byte) (value >>> 24));
    digest.update((byte) (value >>> 16));
    digest.update((byte) (value >>> 8));
    digest.update((byte) value);
  }
}
