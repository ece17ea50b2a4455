package org.streamfanout.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;

/**
 * The letters that a replay has brought through, in a file: a line that names the target, then a
 * line for each letter, half of its SHA-256. By what letters say, not by where they are: a file may
 * grow, shrink or move meanwhile, and no other letter is passed over. Lines are on the disk before
 * the next letters are sent; a line that was cut off is none. For one thread; a file is one
 * process's at a time.
 */
final class ReplayJournal implements AutoCloseable {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern LINE = Pattern.compile("[0-9a-f]{32}");
  private static final int DIGEST_BYTES = 16;

  private final Set<String> letters;
  private final @Nullable FileChannel file;

  private ReplayJournal(Set<String> letters, @Nullable FileChannel file) {
    this.letters = letters;
    this.file = file;
  }

  /**
   * Opens a journal, made if it is not there.
   *
   * @throws UnusableException if it is another target's, in use, no journal, or cannot be read
   */
  static ReplayJournal open(Path path, String target) {
    try {
      FileChannel file =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        return open(path, target, file);
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw problem(path, "cannot be opened: " + e);
    }
  }

  private static ReplayJournal open(Path path, String target, FileChannel file) throws IOException {
    try {
      if (file.tryLock() == null) {
        throw problem(path, "is in use by another replay");
      }
    } catch (OverlappingFileLockException e) {
      throw problem(path, "is in use by another replay");
    }
    Set<String> letters = new HashSet<>();
    long whole = read(path, Files.readString(path, StandardCharsets.ISO_8859_1), target, letters);
    file.truncate(whole);
    file.position(whole);
    ReplayJournal journal = new ReplayJournal(letters, file);
    if (whole == 0) {
      journal.write(MAPPER.createObjectNode().put("replayOf", target) + "\n");
    }
    return journal;
  }

  /** Reads what is there, for a run that writes nothing. */
  static ReplayJournal readOnly(Path path, String target) {
    Set<String> letters = new HashSet<>();
    if (Files.exists(path)) {
      try {
        read(path, Files.readString(path, StandardCharsets.ISO_8859_1), target, letters);
      } catch (IOException e) {
        throw problem(path, "cannot be read: " + e);
      }
    }
    return new ReplayJournal(letters, null);
  }

  /** Returns the length of what is whole. */
  private static long read(Path path, String text, String target, Set<String> letters) {
    int whole = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', whole)) {
      String line = text.substring(whole, end);
      if (whole == 0) {
        checkHead(path, line, target);
      } else if (LINE.matcher(line).matches()) {
        letters.add(line);
      } else {
        throw problem(path, "is no state of a replay; name another file");
      }
      whole = end + 1;
    }
    return whole;
  }

  private static void checkHead(Path path, String line, String target) {
    String of;
    try {
      JsonNode head = MAPPER.readTree(line.getBytes(StandardCharsets.ISO_8859_1));
      of = head.path("replayOf").asText("");
    } catch (IOException e) {
      throw problem(path, "is no state of a replay; name another file");
    }
    if (!of.equals(target)) {
      throw problem(path, "is the state of a replay to target '" + of + "'; name another file");
    }
  }

  private static UnusableException problem(Path path, String what) {
    return UnusableException.underWay(List.of("state file '" + path + "' " + what));
  }

  /** Returns what stands for a letter. */
  static String lineOf(Bytes letter) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(letter.array(), letter.offset(), letter.length());
      return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns whether a letter has come through. */
  boolean has(String line) {
    return letters.contains(line);
  }

  /** Writes letters down, by what stands for them; they are on the disk when it returns. */
  void add(Collection<String> lines) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      if (letters.add(line)) {
        text.append(line).append('\n');
      }
    }
    try {
      write(text.toString());
    } catch (IOException e) {
      throw UnusableException.underWay(
          List.of(
              "the state file cannot be written ("
                  + e
                  + "); "
                  + lines.size()
                  + " letters were accepted and will be sent again"));
    }
  }

  private void write(String text) throws IOException {
    if (file == null) {
      throw new IllegalStateException("this state was opened to be read");
    }
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    file.force(false);
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw UnusableException.underWay(List.of("the state file cannot be closed: " + e));
      }
    }
  }
}
