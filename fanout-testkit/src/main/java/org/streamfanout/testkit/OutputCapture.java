package org.streamfanout.testkit;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What the process prints while it is open, which still is printed; logs on a console, too. */
final class OutputCapture implements AutoCloseable {
  private final PrintStream out = System.out;
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  OutputCapture() {
    System.setOut(tee(out));
    System.setErr(tee(err));
  }

  private PrintStream tee(PrintStream original) {
    OutputStream both =
        new OutputStream() {
          @Override
          public void write(int value) {
            original.write(value);
            kept.write(value);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            original.write(bytes, offset, length);
            kept.write(bytes, offset, length);
          }
        };
    return new PrintStream(both, true, StandardCharsets.UTF_8);
  }

  String text() {
    return kept.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    System.setOut(out);
    System.setErr(err);
  }
}
