package org.streamfanout.core.internal.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;

/** The collapsers of every mode. Stateless and thread-safe, as they are. */
public final class Collapsers {
  private Collapsers() {}

  /** Returns the collapser of a mode for bodies of a format. */
  public static Collapser of(Collapse collapse, Capabilities.BodyFormat format) {
    boolean text = format == Capabilities.BodyFormat.TEXT;
    return switch (collapse) {
      case NONE -> new NoCollapser(text);
      case JSON -> new JsonCollapser(text);
      case CONCAT -> new ConcatCollapser(text, false);
      case CONCAT_B64 -> new ConcatCollapser(false, true);
    };
  }

  static @Nullable Failure checkText(Bytes data) {
    int problem = Utf8.firstNonText(data);
    return problem < 0
        ? null
        : Failure.rejected(
            "NotText",
            "byte "
                + problem
                + " of "
                + data.length()
                + " belongs to no character that this destination can carry (UTF-8, XML 1.0);"
                + " use collapse=concat-b64 for other bytes");
  }

  static Bytes dataOf(FanoutRecord record) {
    Bytes data = record.data();
    if (data == null) {
      throw new IllegalArgumentException(
          record + " has no data; a record without data is never joined");
    }
    return data;
  }

  static byte[] array(long length, List<FanoutRecord> records) {
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          records.size() + " records make a body of " + length + " bytes; join fewer");
    }
    return new byte[(int) length];
  }
}
