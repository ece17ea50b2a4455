package org.streamfanout.testkit;

import java.util.List;
import java.util.Objects;

/**
 * One call that came through a {@link FaultProxy}.
 *
 * @param action the service's name for it, such as {@code SendMessageBatch}
 * @param entries how many entries it carried; 0 for a call that is no batch
 * @param forwarded the places of the entries that the server has seen; empty for a call that is no
 *     batch
 * @param reached whether the server has seen the call
 */
public record ProxiedCall(String action, int entries, List<Integer> forwarded, boolean reached) {
  /** Copies the list. */
  public ProxiedCall {
    Objects.requireNonNull(action, "action");
    forwarded = List.copyOf(forwarded);
  }
}
