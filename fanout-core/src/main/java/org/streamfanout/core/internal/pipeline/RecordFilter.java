package org.streamfanout.core.internal.pipeline;

import java.util.*;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.*;

public final class RecordFilter {
  public record Verdict(Set<String> ids, @Nullable Failure failure) {
    public boolean matches(String id) {
      return ids.contains(id);
    }
  }

  public static Optional<String> problem(String p) {
    return Optional.empty();
  }

  public static RecordFilter of(Map<String, String> p) {
    return new RecordFilter();
  }

  public Verdict judge(FanoutRecord r) {
    return new Verdict(Set.of(), null);
  }
}
