package org.streamfanout.core;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.core.internal.delivery.Backoff;
import org.streamfanout.core.internal.delivery.BatchRun;
import org.streamfanout.core.internal.delivery.ByteBudget;
import org.streamfanout.core.internal.delivery.EngineContext;
import org.streamfanout.core.internal.delivery.EngineTargets;
import org.streamfanout.core.internal.delivery.EngineTargets.Current;
import org.streamfanout.core.internal.delivery.ExpiryWatch;
import org.streamfanout.core.internal.delivery.HungSends;
import org.streamfanout.core.internal.delivery.OpenCalls;
import org.streamfanout.core.internal.delivery.OwnThreads;
import org.streamfanout.core.internal.delivery.Retentions;
import org.streamfanout.core.internal.delivery.SafeListener;
import org.streamfanout.core.internal.delivery.SafeTracing;
import org.streamfanout.core.internal.delivery.Services;
import org.streamfanout.core.internal.delivery.TargetCheck;
import org.streamfanout.core.internal.delivery.TargetRuntime;
import org.streamfanout.core.internal.delivery.TargetSetup;
import org.streamfanout.core.internal.delivery.TargetState;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.core.internal.delivery.Turns;
import org.streamfanout.core.internal.pipeline.DecodeOptions;
import org.streamfanout.core.internal.pipeline.Planner;
import org.streamfanout.core.internal.pipeline.Planner.Wanted;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.core.internal.pipeline.Transforms;
import org.streamfanout.core.internal.progress.BatchProgress;
import org.streamfanout.core.internal.progress.StoreAccess;
import org.streamfanout.core.internal.targets.TargetValidation;
import org.streamfanout.core.registry.PayloadStores;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.BatchTransform;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.FanoutEvent;
import org.streamfanout.spi.FanoutListener.TargetEvent;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.RecordTransform;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetRegistry;
import org.streamfanout.spi.Targets;
import org.streamfanout.spi.Tracing;
import org.streamfanout.spi.TracingProvider;

/**
 * Takes ordered batches of records and delivers them to every target of their source, at least once
 * each, in the order that each target asks for.
 *
 * <p>Thread-safe; one per process, shared by all shards. No accepted work outlives a call: when
 * {@link #process} answers, every record is settled or reported unsettled for every target. A send
 * that ignores its interrupt may outlive the call; it is bounded, and keeps its lanes closed until
 * it returns.
 */
