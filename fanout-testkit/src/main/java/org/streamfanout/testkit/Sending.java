package org.streamfanout.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;

/** One send under way at an {@link InMemoryTarget}. Used by the thread that sends. */
public final class Sending {
  private final TargetConfig target;
  private final Batch batch;
  private final Deadline deadline;
  private final int number;
  private final CallOrder callOrder;
  private final InMemoryLog log;

  Sending(
      TargetConfig target,
      Batch batch,
      Deadline deadline,
      int number,
      CallOrder callOrder,
      InMemoryLog log) {
    this.target = target;
    this.batch = batch;
    this.deadline = deadline;
    this.number = number;
    this.callOrder = callOrder;
    this.log = log;
  }

  /** Returns the target that is sent to. */
  public TargetConfig target() {
    return target;
  }

  /** Returns what is sent. */
  public Batch batch() {
    return batch;
  }

  /** Returns the attempt's deadline. */
  public Deadline deadline() {
    return deadline;
  }

  /** Returns which send of this target id it is, from 1. */
  public int number() {
    return number;
  }

  /** Takes every message. */
  public List<Outcome> acceptAll() {
    return accept(message -> null);
  }

  /**
   * Takes the messages for which the function gives null and fails the others, in list order. Where
   * the target's call order is {@code PREFIX}, what follows a failed message in its lane is not
   * asked about and answers {@code NOT_SENT}.
   */
  public List<Outcome> accept(Function<Message, @Nullable Failure> decide) {
    return acceptByPlace(place -> decide.apply(batch.messages().get(place)));
  }

  /** Does what {@link #accept} does, by the messages' places in the batch, from 0. */
  public List<Outcome> acceptByPlace(IntFunction<@Nullable Failure> decide) {
    List<Outcome> outcomes = new ArrayList<>();
    Set<Object> closed = new HashSet<>();
    for (int place = 0; place < batch.messages().size(); place++) {
      Message message = batch.messages().get(place);
      if (callOrder == CallOrder.PREFIX && closed.contains(message.lane())) {
        outcomes.add(Outcome.failed(Failure.notSent("an earlier message of its lane failed")));
        continue;
      }
      Failure failure = decide.apply(place);
      if (failure == null) {
        log.take(new Delivery(target.id(), batch.source(), batch.shard(), message, number));
        outcomes.add(Outcome.accepted());
      } else {
        closed.add(message.lane());
        outcomes.add(Outcome.failed(failure));
      }
    }
    return outcomes;
  }
}
