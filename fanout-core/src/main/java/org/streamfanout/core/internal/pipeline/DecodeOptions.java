package org.streamfanout.core.internal.pipeline;

import org.streamfanout.spi.TargetConfig;

/** How a target wants its records decoded; targets with equal options share the work. */
public record DecodeOptions(
    boolean deaggregate, boolean convertDdb, boolean appendNewlines, boolean wholeChange) {

  /** Returns the options of a target. */
  public static DecodeOptions of(TargetConfig target) {
    return new DecodeOptions(
        target.deaggregate(), target.convertDdb(), target.appendNewlines(), target.wholeChange());
  }
}
