package org.streamfanout.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Sees the I/O and the thread starts of one thread, with the JDK's Flight Recorder. What loads
 * classes and their resources does not count. Before JDK 24 the recorder sees what passes through a
 * socket, not that it was opened.
 */
final class IoWatch {
  private static final Set<String> ACTIVITIES =
      Set.of(
          "jdk.SocketRead",
          "jdk.SocketWrite",
          "jdk.SocketConnect",
          "jdk.FileRead",
          "jdk.FileWrite",
          "jdk.ThreadStart");
  private static final List<String> LOADERS =
      List.of("java.lang.ClassLoader", "java.util.ServiceLoader", "jdk.internal.loader.");

  private IoWatch() {}

  /** Runs something on this thread and returns what it did beyond computing, a line for each. */
  static List<String> during(Runnable action) {
    try (Recording recording = new Recording()) {
      for (String activity : ACTIVITIES) {
        recording.enable(activity).withoutThreshold().withStackTrace();
      }
      recording.start();
      action.run();
      recording.stop();
      return read(recording, Thread.currentThread().getName());
    }
  }

  private static List<String> read(Recording recording, String thread) {
    List<String> seen = new ArrayList<>();
    try {
      Path file = Files.createTempFile("io-watch", ".jfr");
      try {
        recording.dump(file);
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
          if (isOf(event, thread) && !isLoading(event)) {
            seen.add(line(event));
          }
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException error) {
      throw new UncheckedIOException("the recording cannot be read", error);
    }
    return seen;
  }

  private static boolean isOf(RecordedEvent event, String thread) {
    RecordedThread by =
        event.getEventType().getName().equals("jdk.ThreadStart")
            ? event.getValue("parentThread")
            : event.getThread();
    return by != null && thread.equals(by.getJavaName());
  }

  private static boolean isLoading(RecordedEvent event) {
    return event.getStackTrace() != null
        && event.getStackTrace().getFrames().stream()
            .filter(RecordedFrame::isJavaFrame)
            .map(frame -> frame.getMethod().getType().getName())
            .anyMatch(type -> LOADERS.stream().anyMatch(type::startsWith));
  }

  private static String line(RecordedEvent event) {
    StringBuilder line = new StringBuilder(event.getEventType().getName());
    for (String field : List.of("path", "host", "address", "port")) {
      if (event.hasField(field)) {
        line.append(' ').append(field).append('=').append(event.<Object>getValue(field));
      }
    }
    if (event.getStackTrace() != null) {
      event.getStackTrace().getFrames().stream()
          .filter(RecordedFrame::isJavaFrame)
          .limit(12)
          .forEach(
              frame ->
                  line.append("\n    at ")
                      .append(frame.getMethod().getType().getName())
                      .append('.')
                      .append(frame.getMethod().getName()));
    }
    return line.toString();
  }
}
