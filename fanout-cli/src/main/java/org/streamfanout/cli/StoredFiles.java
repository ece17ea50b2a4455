package org.streamfanout.cli;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A file with letters, or all files of a directory, in the order of their names. */
final class StoredFiles {
  /** What the state of a replay is called, unless the operator calls it otherwise. */
  static final String STATE_SUFFIX = ".replayed";

  private final List<Path> files;
  private final long total;
  private long read;

  private StoredFiles(List<Path> files, long total) {
    this.files = files;
    this.total = total;
  }

  /**
   * Looks for files.
   *
   * @throws UnusableException if there are none, or they cannot be looked for
   */
  static StoredFiles at(Path place) {
    List<Path> files = new ArrayList<>();
    long total = 0;
    try {
      if (Files.isDirectory(place)) {
        try (Stream<Path> all = Files.walk(place)) {
          all.filter(Files::isRegularFile)
              .filter(each -> !each.toString().endsWith(STATE_SUFFIX))
              .sorted()
              .forEach(files::add);
        }
      } else if (Files.isRegularFile(place)) {
        files.add(place);
      }
      for (Path file : files) {
        total += Files.size(file);
      }
    } catch (IOException e) {
      throw UnusableException.beforeSending(List.of("--from '" + place + "' cannot be read: " + e));
    }
    if (files.isEmpty()) {
      throw UnusableException.beforeSending(
          List.of("--from '" + place + "' is no file, and no directory with files"));
    }
    return new StoredFiles(files, total);
  }

  /** Returns where the state of a replay is if the operator does not say. */
  static Path state(Path place, String target) {
    String suffix = "." + target.replaceAll("[^A-Za-z0-9_-]", "_") + STATE_SUFFIX;
    return Files.isDirectory(place)
        ? place.resolve("replay" + suffix)
        : place.resolveSibling(place.getFileName() + suffix);
  }

  LetterSource letters(ReplayJournal journal) {
    return new StoredLetters(
        files.stream().map(this::stored).iterator(),
        journal,
        () -> total == 0 ? 1 : Math.min(1, (double) read / total),
        () -> {});
  }

  private StoredLetters.Stored stored(Path file) {
    return new StoredLetters.Stored() {
      @Override
      public String name() {
        return file.toString();
      }

      @Override
      public InputStream open() throws IOException {
        return new Counted(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
      }
    };
  }

  /** Counts what was taken, not what was read ahead. */
  private final class Counted extends FilterInputStream {
    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      read += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      read += Math.max(0, count);
      return count;
    }
  }
}
