package org.streamfanout.core.internal.pipeline;

import java.util.*;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.*;

public final class Collapsers {
  public static Collapser of(Collapse c, Capabilities.BodyFormat f) {
    return new Collapser() {
      public @Nullable Failure check(FanoutRecord r) {
        return null;
      }

      public int contribution(FanoutRecord r) {
        return r.data().length();
      }

      public long length(int n, long c) {
        return c;
      }

      public Bytes encode(List<FanoutRecord> rs) {
        byte[] b = new byte[rs.stream().mapToInt(x -> x.data().length()).sum()];
        int at = 0;
        for (var r : rs) {
          r.data().copyTo(b, at);
          at += r.data().length();
        }
        return Bytes.wrap(b);
      }
    };
  }
}
