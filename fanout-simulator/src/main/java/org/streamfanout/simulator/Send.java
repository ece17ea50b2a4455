package org.streamfanout.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;

/** One attempt by the engine, as the destination sees it. */
final class Send {
  final int number;
  final SimulatedProcess process;
  final Chain chain;
  final Chain.At at;

  /** What the targets were when it began: a dead letter is of one as it was then. */
  final Map<String, Chain.At> targets;

  /** Which opening of its target it is from. */
  final Object opened;

  final TargetConfig config;

  /** What its target, as it was opened for this, has been through. */
  final Trouble trouble;

  /** When it has taken as long as an attempt may, in the scheduler's time. */
  private final long hangsAt;

  /** When it should be over, in the scheduler's time. */
  private final long endsAt;

  private final Strand strand = Scheduler.self();
  final List<Message> messages;

  /** The records for which the engine was told that they were accepted. */
  final Set<Item> accepted = new HashSet<>();

  /** The records that its engine should have known to be accepted when it began. */
  final Set<Item> remembered = new HashSet<>();

  /** What has taken effect, whole messages. */
  final Set<Message> applied = new HashSet<>();

  /** Whether the engine has an answer, whatever it is. */
  boolean returned;

  Send(
      int number,
      SimulatedProcess process,
      Chain chain,
      Chain.At at,
      TargetConfig config,
      Object opened,
      Batch batch,
      Trouble trouble,
      long now,
      long endsAt) {
    this.number = number;
    this.opened = opened;
    this.trouble = trouble;
    this.endsAt = endsAt;
    this.hangsAt = now + Plan.RETRY.attemptTimeout().toNanos();
    this.targets = Map.copyOf(chain.targets);
    this.process = process;
    this.chain = chain;
    this.at = at;
    this.config = config;
    this.messages = batch.messages();
  }

  /** Returns whether the engine may have given it up, while it is under way. */
  boolean mayBeGivenUp(long now) {
    return now >= endsAt || strand.wasInterrupted;
  }

  /** Returns the row that it should go by. */
  TargetConfig row() {
    return at.config == null ? config : at.config;
  }

  boolean hangs(long now) {
    return now >= hangsAt;
  }

  static long records(List<Message> messages) {
    return messages.stream().mapToLong(message -> message.records().size()).sum();
  }

  static long bytes(List<Message> messages) {
    return messages.stream().mapToLong(SimulatedProvider::sizeOf).sum();
  }

  @Override
  public String toString() {
    return "send " + number + " to " + config.id() + " of " + chain;
  }
}
