package org.streamfanout.spi;

import java.util.Objects;

/**
 * A body on its way into a {@link PayloadStore}.
 *
 * @param key what names it: letters, digits and dashes; the same key always comes with the same
 *     bytes
 * @param body the body, as the destination would have got it
 */
public record Payload(String key, Bytes body) {
  /** Checks that nothing is null. */
  public Payload {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(body, "body");
  }

  /** Names the key only: a body is payload, and payload belongs in no log. */
  @Override
  public String toString() {
    return "Payload[" + key + ", " + body.length() + " bytes]";
  }
}
