package org.streamfanout.simulator;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.simulator.Violation.Rule;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.RecordProgress;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.TargetProgress;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.spi.Targets;

/** Hosts, providers and counts that are broken, each in one way. */
final class PlantedBugs {
  private PlantedBugs() {}

  /**
   * A bug.
   *
   * @param rules what it may be found by
   */
  record Bug(String name, Simulation simulation, Set<Rule> rules) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Bug> all() {
    List<Bug> bugs = new ArrayList<>();
    hosts(bugs);
    runningAhead(bugs);
    providers(bugs);
    counts(bugs);
    stores(bugs);
    policies(bugs);
    ledgers(bugs);
    bugs.add(
        new Bug(
            "a provider returns before its request is over",
            Simulation.of(Hosts.engine())
                .behaviour(
                    (call, batch) -> {
                      if (call.choose(4) == 3 && call.destination().takeFault()) {
                        call.later(
                            Duration.ofMillis(120), () -> batch.messages().forEach(call::apply));
                        throw new java.io.IOException("gave up too early");
                      }
                      return new FaultyBehaviour().send(call, batch);
                    })
                .build(),
            Set.of(Rule.ORDER, Rule.INVENTED, Rule.DUPLICATE)));
    return bugs;
  }

  // ---------------------------------------------------------------- hosts

  private static void hosts(List<Bug> bugs) {
    HostRules oneTooFar =
        new HostRules() {
          @Override
          int settled(Checkpoint checkpoint, Delivery delivery) {
            return Math.min(checkpoint.total(), checkpoint.settled() + 1);
          }
        };
    bugs.add(host("a program commits one too far", new EngineHost(oneTooFar), Rule.CHECKPOINT));
    bugs.add(host("a worker checkpoints one too far", new KclHost(oneTooFar), Rule.CHECKPOINT));
    bugs.add(host("a consumer commits one too far", new KafkaHost(oneTooFar), Rule.CHECKPOINT));
    HostRules forgets =
        new HostRules() {
          @Override
          boolean isSettled(FanoutResult result) {
            return true;
          }
        };
    bugs.add(host("a program goes on past held records", new EngineHost(forgets), Rule.CHECKPOINT));
    bugs.add(
        host(
            "a function answers success with records unsettled",
            new LambdaHost(forgets),
            Rule.CHECKPOINT));
    HostRules anew =
        new HostRules() {
          @Override
          FanoutResult deliver(Delivery delivery, Deadline deadline) {
            return delivery.processAnew(deadline);
          }
        };
    bugs.add(
        host(
            "a program processes again what it should resume",
            new EngineHost(anew),
            Rule.DUPLICATE,
            Rule.LEDGER,
            Rule.IN_FLIGHT));
    HostRules thief =
        new HostRules() {
          @Override
          boolean commit(Delivery delivery, int settled) {
            delivery.commitAnyway(settled);
            return true;
          }
        };
    bugs.add(host("a worker commits on a lost lease", new KclHost(thief), Rule.CHECKPOINT));
    bugs.add(host("a consumer commits after a rebalance", new KafkaHost(thief), Rule.CHECKPOINT));
    HostRules orphans =
        new HostRules() {
          @Override
          boolean isFinished(SimulatedShard shard) {
            return true;
          }
        };
    bugs.add(host("a child starts before its parent is done", new KclHost(orphans), Rule.ORDER));
    HostRules wrongIdentifier =
        new HostRules() {
          @Override
          int firstFailed(FanoutResult result) {
            return result.checkpoint().settled() + 1;
          }
        };
    bugs.add(
        host(
            "a function names the record behind the first that failed",
            new LambdaHost(wrongIdentifier),
            Rule.CHECKPOINT));
  }

  private static void runningAhead(List<Bug> bugs) {
    HostRules withoutTurns =
        new HostRules() {
          @Override
          ShardDelivery loop(ShardDelivery loop, Supplier<ShardDelivery> another) {
            return another.get();
          }
        };
    bugs.add(
        host(
            "a worker lets a target have the next batch before it is done with this one",
            new KclHost(withoutTurns),
            Rule.ORDER,
            Rule.IN_FLIGHT));
    bugs.add(
        host(
            "a consumer lets a target have the next batch before it is done with this one",
            new KafkaHost(withoutTurns),
            Rule.ORDER,
            Rule.IN_FLIGHT));
    HostRules pastWhatIsHeld =
        new HostRules() {
          @Override
          void mayBringNext(Delivery delivery) {
            boolean unused = delivery.commit(delivery.batch().records().size());
          }
        };
    bugs.add(
        host(
            "a worker checkpoints what others have run ahead of",
            new KclHost(pastWhatIsHeld),
            Rule.CHECKPOINT));
    bugs.add(
        host(
            "a consumer commits what it has only handed over",
            new KafkaHost(pastWhatIsHeld),
            Rule.CHECKPOINT));
  }

