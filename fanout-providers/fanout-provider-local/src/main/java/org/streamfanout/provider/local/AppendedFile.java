package org.streamfanout.provider.local;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;

/**
 * A file that several targets append to, a call at a time. Thread-safe; opened for each call, so
 * that a file that was moved away or removed is made anew.
 */
final class AppendedFile {
  private final Path path;
  private final Writing writing;
  private final ReentrantLock lock = new ReentrantLock();

  AppendedFile(Path path) {
    this(path, FileOutputStream::write);
  }

  /** For tests, which cannot fill a disk: with another way to write. */
  AppendedFile(Path path, Writing writing) {
    this.path = path;
    this.writing = writing;
  }

  /** Writes bytes at the end of an open file. */
  @FunctionalInterface
  interface Writing {
    void write(FileOutputStream out, byte[] bytes) throws IOException;
  }

  Path path() {
    return path;
  }

  /**
   * Appends bytes, all of them or none.
   *
   * @param asLines whether to end a line that somebody left unfinished first
   * @return why they were not appended; null if they were
   */
  @Nullable Failure append(byte[] bytes, boolean asLines, Deadline deadline)
      throws IOException, InterruptedException {
    if (!lock.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
      return busy();
    }
    try {
      Failure problem = problem();
      return problem != null ? problem : appendLocked(bytes, asLines);
    } finally {
      lock.unlock();
    }
  }

  /** Returns why nothing can be written here; null if there is no reason known. */
  @Nullable Failure problem() {
    Path directory = path.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      return Failure.fatal("NoDirectory", "directory " + directory + " does not exist; make it");
    }
    if (!Files.exists(path)) {
      return Files.isWritable(directory)
          ? null
          : Failure.fatal("NotWritable", "no file can be made in " + directory + "; allow it");
    }
    if (!Files.isRegularFile(path)) {
      return Failure.fatal("NotAFile", path + " is not a regular file; name another");
    }
    return Files.isWritable(path)
        ? null
        : Failure.fatal("NotWritable", path + " must not be written to; allow it");
  }

  private static Failure busy() {
    return Failure.throttled("FileBusy", "the file is being written to by somebody else");
  }

  private @Nullable Failure appendLocked(byte[] bytes, boolean asLines) throws IOException {
    // Streams, not channels: an interrupt would close a channel with half of the bytes written.
    try (FileOutputStream out = new FileOutputStream(path.toFile(), true);
        FileLock others = lockOut(out)) {
      if (others == null) {
        return busy();
      }
      long size = Files.size(path);
      try {
        if (asLines && endsWithinALine(size)) {
          out.write('\n');
        }
        writing.write(out, bytes);
        return null;
      } catch (IOException e) {
        cutBackTo(size, e);
        throw e;
      }
    }
  }

  /** Keeps other processes out; null if one is in. */
  private static @Nullable FileLock lockOut(FileOutputStream out) throws IOException {
    try {
      return out.getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private boolean endsWithinALine(long size) throws IOException {
    if (size == 0) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(size - 1);
      return file.read() != '\n';
    }
  }

  /** Removes what a failed write has left. If that fails too, the next call ends the torn line. */
  private void cutBackTo(long size, IOException cause) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
