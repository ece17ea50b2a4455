package org.streamfanout.lambda;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Base64 (RFC 4648, section 4, padded) straight from the bytes of an event. Thread-safe.
 *
 * <p>Two characters are looked up at once: the table has 128 KiB, of which valid text touches 64
 * short stretches.
 */
final class EventBase64 {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Twelve bits for two characters, the first in the low byte; negative outside the alphabet. */
  private static final short[] PAIRS = pairs();

  private EventBase64() {}

  private static short[] pairs() {
    short[] pairs = new short[1 << 16];
    Arrays.fill(pairs, (short) -1);
    for (int first = 0; first < ALPHABET.length(); first++) {
      for (int second = 0; second < ALPHABET.length(); second++) {
        pairs[ALPHABET.charAt(first) | ALPHABET.charAt(second) << 8] =
            (short) (first << 6 | second);
      }
    }
    return pairs;
  }

  /** Decodes a part of an array; null if it is not padded base64. */
  static byte @Nullable [] decode(byte[] text, int offset, int length) {
    if (length == 0) {
      return new byte[0];
    }
    if ((length & 3) != 0) {
      return null;
    }
    int last = offset + length - 4;
    int padding = text[last + 3] != '=' ? 0 : text[last + 2] != '=' ? 1 : 2;
    byte[] decoded = new byte[length / 4 * 3 - padding];
    int from = offset;
    int to = 0;
    int wrong = 0;
    // Writes eight bytes of which six count, so it stops while the other two still have a place.
    for (int stop = decoded.length - 8; to <= stop; from += 8, to += 6) {
      long eight = (long) LITTLE.get(text, from);
      int first = PAIRS[(int) eight & 0xffff];
      int second = PAIRS[(int) (eight >>> 16) & 0xffff];
      int third = PAIRS[(int) (eight >>> 32) & 0xffff];
      int fourth = PAIRS[(int) (eight >>> 48)];
      wrong |= first | second | third | fourth;
      BIG.set(
          decoded,
          to,
          (long) first << 52 | (long) second << 40 | (long) third << 28 | (long) fourth << 16);
    }
    for (; from < last; from += 4, to += 3) {
      int group = group(text[from], text[from + 1], text[from + 2], text[from + 3]);
      wrong |= group;
      decoded[to] = (byte) (group >> 16);
      decoded[to + 1] = (byte) (group >> 8);
      decoded[to + 2] = (byte) group;
    }
    int group =
        group(
            text[last],
            text[last + 1],
            padding == 2 ? (byte) 'A' : text[last + 2],
            padding >= 1 ? (byte) 'A' : text[last + 3]);
    if ((wrong | group) < 0) {
      return null;
    }
    for (int shift = 16; to < decoded.length; shift -= 8, to++) {
      decoded[to] = (byte) (group >> shift);
    }
    return decoded;
  }

  private static int group(byte first, byte second, byte third, byte fourth) {
    return PAIRS[first & 0xff | (second & 0xff) << 8] << 12
        | PAIRS[third & 0xff | (fourth & 0xff) << 8];
  }
}
