package org.streamfanout.lambda;

import java.util.List;
import java.util.StringJoiner;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.TargetResult;
import org.streamfanout.spi.TargetCounts;

/**
 * An event has records that some target has not taken, and Lambda is to send it again. The text
 * names the targets, their counts and their first failures, and no payload.
 */
public final class UnsettledRecordsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** More targets than this are counted, not named. */
  private static final int MAX_NAMED = 20;

  private final int unsettled;

  private UnsettledRecordsException(String message, int unsettled) {
    super(message);
    this.unsettled = unsettled;
  }

  /** Makes the exception of what the engine said about an event's batches. */
  static UnsettledRecordsException of(List<FanoutResult> results) {
    int unsettled = 0;
    int total = 0;
    int left = 0;
    StringJoiner targets = new StringJoiner("; ");
    for (FanoutResult result : results) {
      unsettled += result.unsettled().size();
      total += result.checkpoint().total();
      for (TargetResult target : result.targets()) {
        if (target.counts().held() == 0) {
          continue;
        }
        if (left++ < MAX_NAMED) {
          targets.add(describe(result, target));
        }
      }
    }
    if (left > MAX_NAMED) {
      targets.add("and " + (left - MAX_NAMED) + " more");
    }
    return new UnsettledRecordsException(
        unsettled
            + " of "
            + total
            + " records are not settled; Lambda will send the event again. "
            + targets,
        unsettled);
  }

  private static String describe(FanoutResult result, TargetResult target) {
    TargetCounts counts = target.counts();
    StringBuilder text = new StringBuilder();
    text.append("target ").append(target.targetId()).append(" of ").append(result.source().id());
    if (result.shard() != null) {
      text.append(' ').append(result.shard());
    }
    text.append(": ").append(counts.held()).append(" of ").append(counts.records());
    text.append(" held, ").append(counts.accepted()).append(" accepted");
    if (target.firstFailure() != null) {
      text.append(", first failure ").append(target.firstFailure());
    }
    return text.toString();
  }

  /** Returns how many source records are not settled for every target. */
  public int unsettled() {
    return unsettled;
  }
}
