package org.streamfanout.simulator;

import org.jspecify.annotations.Nullable;
import org.streamfanout.simulator.Violation.Rule;
import org.streamfanout.spi.DeliveryPolicy;

/**
 * What one opening of a target has been sent, against the rates of its row: a second's worth at
 * once, and no more than the rate after that; what is larger than a second's worth goes after a
 * quiet second.
 */
final class Rate {
  private static final double NOTHING = 1e-3;

  private final @Nullable Bucket records;
  private final @Nullable Bucket bytes;

  Rate(DeliveryPolicy policy) {
    this.records = bucket(policy.maxRecordsPerSecond());
    this.bytes = bucket(policy.maxBytesPerSecond());
  }

  private static @Nullable Bucket bucket(@Nullable Long perSecond) {
    return perSecond == null ? null : new Bucket(perSecond);
  }

  /** Counts a send that begins. */
  void sends(Oracle oracle, Send send, long now) {
    if (records != null && !records.take(Send.records(send.messages), now)) {
      oracle.violated(Rule.RATE, send + " carries more records than its row's rate has room for");
    }
    if (bytes != null && !bytes.take(Send.bytes(send.messages), now)) {
      oracle.violated(Rule.RATE, send + " carries more bytes than its row's rate has room for");
    }
  }

  private static final class Bucket {
    private final long perSecond;
    private double room;
    private long at = Long.MIN_VALUE;

    Bucket(long perSecond) {
      this.perSecond = perSecond;
      this.room = perSecond;
    }

    /** Takes so many; returns whether there was room. */
    boolean take(long count, long now) {
      if (at != Long.MIN_VALUE) {
        room = Math.min(perSecond, room + (now - at) * (perSecond / 1e9));
      }
      at = now;
      boolean fits = Math.min(count, perSecond) <= room + NOTHING;
      room -= count;
      return fits;
    }
  }
}
