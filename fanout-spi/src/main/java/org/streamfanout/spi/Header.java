package org.streamfanout.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One header of a record, as in Kafka: names may repeat, values are bytes.
 *
 * @param name the header's name
 * @param value its bytes; null where the source says so
 */
public record Header(String name, @Nullable Bytes value) {

  /** Checks that the name is not null. */
  public Header {
    Objects.requireNonNull(name, "name");
  }
}
