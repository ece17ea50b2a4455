package org.streamfanout.kcl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Position;

/**
 * One file to which several processes append what their targets took, in the order in which it took
 * effect. The operating system keeps it when a process is killed; a line that the kill has torn is
 * one that nobody was told of.
 */
final class ProofLog implements AutoCloseable {
  private static final String END = "$";

  private final FileChannel channel;

  ProofLog(Path file) {
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A source record's place, and which user record of it. */
  record Place(String shard, Position position) {}

  /** What a target took. */
  record Line(String target, String worker, Place place, String key, String data) {}

  /** Appends in one piece what a call has brought. */
  void append(String target, String worker, List<Message> messages) throws IOException {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) {
      for (FanoutRecord each : message.records()) {
        text.append('\n')
            .append(
                String.join(
                    "\t",
                    target,
                    worker,
                    Objects.requireNonNull(each.shard()),
                    each.sequenceNumber(),
                    String.valueOf(each.part()),
                    each.key(),
                    base64(each),
                    END));
      }
    }
    ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static String base64(FanoutRecord record) {
    return Base64.getEncoder().encodeToString(Objects.requireNonNull(record.data()).toByteArray());
  }

  /** Reads what is there, but for a line that is not whole. */
  static List<Line> read(Path file) {
    List<Line> lines = new ArrayList<>();
    if (!Files.exists(file)) {
      return lines;
    }
    try {
      for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
        String[] parts = line.split("\t", -1);
        if (parts.length == 8 && parts[7].equals(END)) {
          Position position = new Position(parts[3], Integer.parseInt(parts[4]));
          lines.add(
              new Line(parts[0], parts[1], new Place(parts[2], position), parts[5], parts[6]));
        }
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
