package org.streamfanout.fuzz;

import java.nio.charset.StandardCharsets;

/** Takes an input apart line by line, so that the files of the corpus can be read and written. */
final class Lines {
  private String left;

  Lines(byte[] input) {
    this.left = new String(input, StandardCharsets.UTF_8);
  }

  /** Returns the next line without its end; empty if there is none. */
  String next() {
    int end = left.indexOf('\n');
    String line = end < 0 ? left : left.substring(0, end);
    left = end < 0 ? "" : left.substring(end + 1);
    return line;
  }

  /** Returns all that is left. */
  String rest() {
    return left;
  }
}
