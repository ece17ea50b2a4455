package org.streamfanout.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Source;

/**
 * Reads topics as a member of a consumer group and has an engine deliver every record to every
 * target of its topic, at least once; commits what is settled for all of them, and nothing else.
 *
 * <p>One thread, that of {@link #run}, reads and commits; batches are delivered by threads of the
 * executor, for each target in the partition's order. While a target holds records of a partition,
 * the others run ahead by as much as {@link KafkaOptions#delivery} allows; then the partition
 * waits, the others go on, and the consumer stays in its group. Any thread may ask and stop it.
 */
public final class FanoutConsumer implements AutoCloseable {
  private final FanoutEngine engine;
  private final ConsumerSettings settings;
  private final KafkaOptions options;
  private final @Nullable Executor executor;
  private final Function<Map<String, Object>, Consumer<byte[], byte[]>> clients;
  private final @Nullable Function<Map<String, Object>, Admin> admins;

  private final ReentrantLock lock = new ReentrantLock();
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private @Nullable Deadline stopAt;
  private @Nullable PollLoop loop;
  private @Nullable Thread runner;

  private FanoutConsumer(Builder builder) {
    this.engine = Objects.requireNonNull(builder.engine, "a consumer needs an engine");
    this.options = builder.options;
    this.settings =
        ConsumerSettings.of(builder.properties, builder.topics, builder.mskCluster, options);
    this.executor = builder.executor;
    this.clients = builder.clients;
    this.admins = builder.admins;
  }

  /** Starts a consumer. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the sources that targets are registered under, one for each topic. */
  public List<Source> sources() {
    return List.copyOf(settings.sources().values());
  }

  /**
   * Reads and delivers until the consumer is stopped, then returns; an interrupt of the calling
   * thread is a stop without any time left, and leaves the flag set. No failure of a target and no
   * failure that Kafka calls retriable ends it.
   *
   * <p>Before it throws, it commits what is settled and leaves the group.
   *
   * @throws KafkaException if the client cannot be made, access is denied, the static member was
   *     replaced by another, a partition has no position and {@code auto.offset.reset} is {@code
   *     none}, or what is in the log cannot be read
   * @throws IllegalStateException if it was run before, or the engine is closed meanwhile, or the
   *     executor does not do its work
   */
  public void run() {
    begin();
    ExecutorService own = executor == null ? DeliveryThreads.create() : null;
    boolean settled = false;
    try {
      PollLoop toRun =
          new PollLoop(
              engine,
              settings,
              options,
              executor == null ? Objects.requireNonNull(own) : executor,
              clients.apply(settings.properties()));
      enter(toRun);
      settled = run(toRun);
    } finally {
      if (own != null) {
        own.shutdown();
      }
      end.complete(settled);
    }
  }

  private boolean run(PollLoop toRun) {
    try (TopicRetention retention =
        admins == null ? null : new TopicRetention(settings, admins, engine::learnRetention)) {
      if (retention != null) {
        retention.start();
      }
      return toRun.run();
    }
  }

