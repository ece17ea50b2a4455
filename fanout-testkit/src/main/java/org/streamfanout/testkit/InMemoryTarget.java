package org.streamfanout.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * A destination in memory that keeps everything it takes and misbehaves as it is told. Thread-safe.
 *
 * <p>One instance is one type; it serves every target of that type, and what it keeps can be asked
 * for by target id. It also watches the engine: calls above the limits, a lane or a conflict key in
 * two sends at once, and bodies that are not as long as announced are {@link #violations()}.
 */
public final class InMemoryTarget implements TargetProvider {
  private final Builder settings;
  private final InMemoryLog log = new InMemoryLog();
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<Behaviour> next = new ArrayDeque<>();
  private Behaviour always = Behaviours.accept();

  /** Makes a target of type {@code memory} that accepts everything. */
  public InMemoryTarget() {
    this(new Builder());
  }

  private InMemoryTarget(Builder settings) {
    this.settings = settings;
  }

  /** Starts a target that has other limits, capabilities or rules. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a target of another type that accepts everything. */
  public static InMemoryTarget ofType(String type) {
    return builder().type(type).build();
  }

  Builder settings() {
    return settings;
  }

  /** Sets what sends do from now on, unless {@link #next} has something for them. */
  public InMemoryTarget always(Behaviour behaviour) {
    lock.lock();
    try {
      always = behaviour;
    } finally {
      lock.unlock();
    }
    return this;
  }

  /** Sets what the next sends do, one each, after those that were set already. */
  public InMemoryTarget next(Behaviour... behaviours) {
    lock.lock();
    try {
      next.addAll(Arrays.asList(behaviours));
    } finally {
      lock.unlock();
    }
    return this;
  }

  Behaviour behaviour() {
    lock.lock();
    try {
      Behaviour first = next.poll();
      return first != null ? first : always;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String type() {
    return settings.type;
  }

  @Override
  public Description describe() {
    return settings.description.get();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return settings.capabilities.apply(target);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems = settings.problems.apply(target);
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    log.opened();
    return new InMemorySender(this, target, log);
  }

  /** Returns every message taken, in order. */
  public List<Message> received() {
    return deliveries().stream().map(Delivery::message).toList();
  }

  /** Returns every message that one target has taken, in order. */
  public List<Message> received(String targetId) {
    return deliveries(targetId).stream().map(Delivery::message).toList();
  }

  /** Returns the records of every message taken, in order. */
  public List<FanoutRecord> records() {
    return received().stream().flatMap(message -> message.records().stream()).toList();
  }

  /** Returns the records of every message that one target has taken, in order. */
  public List<FanoutRecord> records(String targetId) {
    return received(targetId).stream().flatMap(message -> message.records().stream()).toList();
  }

  /** Returns the bodies that one target has taken, as text, in order. */
  public List<String> bodies(String targetId) {
    return received(targetId).stream().map(message -> message.body().utf8()).toList();
  }

  /** Returns every message taken, with where it came from, in order. */
  public List<Delivery> deliveries() {
    return log.deliveries(delivery -> true);
  }

  /** Returns what one target has taken, in order. */
  public List<Delivery> deliveries(String targetId) {
    return log.deliveries(delivery -> delivery.targetId().equals(targetId));
  }

  /** Returns the batch of every send, failed ones included, in the order in which they began. */
  public List<Batch> batches() {
    return log.batches(attempt -> true);
  }

  /** Returns the batch of every send of one target, failed ones included. */
  public List<Batch> batches(String targetId) {
    return log.batches(attempt -> attempt.targetId().equals(targetId));
  }

  /** Returns how many sends began. */
  public int sends() {
    return batches().size();
  }

  /** Returns how many sends are under way. */
  public int inFlight() {
    return log.inFlight();
  }

  /** Returns how many sends were under way at once, at most. */
  public int mostInFlight() {
    return log.highWater();
  }

  /** Returns how many senders were opened. */
  public int opens() {
    return log.opens();
  }

  /** Returns how often a sender was closed. */
  public int closes() {
    return log.closes();
  }

  /** Returns every rule that the caller broke; empty for a sound engine. */
  public List<String> violations() {
    return log.violations();
  }

  /**
   * Waits until so many sends have begun.
   *
   * @throws AssertionError if they have not begun in time
   */
  public void awaitSends(int count, Duration atMost) throws InterruptedException {
    log.await(atMost, () -> sends() >= count);
  }

  /**
   * Waits until so many messages were taken.
   *
   * @throws AssertionError if they were not taken in time
   */
  public void awaitReceived(int count, Duration atMost) throws InterruptedException {
    log.await(atMost, () -> deliveries().size() >= count);
  }

  /**
   * Waits until no send is under way.
   *
   * @throws AssertionError if one still is when the time is over
   */
  public void awaitIdle(Duration atMost) throws InterruptedException {
    log.await(atMost, () -> inFlight() == 0);
  }

  /** The answer to {@link TargetSender#limits}. */
  @FunctionalInterface
  public interface LimitsAnswer {
    /** Returns the limits, or null for those of the capabilities; may throw and may hang. */
    @Nullable Limits ask(Deadline deadline) throws Exception;
  }

  /** Builds a target; not thread-safe, and not to be used after {@link #build}. */
  public static final class Builder {
    // Ten of 256 KiB: the shape of the batch calls that most destinations have.
    private static final Limits LIMITS = Limits.of(10, 262_144, 262_144);

    private String type = "memory";
    Function<TargetConfig, Capabilities> capabilities =
        target -> Capabilities.builder(LIMITS).build();
    ToLongFunction<Message> size = Message::bodyLength;
    LimitsAnswer limits = deadline -> null;
    Function<Message, @Nullable String> conflictKey = message -> null;
    Function<Exception, Failure> classify =
        error -> Failure.retryable(error.getClass().getSimpleName(), "send failed");
    Function<TargetConfig, List<String>> problems = target -> List.of();
    Function<TargetConfig, List<Finding>> check = target -> List.of();
    private Supplier<Description> description =
        () -> Description.builder("Keeps messages in memory.").destination("anything").build();

    private Builder() {}

    /** Sets the type; {@code memory} by default. */
    public Builder type(String newType) {
      type = newType;
      return this;
    }

    /** Sets the capabilities of every target; by default binary, unordered, no collapse. */
    public Builder capabilities(Capabilities newCapabilities) {
      return capabilities(target -> newCapabilities);
    }

    /** Sets the capabilities by target. */
    public Builder capabilities(Function<TargetConfig, Capabilities> newCapabilities) {
      capabilities = newCapabilities;
      return this;
    }

    /** Sets limits with otherwise plain capabilities. */
    public Builder limits(Limits newLimits) {
      return capabilities(Capabilities.builder(newLimits).build());
    }

    /** Sets what a message counts; its body's length by default. */
    public Builder size(ToLongFunction<Message> newSize) {
      size = newSize;
      return this;
    }

    /** Sets what the destination says of its own limits; nothing by default. */
    public Builder limitsAnswer(LimitsAnswer newLimits) {
      limits = newLimits;
      return this;
    }

    /** Sets the conflict key; none by default. */
    public Builder conflictKey(Function<Message, @Nullable String> newConflictKey) {
      conflictKey = newConflictKey;
      return this;
    }

    /** Sets what an exception means; retryable by default. */
    public Builder classify(Function<Exception, Failure> newClassify) {
      classify = newClassify;
      return this;
    }

    /** Sets the problems that validation finds; none by default. */
    public Builder problems(Function<TargetConfig, List<String>> newProblems) {
      problems = newProblems;
      return this;
    }

    /** Sets what a check finds; nothing by default. */
    public Builder check(Function<TargetConfig, List<Finding>> newCheck) {
      check = newCheck;
      return this;
    }

    /** Sets the description, for types with options. */
    public Builder description(Description newDescription) {
      description = () -> newDescription;
      return this;
    }

    /** Returns the target. */
    public InMemoryTarget build() {
      return new InMemoryTarget(this);
    }
  }
}