  private static Bug host(String name, Host host, Rule... rules) {
    return new Bug(name, Simulation.of(host).build(), Set.of(rules));
  }

  // ---------------------------------------------------------------- providers

  /** What a broken sender does instead of handing a batch on. */
  private interface BrokenSend {
    List<Outcome> send(TargetSender sound, TargetConfig target, Batch batch, Deadline deadline)
        throws Exception;
  }

  private static void providers(List<Bug> bugs) {
    bugs.add(
        provider(
            "a provider sends a batch backwards",
            (sound, target, batch, deadline) -> {
              List<Message> turned = new ArrayList<>(batch.messages());
              Collections.reverse(turned);
              List<Outcome> outcomes = new ArrayList<>(sound.send(with(batch, turned), deadline));
              Collections.reverse(outcomes);
              return outcomes;
            },
            Rule.ORDER));
    bugs.add(
        provider(
            "a provider alters a byte",
            (sound, target, batch, deadline) ->
                sound.send(
                    each(batch, message -> target.deadLetterOnly() ? message : altered(message)),
                    deadline),
            Rule.ALTERED));
    bugs.add(
        provider(
            "a provider changes a key",
            (sound, target, batch, deadline) ->
                sound.send(
                    each(batch, message -> target.deadLetterOnly() ? message : rekeyed(message)),
                    deadline),
            Rule.ALTERED));
    bugs.add(
        provider(
            "a provider invents a record",
            (sound, target, batch, deadline) -> {
              List<Message> more = new ArrayList<>(batch.messages());
              more.add(invented());
              List<Outcome> outcomes = sound.send(with(batch, more), deadline);
              return outcomes.size() > 1 ? outcomes.subList(0, outcomes.size() - 1) : outcomes;
            },
            Rule.INVENTED));
    bugs.add(
        provider(
            "dead letters are not written",
            (sound, target, batch, deadline) ->
                target.deadLetterOnly()
                    ? Collections.nCopies(batch.messages().size(), Outcome.accepted())
                    : sound.send(batch, deadline),
            Rule.LEDGER,
            Rule.CHECKPOINT,
            Rule.ORDER));
    bugs.add(
        provider(
            "an unknown outcome is taken for success",
            (sound, target, batch, deadline) -> {
              try {
                return sound.send(batch, deadline);
              } catch (Exception e) {
                return Collections.nCopies(batch.messages().size(), Outcome.accepted());
              }
            },
            Rule.LEDGER,
            Rule.CHECKPOINT,
            Rule.ORDER));
    bugs.add(
        provider(
            "a failed entry is taken for success",
            (sound, target, batch, deadline) ->
                sound.send(batch, deadline).stream()
                    .map(
                        outcome ->
                            outcome instanceof Outcome.Failed failed
                                    && failed.failure().kind() == Failure.Kind.RETRYABLE
                                ? Outcome.accepted()
                                : outcome)
                    .toList(),
            Rule.LEDGER,
            Rule.CHECKPOINT,
            Rule.ORDER));
    bugs.add(
        provider(
            "a provider retries by itself",
            (sound, target, batch, deadline) -> {
              sound.send(batch, deadline);
              return sound.send(batch, deadline);
            },
            Rule.DUPLICATE));
    bugs.add(
        provider(
            "a provider sends the first message of a batch alone",
            (sound, target, batch, deadline) -> {
              List<Outcome> outcomes =
                  sound.send(with(batch, batch.messages().subList(0, 1)), deadline);
              return Collections.nCopies(batch.messages().size(), outcomes.get(0));
            },
            Rule.LEDGER,
            Rule.CHECKPOINT,
            Rule.ORDER));
  }