  private void begin() {
    lock.lock();
    try {
      if (runner != null) {
        throw new IllegalStateException("a consumer is run once; make another one");
      }
      runner = Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  private void enter(PollLoop toRun) {
    lock.lock();
    try {
      loop = toRun;
      if (stopAt != null) {
        toRun.stop(stopAt);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Stops: takes no more records, lets what is under way be delivered within the limit, breaks off
   * what is not, commits what is settled, leaves the group, and returns when {@link #run} is about
   * to. What is not settled is read again by whoever has the partition next. May be called again,
   * by any thread; the earliest of the limits counts. Called by the thread of {@link #run} itself,
   * it does not wait.
   *
   * <p>An interrupt ends the wait, not the stop, and leaves the flag set.
   *
   * @param limit for what is under way; commit and leave-taking come after it, bounded by {@link
   *     KafkaOptions#revokeLimit()} each
   * @return whether everything that was under way is settled and committed
   */
  public boolean stop(Duration limit) {
    lock.lock();
    try {
      Deadline asked = Deadline.after(limit);
      Deadline known = stopAt;
      stopAt = known == null || asked.remainingNanos() < known.remainingNanos() ? asked : known;
      if (loop != null) {
        loop.stop(stopAt);
      }
      if (runner == null) {
        return true;
      }
      if (runner == Thread.currentThread()) {
        return end.getNow(false);
      }
    } finally {
      lock.unlock();
    }
    try {
      return end.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of a consumer never fails", e);
    }
  }

  /** Stops as {@link #stop} does within {@link KafkaOptions#revokeLimit()}; may be called twice. */
  @Override
  public void close() {
    stop(options.revokeLimit());
  }

  /** Returns what the consumer is at, not older than about a second while it reads. */
  public ConsumerStatus status() {
    lock.lock();
    try {
      if (loop != null) {
        return loop.status();
      }
      return new ConsumerStatus(stateWithoutLoop(), List.of(), 0, null);
    } finally {
      lock.unlock();
    }
  }

  private ConsumerStatus.State stateWithoutLoop() {
    if (end.isDone() || (runner == null && stopAt != null)) {
      return ConsumerStatus.State.ENDED;
    }
    return runner == null ? ConsumerStatus.State.NEW : ConsumerStatus.State.JOINING;
  }

  /** Builds a consumer; not thread-safe. */
  public static final class Builder {
    private @Nullable FanoutEngine engine;
    private final Map<String, Object> properties = new LinkedHashMap<>();
    private final LinkedHashSet<String> topics = new LinkedHashSet<>();
    private @Nullable String mskCluster;
    private KafkaOptions options = KafkaOptions.DEFAULT;
    private @Nullable Executor executor;
    private Function<Map<String, Object>, Consumer<byte[], byte[]>> clients = KafkaConsumer::new;
    private @Nullable Function<Map<String, Object>, Admin> admins = Admin::create;

    private Builder() {}

    /** Sets what delivers; required. It stays the caller's to close, after the consumer. */
    public Builder engine(FanoutEngine newEngine) {
      engine = Objects.requireNonNull(newEngine, "engine");
      return this;
    }

    /**
     * Adds properties of Kafka's consumer, with strings or values as it takes them. {@code
     * bootstrap.servers} and {@code group.id} are required. Where they say nothing, {@code
     * auto.offset.reset} is {@code earliest}, so that a new group misses nothing, {@code
     * partition.assignment.strategy} is cooperative, and {@code allow.auto.create.topics} is {@code
     * false}.
     *
     * <p>{@code enable.auto.commit=true} and deserializers of other things than bytes are refused:
     * commits and bytes are this consumer's own.
     */
    public Builder properties(Map<String, ?> newProperties) {
      properties.putAll(newProperties);
      return this;
    }

    /** Adds topics to read; at least one is required. */
    public Builder topics(String... newTopics) {
      return topics(Arrays.asList(newTopics));
    }

    /** Adds topics to read; at least one is required. */
    public Builder topics(Collection<String> newTopics) {
      topics.addAll(new ArrayList<>(newTopics));
      return this;
    }

    /**
     * Says that the cluster is one of Amazon MSK, so that targets are registered under the ARN of
     * the topic, as a Lambda function has them; by default they are under {@code kafka://<bootstrap
     * servers, sorted>/<topic>}.
     *
     * @param clusterArn {@code arn:aws:kafka:<region>:<account>:cluster/<name>/<uuid>}
     */
    public Builder mskCluster(String clusterArn) {
      mskCluster = Objects.requireNonNull(clusterArn, "clusterArn");
      return this;
    }

    /** Sets the options; {@link KafkaOptions#DEFAULT} by default. */
    public Builder options(KafkaOptions newOptions) {
      options = Objects.requireNonNull(newOptions, "options");
      return this;
    }

    /**
     * Sets what runs the deliveries, one blocking task for each partition that has a batch, and one
     * more for each target that is behind in it; the consumer does not close it. It must not run a
     * task on the calling thread, nor keep one waiting for another to end. By default cached daemon
     * threads.
     */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Sets what makes the client of checked properties; with another one, no cluster is asked. */
    Builder clients(Function<Map<String, Object>, Consumer<byte[], byte[]>> newClients) {
      clients = newClients;
      admins = null;
      return this;
    }

    /**
     * Returns the consumer. Does no I/O: the cluster is met by {@link FanoutConsumer#run}.
     *
     * @throws IllegalArgumentException with all that is wrong, if properties, topics or the
     *     cluster's ARN cannot be used
     * @throws NullPointerException if no engine was set
     */
    public FanoutConsumer build() {
      return new FanoutConsumer(this);
    }
  }
}
