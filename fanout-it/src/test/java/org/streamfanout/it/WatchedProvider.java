package org.streamfanout.it;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** A real provider, of which a test sees what became of each send. Thread-safe. */
final class WatchedProvider implements TargetProvider {
  private final TargetProvider provider;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Sent> records = new HashMap<>();
  private int sends;
  private int unanswered;
  private int breakingSend = Integer.MAX_VALUE;
  private Callable<?> breaking = () -> null;
  private boolean broken;

  /**
   * What became of the sends of one record.
   *
   * @param accepted how many were acknowledged
   * @param unknown how many ended without an answer, or with one that leaves it open
   * @param last the number of the last send that was acknowledged
   */
  record Sent(int accepted, int unknown, int last) {
    private static final Sent NEVER = new Sent(0, 0, 0);
  }

  WatchedProvider(TargetProvider provider) {
    this.provider = provider;
  }

  /** Breaks something right before a send goes out, so many sends from now. */
  void beforeSend(int more, Callable<?> newBreaking) {
    lock.lock();
    try {
      breakingSend = sends + more;
      breaking = newBreaking;
      broken = false;
    } finally {
      lock.unlock();
    }
  }

  boolean isBroken() {
    lock.lock();
    try {
      return broken;
    } finally {
      lock.unlock();
    }
  }

  int sends() {
    lock.lock();
    try {
      return sends;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many sends had no answer, or one that leaves it open what became of a record. */
  int unanswered() {
    lock.lock();
    try {
      return unanswered;
    } finally {
      lock.unlock();
    }
  }

  Sent sent(String recordId) {
    lock.lock();
    try {
      return records.getOrDefault(recordId, Sent.NEVER);
    } finally {
      lock.unlock();
    }
  }

  private int begin() throws Exception {
    Callable<?> now = null;
    int number;
    lock.lock();
    try {
      number = ++sends;
      if (number == breakingSend) {
        now = breaking;
      }
    } finally {
      lock.unlock();
    }
    if (now != null) {
      now.call();
      lock.lock();
      try {
        broken = true;
      } finally {
        lock.unlock();
      }
    }
    return number;
  }

  /** Books what is known of a send; null outcomes if it threw. */
  private void end(int number, Batch batch, @Nullable List<Outcome> outcomes) {
    lock.lock();
    try {
      boolean isOpen = false;
      for (int index = 0; index < batch.messages().size(); index++) {
        Outcome outcome = outcomes == null ? null : outcomes.get(index);
        boolean isAccepted = outcome instanceof Outcome.Accepted;
        boolean isUnknown =
            outcome == null
                || outcome instanceof Outcome.Failed failed
                    && failed.failure().kind() == Failure.Kind.RETRYABLE;
        isOpen |= isUnknown;
        for (FanoutRecord record : batch.messages().get(index).records()) {
          records.merge(
              record.id(),
              new Sent(isAccepted ? 1 : 0, isUnknown ? 1 : 0, isAccepted ? number : 0),
              (one, other) ->
                  new Sent(
                      one.accepted + other.accepted,
                      one.unknown + other.unknown,
                      Math.max(one.last, other.last)));
        }
      }
      unanswered += isOpen ? 1 : 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    TargetSender sender = provider.open(target, context);
    return new TargetSender() {
      @Override
      public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
        int number = begin();
        List<Outcome> outcomes = null;
        try {
          outcomes = sender.send(batch, deadline);
          return outcomes;
        } finally {
          end(number, batch, outcomes);
        }
      }

      @Override
      public long sizeInBytes(Message message) {
        return sender.sizeInBytes(message);
      }

      @Override
      public boolean wants(FanoutRecord record) {
        return sender.wants(record);
      }

      @Override
      public @Nullable Limits limits(Deadline deadline) throws Exception {
        return sender.limits(deadline);
      }

      @Override
      public @Nullable String conflictKey(Message message) {
        return sender.conflictKey(message);
      }

      @Override
      public Failure classify(Exception error) {
        return sender.classify(error);
      }

      @Override
      public List<Finding> check(Deadline deadline) {
        return sender.check(deadline);
      }

      @Override
      public void close() {
        sender.close();
      }
    };
  }

  @Override
  public String type() {
    return provider.type();
  }

  @Override
  public List<String> aliases() {
    return provider.aliases();
  }

  @Override
  public Description describe() {
    return provider.describe();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return provider.capabilities(target);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    provider.validate(target, context);
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return provider.permissions(target);
  }
}