  private static Batch with(Batch batch, List<Message> messages) {
    return new Batch(batch.source(), batch.shard(), messages);
  }

  private static Batch each(Batch batch, UnaryOperator<Message> change) {
    return with(batch, batch.messages().stream().map(change).toList());
  }

  private static Message altered(Message message) {
    byte[] body = message.body().toByteArray();
    body[body.length - 1] ^= 1;
    return Message.builder(message.id(), message.records())
        .lane(message.lane())
        .body(body.length, () -> Bytes.wrap(body))
        .build();
  }

  private static Message rekeyed(Message message) {
    List<FanoutRecord> records = new ArrayList<>(message.records());
    records.set(0, records.get(0).withKey("another"));
    return Message.builder(message.id(), records)
        .lane(message.lane())
        .body(message.bodyLength(), message::body)
        .build();
  }

  private static Message invented() {
    FanoutRecord record =
        FanoutRecord.builder("nobody:1", "1").key("k").data(Bytes.utf8("wrote this")).build();
    return Message.builder("invented", List.of(record))
        .lane("invented")
        .body(10, () -> Bytes.utf8("wrote this"))
        .build();
  }

  private static Bug provider(String name, BrokenSend send, Rule... rules) {
    return new Bug(
        name,
        Simulation.of(Hosts.engine()).providers(sound -> broken(sound, send)).build(),
        Set.of(rules));
  }

