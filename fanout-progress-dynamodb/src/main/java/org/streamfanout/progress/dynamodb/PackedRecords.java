package org.streamfanout.progress.dynamodb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.streamfanout.spi.RecordKey;
import org.streamfanout.spi.RecordProgress;

/**
 * The records of one item as bytes, exactly and in little space: in the order of their ids, each id
 * without the bytes that it begins with as the one before, deflated. A record of Kinesis takes some
 * ten bytes.
 *
 * <p>After a version byte the stream has for each record: shared bytes, length of the rest, the
 * rest, part + 1, and 0 if it is settled, 1 if it is done, its attempts + 1 otherwise, all as
 * variable-length numbers; its count comes first.
 */
final class PackedRecords {
  private static final int VERSION = 1;

  /** Beyond what an item of 400 KB holds, by far; less than a broken one could make of it. */
  private static final int MOST_BYTES = 128 << 20;

  /** As many records as one item may have, however well they pack. */
  static final int MOST_RECORDS = 500_000;

  private PackedRecords() {}

  /**
   * Packs records.
   *
   * @throws CharacterCodingException if an id is no Unicode text, and would be read as another
   */
  static byte[] pack(Map<RecordKey, RecordProgress> records) throws CharacterCodingException {
    List<Map.Entry<RecordKey, RecordProgress>> sorted = new ArrayList<>(records.entrySet());
    sorted.sort(
        Comparator.comparing((Map.Entry<RecordKey, RecordProgress> each) -> each.getKey().id())
            .thenComparing(each -> each.getKey().part()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(VERSION);
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes, deflater))) {
      writeNumber(out, sorted.size());
      byte[] before = new byte[0];
      for (Map.Entry<RecordKey, RecordProgress> each : sorted) {
        byte[] id = utf8(each.getKey().id());
        int mismatch = Arrays.mismatch(before, id);
        int shared = mismatch < 0 ? id.length : mismatch;
        writeNumber(out, shared);
        writeNumber(out, id.length - shared);
        out.write(id, shared, id.length - shared);
        writeNumber(out, each.getKey().part() + 1);
        writeNumber(out, code(each.getValue()));
        before = id;
      }
    } catch (CharacterCodingException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException("bytes in memory cannot be written", e);
    } finally {
      deflater.end();
    }
    return bytes.toByteArray();
  }

  private static int code(RecordProgress progress) {
    return progress.isDone() ? 1 : progress.isSettled() ? 0 : progress.attempts() + 1;
  }

  private static RecordProgress progress(int code) {
    return switch (code) {
      case 0 -> RecordProgress.SETTLED;
      case 1 -> RecordProgress.DONE;
      default -> RecordProgress.afterAttempts(code - 1);
    };
  }

  private static byte[] utf8(String id) throws CharacterCodingException {
    ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(id));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  /**
   * Reads what {@link #pack} wrote.
   *
   * @throws IOException if it is anything else
   */
  static Map<RecordKey, RecordProgress> unpack(byte[] bytes) throws IOException {
    if (bytes.length == 0 || bytes[0] != VERSION) {
      throw new IOException("the item is of another version, or broken");
    }
    Map<RecordKey, RecordProgress> records = new HashMap<>();
    Inflater inflater = new Inflater(true);
    try (DataInputStream in =
        new DataInputStream(
            new InflaterInputStream(
                new ByteArrayInputStream(bytes, 1, bytes.length - 1), inflater))) {
      int count = readNumber(in);
      if (count > MOST_RECORDS) {
        throw new IOException("the item is broken: it has " + count + " records");
      }
      long read = 0;
      byte[] id = new byte[0];
      for (int number = 0; number < count; number++) {
        int shared = readNumber(in);
        int rest = readNumber(in);
        read += (long) shared + rest;
        if (shared > id.length || rest > MOST_BYTES || read > MOST_BYTES) {
          throw new IOException("the item is broken, or larger than any");
        }
        byte[] next = Arrays.copyOf(id, shared + rest);
        in.readFully(next, shared, rest);
        int part = readNumber(in) - 1;
        int code = readNumber(in);
        records.put(new RecordKey(new String(next, StandardCharsets.UTF_8), part), progress(code));
        id = next;
      }
      if (in.read() >= 0) {
        throw new IOException("the item is broken: something follows its last record");
      }
    } finally {
      inflater.end();
    }
    return records;
  }

  private static void writeNumber(DataOutputStream out, int number) throws IOException {
    int rest = number;
    while ((rest & ~0x7f) != 0) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  private static int readNumber(DataInputStream in) throws IOException {
    int number = 0;
    for (int shift = 0; shift < 32; shift += 7) {
      int next = in.readUnsignedByte();
      number |= (next & 0x7f) << shift;
      if (next < 0x80) {
        if (number < 0) {
          break;
        }
        return number;
      }
    }
    throw new IOException("the item is broken: a number that is none");
  }
}
