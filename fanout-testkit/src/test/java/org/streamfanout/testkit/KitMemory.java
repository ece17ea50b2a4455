package org.streamfanout.testkit;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** A destination in this JVM that the kit can put in trouble, with a provider that is sound. */
final class KitMemory implements KitDestination {
  static final Limits LIMITS = Limits.of(12, 2_000, 500);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Bytes> arrived = new ArrayList<>();
  private Set<Integer> failing = Set.of();
  private @Nullable Trouble trouble;
  private int calls;
  private int connections;
  private int held;
  private boolean closed;
  private boolean endingLanes;

  /** Makes a lane end for the rest of a call where one of its bodies is refused. */
  KitMemory endingLanes() {
    endingLanes = true;
    return this;
  }

  /** A call that failed as a whole. */
  static final class InTrouble extends IOException {
    private static final long serialVersionUID = 1L;
    final Trouble trouble;

    InTrouble(Trouble trouble) {
      super(trouble.name());
      this.trouble = trouble;
    }
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(Records.KINESIS, "t", "kit-memory", "memory").build();
  }

  @Override
  public void configure(TestContext context) {
    context.shared(KitMemory.class, "memory", () -> this);
  }

  @Override
  public List<Bytes> arrived() {
    lock.lock();
    try {
      return List.copyOf(arrived);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int calls() {
    lock.lock();
    try {
      return calls;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int connections() {
    return connections;
  }

  @Override
  public void trouble(Trouble newTrouble) {
    lock.lock();
    try {
      trouble = newTrouble;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void calm() {
    lock.lock();
    try {
      trouble = null;
      failing = Set.of();
      held = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void failEntries(List<Message> batch, Set<Integer> places) {
    lock.lock();
    try {
      failing = places;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitHeld() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (held == 0) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One call that puts bodies in order and says which places it took. */
  List<Boolean> put(List<Message> messages, Deadline deadline)
      throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      calls++;
      while (trouble == Trouble.HANG && !closed) {
        held++;
        changed.signalAll();
        if (deadline.isExpired()) {
          throw new InterruptedIOException("the deadline has passed");
        }
        long ignored =
            changed.awaitNanos(Math.min(deadline.remainingNanos(), TimeUnit.DAYS.toNanos(1)));
      }
      if (trouble != null && trouble != Trouble.APPLIED_THEN_RESET) {
        throw new InTrouble(trouble);
      }
      List<Boolean> taken = new ArrayList<>();
      Set<Object> ended = new HashSet<>();
      for (int place = 0; place < messages.size(); place++) {
        Message message = messages.get(place);
        boolean takes = !failing.contains(place) && !ended.contains(message.lane());
        taken.add(takes);
        if (takes) {
          arrived.add(message.body());
        } else if (endingLanes) {
          ended.add(message.lane());
        }
      }
      if (trouble != null) {
        throw new InTrouble(trouble);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Puts one after the other, so that a lane can end where one fails. */
  static class Sender implements TargetSender {
    final KitMemory memory;

    Sender(KitMemory memory) {
      this.memory = memory;
    }

    @Override
    public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
      List<Message> messages = batch.messages();
      List<Integer> tooLarge = new ArrayList<>();
      for (int place = 0; place < messages.size(); place++) {
        if (sizeInBytes(messages.get(place)) > LIMITS.maxMessageBytes()) {
          tooLarge.add(place);
        }
      }
      if (!tooLarge.isEmpty() || size(messages) > LIMITS.maxBatchBytes()) {
        return messages.stream()
            .map(message -> Outcome.failed(Failure.tooLarge("TooLarge", "above the limit")))
            .toList();
      }
      return outcomes(messages, memory.put(messages, deadline));
    }

    private long size(List<Message> messages) {
      return messages.stream().mapToLong(this::sizeInBytes).sum();
    }

    List<Outcome> outcomes(List<Message> messages, List<Boolean> taken) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int place = 0; place < messages.size(); place++) {
        outcomes.add(
            taken.get(place)
                ? Outcome.accepted()
                : Outcome.failed(Failure.retryable("Refused", "an entry was refused")));
      }
      return outcomes;
    }

    @Override
    public long sizeInBytes(Message message) {
      return message.bodyLength() + 7L;
    }

    @Override
    public Failure classify(Exception error) {
      if (error instanceof InTrouble known) {
        return switch (known.trouble) {
          case THROTTLED -> Failure.throttled("Throttled", "slow down");
          case DENIED -> Failure.fatal("Denied", "denied");
          case MISSING -> Failure.fatal("Missing", "no such memory");
          default -> Failure.retryable(known.trouble.name(), "in trouble");
        };
      }
      return Failure.retryable(error.getClass().getSimpleName(), "send failed");
    }
  }

  /** Makes {@link Sender}s. */
  static class Provider implements TargetProvider {
    @Override
    public String type() {
      return "kit-memory";
    }

    @Override
    public Description describe() {
      return Description.builder("Keeps bodies in memory.")
          .destination("memory")
          .ordering("any")
          .duplicates("kept twice")
          .limits("made up")
          .retried("everything but what is denied or missing")
          .rejected("nothing")
          .build();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return Capabilities.builder(LIMITS).claimChecks(true).callOrder(CallOrder.UNORDERED).build();
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {
      List<String> problems = new ArrayList<>();
      if (!target.destination().equals("memory")) {
        problems.add("destination '" + target.destination() + "' is not memory");
      }
      if (target.region() != null) {
        problems.add("memory has no region");
      }
      if (!problems.isEmpty()) {
        throw new InvalidTargetException(problems);
      }
    }

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      return sender(
          context.shared(
              KitMemory.class,
              "memory",
              () -> {
                throw new IllegalStateException("the kit has not configured the context");
              }));
    }

    TargetSender sender(KitMemory memory) {
      return new Sender(memory);
    }
  }
}
