package org.streamfanout.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.FanoutException;

/**
 * One value of {@code --event}.
 *
 * @param name what was written; {@code -} is standard input
 */
record EventInput(String name) {
  private static final String STANDARD_INPUT = "-";

  /** One event, parsed, and where it came from. */
  record Event(String place, List<SourceBatch> batches) {}

  /** Takes events; may be interrupted. */
  interface EventConsumer {
    void accept(Event event) throws InterruptedException;
  }

  boolean isStandardInput() {
    return name.equals(STANDARD_INPUT);
  }

  /**
   * Returns whether it can be read twice, or will fail the first time; not so standard input and
   * pipes.
   */
  boolean isRereadable() {
    return !isStandardInput()
        && (Files.isRegularFile(path()) || Files.isDirectory(path()) || !Files.exists(path()));
  }

  private Path path() {
    return Path.of(name);
  }

  /**
   * Reads every event, in order.
   *
   * @throws UnusableException if the input cannot be read, or one of its events cannot be parsed
   */
  void forEach(InputStream standardInput, EventConsumer consumer) throws InterruptedException {
    try (EventReader reader = open(standardInput)) {
      byte[] json = reader.next();
      if (json == null) {
        throw UnusableException.underWay(List.of(label() + " holds no event"));
      }
      while (json != null) {
        consumer.accept(new Event(reader.place(), parse(json, reader.place())));
        json = reader.next();
      }
    } catch (IOException e) {
      throw UnusableException.underWay(List.of(label() + " cannot be read: " + e));
    }
  }

  private EventReader open(InputStream standardInput) throws IOException {
    return new EventReader(
        isStandardInput() ? standardInput : Files.newInputStream(path()), label());
  }

  private String label() {
    return isStandardInput() ? "standard input" : "event file '" + name + "'";
  }

  private static List<SourceBatch> parse(byte[] json, String place) {
    try {
      return new ArrayList<>(LambdaEvents.parse(json));
    } catch (FanoutException e) {
      throw UnusableException.underWay(List.of(place + ": " + e.getMessage()));
    }
  }
}
