package org.streamfanout.spi;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Immutable bytes: a slice of an array, with value equality.
 *
 * <p>Slicing copies nothing, so a slice keeps its whole array reachable. Thread-safe as long as
 * nobody writes to an array that was handed to {@link #wrap(byte[])} or came from {@link #array()}.
 */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

  private final byte[] array;
  private final int offset;
  private final int length;

  private Bytes(byte[] array, int offset, int length) {
    this.array = array;
    this.offset = offset;
    this.length = length;
  }

  /** Returns a copy of these bytes. */
  public static Bytes copyOf(byte[] bytes) {
    return wrap(bytes.clone());
  }

  /** Returns these bytes without copying them; the caller gives up writing to the array. */
  public static Bytes wrap(byte[] bytes) {
    return new Bytes(bytes, 0, bytes.length);
  }

  /**
   * Returns a part of an array without copying it; the caller gives up writing to the array.
   *
   * @throws IndexOutOfBoundsException if the range is not within the array
   */
  public static Bytes wrap(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    return new Bytes(bytes, offset, length);
  }

  /** Returns the text's bytes in UTF-8. */
  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns the bytes that a base64 text (RFC 4648, section 4) stands for.
   *
   * @throws IllegalArgumentException if the text is not base64
   */
  public static Bytes fromBase64(String text) {
    return wrap(Base64.getDecoder().decode(text));
  }

  /** Returns how many bytes there are. */
  public int length() {
    return length;
  }

  /** Returns whether there are no bytes. */
  public boolean isEmpty() {
    return length == 0;
  }

  /**
   * Returns the byte at an index.
   *
   * @throws IndexOutOfBoundsException if the index is not within these bytes
   */
  public byte at(int index) {
    return array[offset + Objects.checkIndex(index, length)];
  }

  /**
   * Returns a part of these bytes, without a copy.
   *
   * @throws IndexOutOfBoundsException if the range is not within these bytes
   */
  public Bytes slice(int from, int count) {
    Objects.checkFromIndexSize(from, count, length);
    return new Bytes(array, offset + from, count);
  }

  /** Returns a copy as an array. */
  public byte[] toByteArray() {
    return Arrays.copyOfRange(array, offset, offset + length);
  }

  /**
   * Returns the array behind these bytes, for readers that take an array, an offset and a length.
   * It may be longer than the slice and must not be written to.
   */
  public byte[] array() {
    return array;
  }

  /** Returns where in {@link #array()} these bytes start. */
  public int offset() {
    return offset;
  }

  /** Returns a read-only view. */
  public ByteBuffer asByteBuffer() {
    return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
  }

  /** Copies these bytes into an array, from an index on. */
  public void copyTo(byte[] destination, int at) {
    System.arraycopy(array, offset, destination, at, length);
  }

  /** Writes these bytes to a stream. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(array, offset, length);
  }

  /** Returns the text that these bytes stand for in UTF-8; malformed input becomes U+FFFD. */
  public String utf8() {
    return new String(array, offset, length, StandardCharsets.UTF_8);
  }

  /** Returns these bytes as base64 (RFC 4648, section 4), with padding. */
  public String toBase64() {
    byte[] exact = offset == 0 && length == array.length ? array : toByteArray();
    return Base64.getEncoder().encodeToString(exact);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bytes that
        && Arrays.equals(
            array, offset, offset + length, that.array, that.offset, that.offset + that.length);
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int index = offset; index < offset + length; index++) {
      hash = 31 * hash + array[index];
    }
    return hash;
  }

  /** Returns the length only: bytes are payload, and payload belongs in no log. */
  @Override
  public String toString() {
    return "Bytes[" + length + "]";
  }
}
