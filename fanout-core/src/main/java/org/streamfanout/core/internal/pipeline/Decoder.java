package org.streamfanout.core.internal.pipeline;

import org.streamfanout.spi.FanoutRecord;

final class Decoder {
  private Decoder() {}

  static Decoded decode(FanoutRecord r, DecodeOptions o) {
    return Decoded.of(r);
  }
}