public final class FanoutEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FanoutEngine.class);

  private static final Failure TAKEN_APART =
      Failure.fatal(
          "TakenApart",
          "the target wants aggregates as they are, and the host has taken them apart already; set"
              + " deaggregate=true, or use a host that reads source records");

  private final Providers providers;
  private final EngineContext context;
  private final EngineTargets targets;
  private final Services services;
  private final Planner planner = new Planner();
  private final Transforms transforms;
  private final Retentions retentions;
  private final ExpiryWatch expiry;
  private final OpenCalls calls = new OpenCalls();
  private final OwnThreads ownThreads = new OwnThreads();
  private final @Nullable StoreAccess progressStore;

  private FanoutEngine(Builder builder) {
    TargetRegistry registry =
        Objects.requireNonNull(builder.registry, "an engine needs a registry: call registry(...)");
    this.transforms = new Transforms(builder.transforms, builder.batchTransforms);
    this.providers = Providers.discover(builder.providers);
    this.context = new EngineContext(builder.settings, builder.secrets, builder.clock);
    TargetValidation validation =
        new TargetValidation(
            providers, PayloadStores.discover(builder.payloadStores), context, transforms.names());
    this.targets =
        new EngineTargets(
            registry,
            validation,
            context,
            builder.circuit,
            builder.nanoTime,
            builder.allowNoTargets,
            builder.skipInvalidRows);
    this.services =
        new Services(
            builder.retry,
            new Backoff(builder.retry, builder.random),
            builder.nanoTime,
            builder.clock,
            builder.executor == null ? ownThreads.get() : builder.executor,
            new ByteBudget(builder.maxBytesInFlight),
            new HungSends(),
            new SafeListener(builder.listeners),
            new SafeTracing(
                builder.tracing == null && builder.discoversTracing
                    ? DiscoveredTracing.open(context)
                    : builder.tracing));
    this.retentions = new Retentions(builder.retention);
    this.expiry = new ExpiryWatch(retentions, builder.clock, services.listener());
    this.progressStore =
        builder.progress == null ? null : new StoreAccess(builder.progress, services, context);
  }

  /** Starts an engine. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Delivers a batch to every target of its source, and blocks until all is settled, nothing more
   * can be done, the deadline has come, or the calling thread is interrupted, which means "deadline
   * now" and leaves the flag set.
   *
   * <p>With a {@link Builder#progress ProgressStore}, what a target is remembered to have settled
   * is left out, and what is unsettled in the end makes the store remember what is settled.
   *
   * @throws RegistryException if the targets cannot be read or there are none; nothing was sent
   * @throws IllegalStateException if the engine is closed
   */
  public FanoutResult process(SourceBatch batch, Deadline deadline) {
    return process(begin(batch, Turns.ALONE), deadline);
  }

  /** Returns a batch that nothing was sent of. */
  BatchRun begin(SourceBatch batch, Turns turns) {
    return new BatchRun(services, batch, turns);
  }

  FanoutResult process(BatchRun run, Deadline deadline) {
    long start = services.nanoTime().getAsLong();
    SourceBatch batch = run.batch();
    calls.enter(run);
    try {
      Current current = targets.of(batch.source());
      current.broken().forEach((id, why) -> run.hold(id, why));
      List<TargetSetup> able = new ArrayList<>();
      for (TargetSetup setup : current.targets().values()) {
        if (canTake(batch, setup.config())) {
          able.add(setup);
        } else {
          run.hold(setup.config().id(), TAKEN_APART);
        }
      }
      BatchProgress progress = progressStore == null ? null : progressStore.begin(batch, deadline);
      Map<String, TargetPlan> plans = plan(batch, able, null);
      if (progress != null) {
        able.removeIf(setup -> get(plans, setup.config().id()).hasOutputs());
        progress.warn(able, deadline);
      }
      plans.forEach((id, plan) -> deliverTo(run, get(current.targets(), id), plan, progress));
      run.reopen(current.deadLetterTargets());
      run.deliver(forDelivery(deadline));
      return answer(run, progress, deadline, start, current);
    } finally {
      calls.leave(run);
    }
  }

  /**
   * Goes on with what is left of a batch: only records and targets that are not settled. Targets
   * are looked up again; one that was switched off or removed is released, a changed one gets its
   * unsettled records anew, an added one none. Where targets cannot be looked up, everything is
   * held.
   *
   * <p>What a {@link BatchTransform} made is kept and never made again, but for a target that was
   * changed: it is made anew of the whole batch, and every output that names an unsettled record is
   * sent.
   *
   * <p>Blocks and ends as {@link #process} does; the answer's counts are sums since then.
   *
   * @throws IllegalArgumentException if it is another engine's
   * @throws IllegalStateException if the engine is closed
   */
  public FanoutResult resume(Unsettled left, Deadline deadline) {
    if (left.engine() != this) {
      throw new IllegalArgumentException("what is left belongs to another engine");
    }
    return resume(left.run(), left.progress(), deadline);
  }

  FanoutResult resume(BatchRun run, @Nullable BatchProgress progress, Deadline deadline) {
    long start = services.nanoTime().getAsLong();
    calls.enter(run);
    try {
      Current current = lookUpAgain(run.batch().source());
      if (current == null || !current.fresh()) {
        return answer(run, progress, deadline, start, current);
      }
      adapt(run, current);
      run.reopen(current.deadLetterTargets());
      run.deliver(forDelivery(deadline));
      return answer(run, progress, deadline, start, current);
    } finally {
      calls.leave(run);
    }
  }

  /**
   * Has the {@link Builder#progress ProgressStore} remember a batch of which nothing is unsettled,
   * for a host that will be given it again all the same: one of several batches of an event that
   * failed as a whole. Does nothing without a store, or where something is unsettled, which was
   * remembered before {@link #process} answered.
   *
   * @throws IllegalArgumentException if it is another engine's
   * @throws IllegalStateException if the engine is closed
   */
  public void rememberSettled(FanoutResult result, Deadline deadline) {
    Unsettled left = result.left();
    if (left.engine() != this) {
      throw new IllegalArgumentException("the result belongs to another engine");
    }
    BatchProgress progress = left.progress();
    if (progress == null || !left.isEmpty()) {
      return;
    }
    calls.enter(left.run());
    try {
      remember(left.run(), progress, true, deadline);
    } finally {
      calls.leave(left.run());
    }
  }

  private static void deliverTo(
      BatchRun run, TargetSetup setup, TargetPlan plan, @Nullable BatchProgress progress) {
    if (progress != null) {
      progress.apply(setup, plan);
    }
    run.deliverTo(setup, plan);
  }

  private Deadline forDelivery(Deadline deadline) {
    return progressStore == null ? deadline : progressStore.forDelivery(deadline);
  }

  /** An interrupt is told to the host, and does not keep what was settled from being remembered. */
  private static void remember(
      BatchRun run, @Nullable BatchProgress progress, boolean comesAgain, Deadline deadline) {
    if (progress == null) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      progress.remember(run, comesAgain, deadline);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable Current lookUpAgain(Source source) {
    try {
      return targets.of(source);
    } catch (RegistryException e) {
      LOG.warn("targets of '{}' cannot be looked up; everything left is held", source.id(), e);
      return null;
    }
  }

  private void adapt(BatchRun run, Current current) {
    for (String id : run.targetIds()) {
      TargetSetup now = current.targets().get(id);
      if (now != null) {
        if (!run.isDeliveredBy(id, now) && canTake(run.batch(), now.config())) {
          BitSet open = openSources(run, id);
          plan(run.batch(), List.of(now), open).forEach((same, plan) -> run.deliverTo(now, plan));
        }
      } else if (!current.broken().containsKey(id)) {
        run.release(id);
      }
    }
  }

  private static boolean canTake(SourceBatch batch, TargetConfig config) {
    return config.deaggregate()
        || !batch.takenApart()
        || batch.records().stream().allMatch(record -> record.part() == Position.WHOLE);
  }

  private static BitSet openSources(BatchRun run, String id) {
    for (TargetState state : run.states()) {
      if (state.result().targetId().equals(id)) {
        return state.openSources();
      }
    }
    return new BitSet();
  }

  private Map<String, TargetPlan> plan(
      SourceBatch batch, Iterable<TargetSetup> setups, @Nullable BitSet sources) {
    List<Wanted> wanted = new ArrayList<>();
    for (TargetSetup setup : setups) {
      TargetConfig config = setup.config();
      wanted.add(
          new Wanted(
              config.id(),
              DecodeOptions.of(config),
              config.filter(),
              setup.runtime().sender()::wants,
              transforms.ofRecords(config.transform()),
              transforms.ofBatches(config.transform()),
              setup.collapser(),
              setup.runtime().capabilities().tombstones()));
    }
    return planner.plan(batch, wanted, sources);
  }

  private static <V> V get(Map<String, V> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  private FanoutResult answer(
      BatchRun run,
      @Nullable BatchProgress progress,
      Deadline deadline,
      long start,
      @Nullable Current current) {
    SourceBatch batch = run.batch();
    List<FanoutRecord> records = batch.records();
    List<TargetResult> results = new ArrayList<>();
    BitSet open = new BitSet();
    for (TargetState state : run.states()) {
      TargetResult result = state.result();
      results.add(result);
      open.or(state.openSources());
      boolean behind = run.isBehind(result.targetId());
      services
          .listener()
          .settled(
              new TargetEvent(
                  batch.source(),
                  batch.shard(),
                  result.targetId(),
                  result.type(),
                  result.counts(),
                  result.firstFailure(),
                  state.oldestHeld(),
                  run.tell(result.targetId(), result.counts()),
                  run.number(),
                  behind));
      if (!behind) {
        expiry.look(batch.source(), batch.shard(), state);
      }
    }
    remember(run, progress, !open.isEmpty(), deadline);
    int settled = open.isEmpty() ? records.size() : open.nextSetBit(0);
    Checkpoint checkpoint =
        new Checkpoint(
            settled,
            records.size(),
            settled == 0 ? null : records.get(settled - 1).position(),
            open.isEmpty() ? null : records.get(settled).position());
    List<Position> unsettled =
        open.stream().mapToObj(index -> records.get(index).position()).toList();
    services
        .listener()
        .finished(
            new FanoutEvent(
                batch.source(),
                batch.shard(),
                results.size(),
                records.size(),
                settled,
                Duration.ofNanos(Math.max(0, services.nanoTime().getAsLong() - start)),
                current == null ? null : current.staleSince(),
                run.tellSettled(settled),
                retentions.of(batch.source())));
    return new FanoutResult(
        batch.source(),
        batch.shard(),
        results,
        checkpoint,
        unsettled,
        new Unsettled(this, run, progress, open.isEmpty()));
  }

  /**
   * Loads the targets of a source, opens their senders and lets each check its destination, within
   * the time of one attempt. Never throws: what is wrong is among the findings. For Lambda's INIT,
   * and before a snapshot is taken.
   */
  public List<Finding> prime(Source source) {
    Current current;
    try {
      current = targets.of(source);
    } catch (FanoutException e) {
      return List.of(
          new Finding(Finding.Severity.ERROR, source.id(), Objects.toString(e.getMessage(), "")));
    }
    List<Finding> findings = new ArrayList<>();
    current
        .broken()
        .forEach((id, why) -> findings.add(new Finding(Finding.Severity.ERROR, id, why.detail())));
    List<TargetSetup> all = new ArrayList<>(current.targets().values());
    all.addAll(current.deadLetterTargets().values());
    findings.addAll(TargetCheck.checkAll(all, services));
    return findings;
  }

  /**
   * Takes what a host has found out: how long a source keeps a record. What is held is compared
   * with it, see {@link FanoutListener#expiring}. A {@linkplain Builder#retention builder's} counts
   * more.
   *
   * @param kept null if it is not known any more
   */
  public void learnRetention(Source source, @Nullable Duration kept) {
    retentions.learn(source, kept);
  }

  /** Returns everything that is wrong with the active rows of one source. Does no I/O. */
  public List<Targets.Invalid> validate(Targets rows) {
    return targets.problems(rows);
  }

  /** Returns the providers found, by type. */
  public Map<String, TargetProvider> providers() {
    return providers.byType();
  }

  /**
   * Ends the calls under way as if their deadline had come, interrupts sends, waits for them at
   * most as long as one attempt may take, and closes what was opened. A sender with a send that
   * does not return is reported in the log and left open. May be called twice.
   */
  @Override
  public void close() {
    if (!calls.close()) {
      return;
    }
    List<TargetRuntime> open = targets.retireAll();
    open.forEach(TargetRuntime::interruptAll);
    boolean idle =
        calls.await(
            services.retry().attemptTimeout(),
            forHosts(),
            () -> open.stream().allMatch(TargetRuntime::isClosed));
    if (idle) {
      context.close();
    } else {
      for (TargetRuntime runtime : open) {
        if (!runtime.isClosed()) {
          LOG.warn(
              "target '{}' still has {} sends that do not return; its sender is left open",
              runtime.config().id(),
              runtime.sendsUnderWay());
        }
      }
    }
    ownThreads.close();
  }

  /** Returns what hosts of this engine measure their own waits by. */
  Ticker forHosts() {
    return services.nanoTime().forHosts();
  }

  /** Returns the wall clock. */
  Clock clock() {
    return services.clock();
  }

  boolean isClosed() {
    return calls.isClosed();
  }

  /**
   * Returns what waits for batches: never the executor that a host gave for sends, whose threads
   * may be few, and then all wait for sends that get none.
   */
  Executor waitingThreads() {
    return ownThreads.get();
  }

  /** Builds an engine; not thread-safe. */
  public static final class Builder {
    /**
     * 64 MiB: a few of the largest calls that any destination takes, in the smallest usual heap.
     */
    private static final long DEFAULT_MAX_BYTES_IN_FLIGHT = 64L << 20;

    private @Nullable TargetRegistry registry;
    private final List<TargetProvider> providers = new ArrayList<>();
    private final List<PayloadStoreProvider> payloadStores = new ArrayList<>();
    private final Map<String, String> settings = new HashMap<>();
    private Function<String, @Nullable String> secrets = name -> null;
    private final Map<String, RecordTransform> transforms = new HashMap<>();
    private final Map<String, BatchTransform> batchTransforms = new HashMap<>();
    private final List<FanoutListener> listeners = new ArrayList<>();
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private CircuitOptions circuit = CircuitOptions.DEFAULT;
    private @Nullable Executor executor;
    private Clock clock = Clock.systemUTC();
    private Ticker nanoTime = Ticker.SYSTEM;
    private RandomGenerator random = new SplittableRandom();
    private long maxBytesInFlight = DEFAULT_MAX_BYTES_IN_FLIGHT;
    private @Nullable ProgressStore progress;
    private boolean skipInvalidRows;
    private boolean allowNoTargets;
    private @Nullable Tracing tracing;
    private boolean discoversTracing;
    private Function<Source, @Nullable Duration> retention = source -> null;

    private Builder() {}

    /** Sets where targets come from; required. One that does I/O belongs behind a cache. */
    public Builder registry(TargetRegistry newRegistry) {
      registry = Objects.requireNonNull(newRegistry, "registry");
      return this;
    }

    /** Adds a provider, which wins over one of its type found by ServiceLoader. */
    public Builder provider(TargetProvider provider) {
      providers.add(Objects.requireNonNull(provider, "provider"));
      return this;
    }

    /**
     * Adds a place for bodies that are too large for a target, which wins over one of its scheme
     * found by ServiceLoader.
     */
    public Builder payloadStore(PayloadStoreProvider store) {
      payloadStores.add(Objects.requireNonNull(store, "store"));
      return this;
    }

    /** Sets an operator's setting, such as those named in ProviderContext. */
    public Builder setting(String name, String value) {
      settings.put(name, value);
      return this;
    }

    /**
     * Sets what knows a secret by the name that targets use, such as {@link EnvironmentSecrets};
     * null for one that it does not know. Asked at each use, by many threads, so that a new secret
     * is taken up; a {@linkplain ProviderContext#SECRET_PREFIX setting} wins over it.
     */
    public Builder secrets(Function<String, @Nullable String> newSecrets) {
      secrets = Objects.requireNonNull(newSecrets, "secrets");
      return this;
    }

    /** Registers a transform under the name that targets use. */
    public Builder transform(String name, RecordTransform transform) {
      transforms.put(name, Objects.requireNonNull(transform, "transform"));
      return this;
    }

    /**
     * Registers a transform of whole batches under the name that targets use, the same column as
     * for {@link #transform}.
     */
    public Builder batchTransform(String name, BatchTransform transform) {
      batchTransforms.put(name, Objects.requireNonNull(transform, "transform"));
      return this;
    }

    /** Sets how often and how soon a message is sent again. */
    public Builder retry(RetryPolicy newRetry) {
      retry = Objects.requireNonNull(newRetry, "retry");
      return this;
    }

    /** Sets when a target's breaker opens. */
    public Builder circuit(CircuitOptions newCircuit) {
      circuit = Objects.requireNonNull(newCircuit, "circuit");
      return this;
    }

    /**
     * Sets what runs the sends; the engine does not close it. By default virtual threads on Java 24
     * and later, cached daemon threads below. One that runs tasks on the calling thread works, but
     * deadlines cannot be enforced then.
     */
    public Builder executor(Executor newExecutor) {
      executor = Objects.requireNonNull(newExecutor, "executor");
      return this;
    }

    /** Sets the wall clock, for times that are written down. */
    public Builder clock(Clock newClock) {
      clock = Objects.requireNonNull(newClock, "clock");
      return this;
    }

    /**
     * Sets the monotonic clock, in nanoseconds, for pauses and time-outs; by default the system's.
     * Another one, such as a test's, is looked at every millisecond.
     */
    public Builder ticker(LongSupplier newNanoTime) {
      nanoTime = Ticker.of(Objects.requireNonNull(newNanoTime, "nanoTime"));
      return this;
    }

    /** Sets the random source of back-off jitter; a seeded one replays. */
    public Builder random(RandomGenerator newRandom) {
      random = Objects.requireNonNull(newRandom, "random");
      return this;
    }

    /** Adds a listener. */
    public Builder listener(FanoutListener listener) {
      listeners.add(Objects.requireNonNull(listener, "listener"));
      return this;
    }

    /** Sets what follows records to their destinations; nothing by default. */
    public Builder tracing(Tracing newTracing) {
      tracing = Objects.requireNonNull(newTracing, "tracing");
      return this;
    }

    /**
     * Takes the tracing of the {@link TracingProvider} that ServiceLoader finds, if there is one
     * and none was {@linkplain #tracing set}. For hosts whose operators put it on the class path.
     */
    public Builder discoverTracing() {
      discoversTracing = true;
      return this;
    }

    /**
     * Sets what remembers, across calls of {@link #process}, what each target has settled; nothing
     * by default. For hosts that are given a batch again instead of resuming it, such as a
     * function: {@link InMemoryProgressStore}, or one that processes share. The engine does not
     * close it.
     */
    public Builder progress(ProgressStore newProgress) {
      progress = Objects.requireNonNull(newProgress, "progress");
      return this;
    }

    /** Bounds the bytes of all sends under way; 64 MiB by default. */
    public Builder maxBytesInFlight(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxBytesInFlight " + bytes + " is below 1");
      }
      maxBytesInFlight = bytes;
      return this;
    }

    /**
     * Lets active rows that cannot be used be skipped, with a warning, instead of holding their
     * records; false by default.
     */
    public Builder skipInvalidRows(boolean skip) {
      skipInvalidRows = skip;
      return this;
    }

    /**
     * Lets a source without any row settle everything instead of being an error; false by default,
     * since a mistyped ARN must not empty a stream.
     */
    public Builder allowNoTargets(boolean allow) {
      allowNoTargets = allow;
      return this;
    }

    /**
     * Sets what knows how long a source keeps a record; it wins over what a host finds out by
     * {@link FanoutEngine#learnRetention}. Asked at the end of each call; must be quick. Without
     * either, 24 hours are taken for a table's stream, which keeps records no longer, and for a
     * Kinesis stream, which keeps them no shorter; nothing is known of the others.
     *
     * @param newRetention null for a source that it does not know
     */
    public Builder retention(Function<Source, @Nullable Duration> newRetention) {
      retention = Objects.requireNonNull(newRetention, "retention");
      return this;
    }

    /**
     * Returns the engine.
     *
     * @throws FanoutException if two providers share a type, or a scheme of payload stores, or two
     *     trace, or one cannot be made, or a transform and a batch transform share a name
     * @throws NullPointerException if no registry was set
     */
    public FanoutEngine build() {
      return new FanoutEngine(this);
    }
  }
}
