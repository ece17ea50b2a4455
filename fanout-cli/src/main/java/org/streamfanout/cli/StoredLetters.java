package org.streamfanout.cli;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;

/**
 * Letters in files or objects, a line each, as the targets {@code file} and {@code s3} write them;
 * names ending in {@code .gz} and {@code .zst} are compressed.
 */
final class StoredLetters implements LetterSource {
  private static final int AT_ONCE = 100;

  /** What one call returns, at most, but for one letter: letters of megabytes come one by one. */
  private static final int BYTES_AT_ONCE = 4 * 1024 * 1024;

  private final Iterator<Stored> all;
  private final ReplayJournal journal;
  private final DoubleSupplier progress;
  private final Runnable release;
  private @Nullable InputStream open;
  private String name = "";
  private long line;
  private long passedOver;

  /** A file or object. */
  interface Stored {
    /** Returns its name, for people. */
    String name();

    /** Starts to read it, byte by byte if need be. */
    InputStream open() throws IOException;
  }

  /**
   * Makes a source.
   *
   * @param all what to read, in order
   * @param journal of the letters that came through; closed with this
   * @param progress how much was read, from 0 to 1; NaN if nobody knows
   * @param release is run at the end
   */
  StoredLetters(
      Iterator<Stored> all, ReplayJournal journal, DoubleSupplier progress, Runnable release) {
    this.all = all;
    this.journal = journal;
    this.progress = progress;
    this.release = release;
  }

  @Override
  public List<Found> next(boolean mayWait, int atMost) {
    List<Found> found = new ArrayList<>();
    long bytes = 0;
    try {
      while (found.size() < Math.min(AT_ONCE, atMost) && bytes < BYTES_AT_ONCE) {
        Bytes read = readLine();
        if (read == null) {
          if (!openNext()) {
            break;
          }
          continue;
        }
        line++;
        for (Bytes letter : LetterText.lettersIn(read)) {
          String digest = ReplayJournal.lineOf(letter);
          if (journal.has(digest)) {
            passedOver++;
          } else {
            found.add(new Found(name + " line " + line, letter, digest));
            bytes += letter.length();
          }
        }
      }
    } catch (IOException e) {
      throw UnusableException.underWay(List.of("'" + name + "' cannot be read: " + e));
    }
    return found;
  }

  private boolean openNext() throws IOException {
    closeOpen();
    if (!all.hasNext()) {
      return false;
    }
    Stored next = all.next();
    name = next.name();
    line = 0;
    InputStream raw = next.open();
    try {
      if (name.endsWith(".gz")) {
        open = new BufferedInputStream(new GZIPInputStream(raw), 1 << 16);
      } else if (name.endsWith(".zst")) {
        open = new BufferedInputStream(new ZstdInputStream(raw), 1 << 16);
      } else {
        open = raw;
      }
    } catch (IOException e) {
      raw.close();
      throw e;
    }
    return true;
  }

  /** Returns a line that is not blank, without its end; null at the end of what is open. */
  private @Nullable Bytes readLine() throws IOException {
    InputStream in = open;
    if (in == null) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        if (!isBlank(bytes)) {
          return Bytes.wrap(bytes.toByteArray());
        }
        line++;
        bytes.reset();
      } else {
        bytes.write(next);
        if (bytes.size() > LetterText.MAX_LINE) {
          throw new IOException(
              "line "
                  + (line + 1)
                  + " has more than "
                  + LetterText.MAX_LINE
                  + " bytes; letters have "
                  + DeadLetter.MAX_BYTES
                  + " at most");
        }
      }
    }
    return isBlank(bytes) ? null : Bytes.wrap(bytes.toByteArray());
  }

  private static boolean isBlank(ByteArrayOutputStream bytes) {
    return bytes.size() < 2 && bytes.toString(StandardCharsets.UTF_8).isBlank();
  }

  private void closeOpen() throws IOException {
    InputStream in = open;
    open = null;
    if (in != null) {
      in.close();
    }
  }

  @Override
  public void settle(List<Found> accepted) {
    journal.add(accepted.stream().map(each -> (String) each.handle()).toList());
  }

  @Override
  public void leave(Found letter) {
    // It is where it was.
  }

  @Override
  public long passedOver() {
    return passedOver;
  }

  @Override
  public long unseen() {
    return 0;
  }

  @Override
  public double progress() {
    return progress.getAsDouble();
  }

  @Override
  public void close() {
    try {
      closeOpen();
    } catch (IOException e) {
      throw UnusableException.underWay(List.of("'" + name + "' cannot be closed: " + e));
    } finally {
      try {
        journal.close();
      } finally {
        release.run();
      }
    }
  }
}