  private static TargetProvider broken(TargetProvider sound, BrokenSend send) {
    return new TargetProvider() {
      @Override
      public String type() {
        return sound.type();
      }

      @Override
      public Description describe() {
        return sound.describe();
      }

      @Override
      public Capabilities capabilities(TargetConfig target) {
        return sound.capabilities(target);
      }

      @Override
      public void validate(TargetConfig target, ProviderContext context) {
        sound.validate(target, context);
      }

      @Override
      public TargetSender open(TargetConfig target, ProviderContext context) {
        TargetSender inner = sound.open(target, context);
        return new TargetSender() {
          @Override
          public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
            return send.send(inner, target, batch, deadline);
          }

          @Override
          public long sizeInBytes(Message message) {
            return inner.sizeInBytes(message);
          }

          @Override
          public @Nullable Limits limits(Deadline deadline) throws Exception {
            return inner.limits(deadline);
          }

          @Override
          public @Nullable String conflictKey(Message message) {
            return inner.conflictKey(message);
          }
        };
      }
    };
  }

  // ---------------------------------------------------------------- progress

  /** What a broken store makes of what it is told, or of what it answers. */
  private interface Broken {
    TargetProgress change(TargetProgress progress);
  }

  private static void stores(List<Bug> bugs) {
    bugs.add(
        store(
            "a record that is not settled is remembered as settled",
            progress ->
                new TargetProgress(
                    progress.targetId(),
                    progress.fingerprint(),
                    progress.records().keySet().stream()
                        .collect(Collectors.toMap(key -> key, key -> RecordProgress.SETTLED))),
            known -> known,
            Rule.LEDGER,
            Rule.CHECKPOINT));
    bugs.add(
        new Bug(
            "what one row has settled is taken for settled by another",
            Simulation.of(Hosts.lambda()).rows(PlantedBugs::blindToDestinations).build(),
            Set.of(Rule.LEDGER)));
    bugs.add(
        store(
            "what is remembered is forgotten",
            change -> change,
            known -> new TargetProgress(known.targetId(), known.fingerprint(), Map.of()),
            Rule.DUPLICATE));
  }

  private static Bug store(String name, Broken saved, Broken loaded, Rule... rules) {
    return new Bug(
        name,
        Simulation.of(Hosts.lambda())
            .stores(
                sound ->
                    store(
                        sound,
                        changes -> changes.stream().map(saved::change).toList(),
                        known -> known.stream().map(loaded::change).toList()))
            .build(),
        Set.of(rules));
  }

  /** Hides from the engine, and so from its fingerprints, where a target really points. */
  private static Targets blindToDestinations(Targets targets) {
    List<TargetConfig> valid =
        targets.valid().stream()
            .map(
                row -> {
                  Map<String, Object> same = new LinkedHashMap<>(row.toRow());
                  same.put("destination", "anywhere");
                  return TargetConfig.fromRow(same);
                })
            .toList();
    return new Targets(valid, targets.invalid(), targets.inactive(), targets.staleSince());
  }

  private static ProgressStore store(
      ProgressStore sound,
      UnaryOperator<List<TargetProgress>> saved,
      UnaryOperator<List<TargetProgress>> loaded) {
    return new ProgressStore() {
      @Override
      public List<TargetProgress> load(Source source, @Nullable String shard, Deadline deadline)
          throws Exception {
        return loaded.apply(sound.load(source, shard, deadline));
      }

      @Override
      public int save(
          Source source, @Nullable String shard, List<TargetProgress> changes, Deadline deadline)
          throws Exception {
        return sound.save(source, shard, saved.apply(changes), deadline);
      }

      @Override
      public boolean isShared() {
        return sound.isShared();
      }

      @Override
      public Duration timeout() {
        return sound.timeout();
      }
    };
  }

  // ---------------------------------------------------------------- what rows say of trouble

  private static void policies(List<Bug> bugs) {
    bugs.add(
        row(
            "what waits is parked though its row holds",
            row -> row.onFailure() == OnFailure.DEAD_LETTER ? row.delivery().toBuilder() : null,
            policy -> policy.onOpen(OnOpen.PARK),
            Rule.INVENTED));
    bugs.add(
        row(
            "what waits is shed though its row holds",
            row -> row.onFailure() == OnFailure.HOLD ? null : row.delivery().toBuilder(),
            policy -> policy.onOpen(OnOpen.SHED),
            Rule.LEDGER));
    bugs.add(
        engine(
            "a breaker opens at the first failure",
            (stage, engine) ->
                engine.circuit(new CircuitOptions(1, 1, 1, Plan.CIRCUIT.openFor(), 1)),
            Rule.INVENTED,
            Rule.LEDGER));
    bugs.add(
        engine(
            "an age is counted from a time that is too early",
            (stage, engine) -> engine.clock(Clock.offset(stage.clock(), Duration.ofSeconds(2))),
            Rule.INVENTED,
            Rule.LEDGER));
    bugs.add(
        row(
            "records are given up for an age that their row does not have",
            row -> row.onFailure() == OnFailure.HOLD ? null : row.delivery().toBuilder(),
            policy -> policy.maxRecordAge(Duration.ofSeconds(1)),
            Rule.INVENTED,
            Rule.LEDGER));
    bugs.add(
        row(
            "a row's own number of attempts is not looked at",
            row -> row.delivery().toBuilder(),
            policy -> policy.maxAttempts(null),
            Rule.ATTEMPTS,
            Rule.INVENTED,
            Rule.LEDGER));
    bugs.add(
        row(
            "a rate of records is not kept",
            row -> row.delivery().toBuilder(),
            policy -> policy.maxRecordsPerSecond(null),
            Rule.RATE));
    bugs.add(
        row(
            "a rate of bytes is taken for twice as much",
            row -> row.delivery().maxBytesPerSecond() == null ? null : twice(row.delivery()),
            policy -> policy,
            Rule.RATE));
    bugs.add(
        row(
            "a row that was pointed elsewhere has lost its rate",
            row -> row.destination().endsWith("-elsewhere") ? row.delivery().toBuilder() : null,
            policy -> policy.maxRecordsPerSecond(null).maxBytesPerSecond(null),
            Rule.RATE));
  }

  private static DeliveryPolicy.Builder twice(DeliveryPolicy policy) {
    Long bytes = policy.maxBytesPerSecond();
    return policy.toBuilder().maxBytesPerSecond(bytes == null ? null : bytes * 2);
  }

  private static Bug engine(
      String name, BiConsumer<Stage, FanoutEngine.Builder> change, Rule... rules) {
    return new Bug(name, Simulation.of(Hosts.engine()).engines(change).build(), Set.of(rules));
  }

  /**
   * Shows the engine other rows than the oracle; those for which there is no builder, unchanged.
   */
  private static Bug row(
      String name,
      Function<TargetConfig, DeliveryPolicy.@Nullable Builder> of,
      UnaryOperator<DeliveryPolicy.Builder> change,
      Rule... rules) {
    UnaryOperator<TargetConfig> changed =
        row -> {
          DeliveryPolicy.Builder policy = row.deadLetterOnly() ? null : of.apply(row);
          return policy == null
              ? row
              : row.toBuilder().delivery(change.apply(policy).build()).build();
        };
    return new Bug(
        name,
        Simulation.of(Hosts.engine())
            .rows(
                targets ->
                    new Targets(
                        targets.valid().stream().map(changed).toList(),
                        targets.invalid(),
                        targets.inactive(),
                        targets.staleSince()))
            .build(),
        Set.of(rules));
  }

  // ---------------------------------------------------------------- ledgers

  private static void ledgers(List<Bug> bugs) {
    bugs.add(
        ledger(
            "a ledger counts twice",
            sound ->
                event -> {
                  sound.settled(event);
                  sound.settled(event);
                }));
    bugs.add(
        ledger(
            "a ledger is not told of what was held before",
            sound ->
                event -> {
                  if (event.before().held() == 0) {
                    sound.settled(event);
                  }
                }));
    bugs.add(
        ledger(
            "a ledger forgets what went before",
            sound -> event -> sound.settled(with(event, event.counts(), TargetCounts.ZERO))));
    bugs.add(
        listener(
            "a record that was shed is not counted",
            // Where there are dead letters, nothing else is dropped.
            (counts, event) ->
                counts.deadLettered() > 0 && counts.dropped() > 0
                    ? new TargetCounts(
                        counts.records() - 1,
                        counts.accepted(),
                        counts.filtered(),
                        counts.deadLettered(),
                        counts.dropped() - 1,
                        counts.alreadySettled(),
                        counts.released(),
                        counts.held(),
                        counts.calls(),
                        counts.retries())
                    : counts));
  }

  private static Bug ledger(
      String name, Function<FanoutListener, Consumer<FanoutListener.TargetEvent>> change) {
    return new Bug(
        name,
        Simulation.of(Hosts.engine())
            .ledgers(
                sound -> {
                  Consumer<FanoutListener.TargetEvent> changed = change.apply(sound);
                  return new FanoutListener() {
                    @Override
                    public void settled(TargetEvent event) {
                      changed.accept(event);
                    }
                  };
                })
            .build(),
        Set.of(Rule.LEDGER));
  }

  private static FanoutListener.TargetEvent with(
      FanoutListener.TargetEvent event, TargetCounts counts, TargetCounts before) {
    return new FanoutListener.TargetEvent(
        event.source(),
        event.shard(),
        event.targetId(),
        event.type(),
        counts,
        event.firstFailure(),
        event.oldestHeld(),
        before,
        event.batch(),
        event.behind());
  }

  // ---------------------------------------------------------------- counts

  private static void counts(List<Bug> bugs) {
    bugs.add(
        listener(
            "a record is counted as accepted that is held",
            (sound, event) ->
                sound.held() == 0
                    ? sound
                    : changed(sound, sound.accepted() + 1, sound.held() - 1)));
    bugs.add(
        listener(
            "a record is counted twice",
            (sound, event) -> changed(sound, sound.accepted() + 1, sound.held())));
    bugs.add(
        new Bug(
            "the checkpoint that is told is one too far",
            Simulation.of(Hosts.engine())
                .listeners(
                    sound ->
                        new FanoutListener() {
                          @Override
                          public void finished(FanoutEvent event) {
                            sound.finished(
                                new FanoutEvent(
                                    event.source(),
                                    event.shard(),
                                    event.targets(),
                                    event.records(),
                                    Math.min(event.records(), event.settled() + 1),
                                    event.took(),
                                    event.staleSince()));
                          }
                        })
                .build(),
            Set.of(Rule.LEDGER)));
  }

  private static TargetCounts changed(TargetCounts counts, long accepted, long held) {
    return new TargetCounts(
        counts.records(),
        accepted,
        counts.filtered(),
        counts.deadLettered(),
        counts.dropped(),
        counts.alreadySettled(),
        counts.released(),
        held,
        counts.calls(),
        counts.retries());
  }

  private static Bug listener(
      String name, BiFunction<TargetCounts, FanoutListener.TargetEvent, TargetCounts> change) {
    return new Bug(
        name,
        Simulation.of(Hosts.engine())
            .listeners(
                sound ->
                    new FanoutListener() {
                      @Override
                      public void settled(TargetEvent event) {
                        sound.settled(
                            with(event, change.apply(event.counts(), event), event.before()));
                      }
                    })
            .build(),
        Set.of(Rule.LEDGER));
  }
}
