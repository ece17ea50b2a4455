package org.streamfanout.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.lambda.LambdaEvents;

/**
 * Cuts a stream of bytes into JSON objects, one after the other, with white space between them: one
 * event, or one per line. Holds one event at a time. Not thread-safe.
 *
 * <p>Only finds where an object ends; whether it is sound JSON is for the event parser to say.
 */
final class EventReader implements AutoCloseable {
  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  private final InputStream in;
  private final String name;
  private int number;

  EventReader(InputStream in, String name) {
    this.in = new BufferedInputStream(in, 1 << 16);
    this.name = name;
  }

  /** Returns where the last event came from, for texts. */
  String place() {
    return name + ", event " + number;
  }

  /**
   * Returns the next event's bytes; null at the end.
   *
   * @throws UnusableException if there is something else than an object, or half of one
   */
  byte @Nullable [] next() throws IOException {
    int first = firstByte();
    if (first < 0) {
      return null;
    }
    number++;
    if (first != '{') {
      throw broken("does not start with '{'");
    }
    ByteArrayOutputStream event = new ByteArrayOutputStream(1 << 12);
    event.write(first);
    int depth = 1;
    boolean text = false;
    boolean escaped = false;
    while (depth > 0) {
      int next = in.read();
      if (next < 0) {
        throw broken("ends before its last '}'");
      }
      event.write(next);
      if (event.size() > LambdaEvents.MAX_EVENT_BYTES) {
        throw broken("is larger than " + LambdaEvents.MAX_EVENT_BYTES + " bytes");
      }
      if (escaped) {
        escaped = false;
      } else if (text) {
        escaped = next == '\\';
        text = next != '"';
      } else {
        text = next == '"';
        depth += next == '{' ? 1 : next == '}' ? -1 : 0;
      }
    }
    return event.toByteArray();
  }

  private int firstByte() throws IOException {
    int next = in.read();
    if (number == 0 && next == BYTE_ORDER_MARK[0]) {
      if (in.read() != BYTE_ORDER_MARK[1] || in.read() != BYTE_ORDER_MARK[2]) {
        number++;
        throw broken("does not start with '{'");
      }
      next = in.read();
    }
    while (next == ' ' || next == '\n' || next == '\r' || next == '\t') {
      next = in.read();
    }
    return next;
  }

  private UnusableException broken(String problem) {
    return UnusableException.underWay(List.of(place() + " " + problem));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
