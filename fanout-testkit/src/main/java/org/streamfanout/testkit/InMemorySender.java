package org.streamfanout.testkit;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

/** Sends to the memory of an {@link InMemoryTarget}. */
final class InMemorySender implements TargetSender {
  private final InMemoryTarget provider;
  private final TargetConfig target;
  private final InMemoryLog log;
  private volatile Limits current;

  InMemorySender(InMemoryTarget provider, TargetConfig target, InMemoryLog log) {
    this.provider = provider;
    this.target = target;
    this.log = log;
    this.current = provider.capabilities(target).limits();
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
    Capabilities capabilities = provider.capabilities(target);
    Function<Message, @Nullable String> conflictKey = this::conflictKey;
    int number = log.begin(target, batch, target.lower(current), this::sizeInBytes, conflictKey);
    try {
      Sending sending = new Sending(target, batch, deadline, number, capabilities.callOrder(), log);
      return provider.behaviour().send(sending);
    } finally {
      log.end(target, batch, conflictKey);
    }
  }

  @Override
  public long sizeInBytes(Message message) {
    return provider.settings().size.applyAsLong(message);
  }

  @Override
  public @Nullable Limits limits(Deadline deadline) throws Exception {
    Limits limits = provider.settings().limits.ask(deadline);
    if (limits != null) {
      current = limits;
    }
    return limits;
  }

  @Override
  public @Nullable String conflictKey(Message message) {
    return provider.settings().conflictKey.apply(message);
  }

  @Override
  public Failure classify(Exception error) {
    return provider.settings().classify.apply(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    return provider.settings().check.apply(target);
  }

  @Override
  public void close() {
    log.closed();
  }
}
