package org.streamfanout.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.streamfanout.core.Checkpoint;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.TargetResult;
import org.streamfanout.core.internal.delivery.Ticker;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetCounts;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.spi.Targets;

/**
 * One engine with a few targets of one kind, whose destinations answer by a script: for each target
 * and record, the answers to its first attempts; after those it is accepted. Sends run on the
 * calling thread and time passes when that waits, so a case is nothing but its script.
 */
final class SmallModel implements AutoCloseable {
  /** An answer to one attempt. */
  enum Answer {
    ACCEPTED,
    RETRYABLE,
    /** It took effect, and the answer denies it. */
    DENIED,
    THROTTLED,
    NOT_SENT,
    TOO_LARGE,
    REJECTED,
    FATAL
  }

  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/small");
  private static final RetryPolicy RETRY =
      new RetryPolicy(2, Duration.ofMillis(100), Duration.ofMillis(1), Duration.ofMillis(2));
  private static final CircuitOptions NEVER_OPEN =
      new CircuitOptions(1_000, 1_000, 100, Duration.ofSeconds(1), 1);
  private static final int MOST_CALLS = 8;

  private final int targets;
  private final Ordering ordering;
  private final CallOrder callOrder;
  private final OnFailure onFailure;
  private final FanoutEngine engine;
  private final Time time = new Time();
  private Answer[][][] script = {};
  private int[][] attempts = {};
  private List<List<Integer>> effects = List.of();
  private List<Set<Integer>> accepted = List.of();
  private List<Set<Integer>> rejected = List.of();
  private Set<String> letters = Set.of();

  /** Passes when somebody waits. */
  private static final class Time implements Ticker {
    private long now;

    @Override
    public long getAsLong() {
      return now;
    }

    @Override
    public void park(Object blocker, long nanos) {
      now += nanos;
    }

    @Override
    public void unpark(Thread thread) {
      // Nobody else waits.
    }
  }

  SmallModel(int targets, Ordering ordering, CallOrder callOrder, OnFailure onFailure) {
    this.targets = targets;
    this.ordering = ordering;
    this.callOrder = callOrder;
    this.onFailure = onFailure;
    List<TargetConfig> rows = new ArrayList<>();
    for (int number = 0; number < targets; number++) {
      rows.add(
          TargetConfig.builder(SOURCE, "t" + number, "scripted", Integer.toString(number))
              .ordering(ordering)
              .onFailure(onFailure)
              .deadLetter(onFailure == OnFailure.DEAD_LETTER ? "dlq" : null)
              .build());
    }
    rows.add(
        TargetConfig.builder(SOURCE, "dlq", "scripted", "letters").deadLetterOnly(true).build());
    Targets all = new Targets(rows, List.of(), Set.of(), null);
    this.engine =
        FanoutEngine.builder()
            .registry(source -> all)
            .provider(new Scripted())
            .executor(Runnable::run)
            .ticker(time)
            .random(new SplittableRandom(1))
            .retry(RETRY)
            .circuit(NEVER_OPEN)
            .build();
  }

  /**
   * Plays a script, from the first call to the last.
   *
   * @param keys the key of each record
   * @param answers by target, record and attempt
   * @return how many calls of the engine it took
   */
  int play(String keys, Answer[][][] answers) {
    int records = keys.length();
    script = answers;
    attempts = new int[targets][records];
    effects = new ArrayList<>();
    accepted = new ArrayList<>();
    rejected = new ArrayList<>();
    letters = new HashSet<>();
    for (int target = 0; target < targets; target++) {
      effects.add(new ArrayList<>());
      accepted.add(new HashSet<>());
      rejected.add(new HashSet<>());
    }
    List<FanoutRecord> batch = new ArrayList<>();
    for (int number = 0; number < records; number++) {
      batch.add(
          FanoutRecord.builder("s:" + number, Integer.toString(number))
              .shard("s")
              .key(keys.substring(number, number + 1))
              .data(Bytes.utf8(Integer.toString(number)))
              .build());
    }
    SourceBatch read = new SourceBatch(SOURCE, "s", batch);
    FanoutResult result = engine.process(read, deadline());
    check(keys, result);
    int calls = 1;
    for (; !result.isSettled(); calls++) {
      require(calls < MOST_CALLS, keys, "it is not settled after " + calls + " calls");
      int settledBefore = result.checkpoint().settled();
      result = engine.resume(result.left(), deadline());
      check(keys, result);
      require(result.checkpoint().settled() >= settledBefore, keys, "the checkpoint went back");
    }
    require(result.left().isEmpty(), keys, "something is left of a settled batch");
    return calls;
  }

  private Deadline deadline() {
    return Deadline.after(Duration.ofHours(1), time);
  }

  private void check(String keys, FanoutResult result) {
    int records = keys.length();
    require(result.targets().size() == targets, keys, "targets are missing");
    int prefix = records;
    for (int target = 0; target < targets; target++) {
      TargetResult told = result.targets().get(target);
      TargetCounts counts = told.counts();
      Set<Integer> got = accepted.get(target);
      int lettered = 0;
      int dropped = 0;
      for (int record = 0; record < records; record++) {
        boolean settled = got.contains(record);
        if (letters.contains(target + ":" + record)) {
          lettered++;
          settled = true;
        } else if (onFailure == OnFailure.DROP && failedForGood(target, record)) {
          dropped++;
          settled = true;
        }
        if (!settled) {
          prefix = Math.min(prefix, record);
        }
      }
      int held = records - got.size() - lettered - dropped;
      require(
          counts.areConserved()
              && counts.records() == records
              && counts.accepted() == got.size()
              && counts.deadLettered() == lettered
              && counts.dropped() == dropped
              && counts.held() == held
              && counts.filtered() + counts.released() + counts.alreadySettled() == 0,
          keys,
          told + " but " + got + " accepted, " + lettered + " letters, " + dropped + " dropped");
      checkOrder(keys, target);
    }
    Checkpoint checkpoint = result.checkpoint();
    require(
        checkpoint.settled() == prefix && checkpoint.total() == records,
        keys,
        checkpoint + " instead of " + prefix);
    require(result.isSettled() == (prefix == records), keys, "isSettled is wrong");
  }

  private boolean failedForGood(int target, int record) {
    return rejected.get(target).contains(record) && !accepted.get(target).contains(record);
  }

  private void checkOrder(String keys, int target) {
    if (ordering != Ordering.KEY && ordering != Ordering.SHARD) {
      return;
    }
    int[] last = new int[128];
    Arrays.fill(last, -1);
    Set<Integer> seen = new HashSet<>();
    for (int record : effects.get(target)) {
      int lane = ordering == Ordering.KEY ? keys.charAt(record) : 0;
      if (seen.add(record)) {
        require(record > last[lane], keys, "order at t" + target + ": " + effects.get(target));
        last[lane] = record;
      }
    }
  }

  private void require(boolean holds, String keys, String what) {
    if (!holds) {
      throw new AssertionError(
          String.join(
              " ",
              ordering.name(),
              callOrder.name(),
              onFailure.name(),
              "keys",
              keys,
              "script",
              Arrays.deepToString(script) + ":",
              what));
    }
  }

  @Override
  public void close() {
    engine.close();
  }

  private final class Scripted implements TargetProvider {
    @Override
    public String type() {
      return "scripted";
    }

    @Override
    public Description describe() {
      return Description.builder("Answers by a script.").destination("anything").build();
    }

    @Override
    public Capabilities capabilities(TargetConfig target) {
      return Capabilities.builder(Limits.of(3, 1 << 20, 1 << 20)).callOrder(callOrder).build();
    }

    @Override
    public void validate(TargetConfig target, ProviderContext context) {
      // All are valid.
    }

    @Override
    public TargetSender open(TargetConfig target, ProviderContext context) {
      return new TargetSender() {
        @Override
        public List<Outcome> send(Batch batch, Deadline deadline) {
          return target.deadLetterOnly()
              ? take(batch)
              : answer(Integer.parseInt(target.destination()), batch);
        }

        @Override
        public long sizeInBytes(Message message) {
          return message.bodyLength();
        }
      };
    }

    private List<Outcome> take(Batch batch) {
      Letters reader = new Letters();
      List<Outcome> outcomes = new ArrayList<>();
      for (Message message : batch.messages()) {
        Letters.Letter letter = reader.read(message);
        if (letter == null) {
          throw new AssertionError("no dead letter: " + message.body().utf8());
        }
        letters.add(letter.target().substring(1) + ":" + letter.recordId().substring(2));
        outcomes.add(Outcome.accepted());
      }
      return outcomes;
    }

    private List<Outcome> answer(int target, Batch batch) {
      List<Outcome> outcomes = new ArrayList<>();
      Set<Object> closed = new HashSet<>();
      for (Message message : batch.messages()) {
        int record = Integer.parseInt(message.records().get(0).sequenceNumber());
        if (closed.contains(message.lane())) {
          outcomes.add(Outcome.failed(Failure.notSent("behind a failure")));
          continue;
        }
        Outcome outcome = attempt(target, record, batch.messages().size());
        outcomes.add(outcome);
        if (outcome instanceof Outcome.Failed && callOrder == CallOrder.PREFIX) {
          closed.add(message.lane());
        }
      }
      return outcomes;
    }

    private Outcome attempt(int target, int record, int messages) {
      Answer[] answers = script[target][record];
      int attempt = attempts[target][record]++;
      if (accepted.get(target).contains(record)) {
        throw new AssertionError("sent again though it was accepted: " + record);
      }
      Answer answer = attempt < answers.length ? answers[attempt] : Answer.ACCEPTED;
      Failure failure =
          switch (answer) {
            case ACCEPTED -> null;
            case RETRYABLE, DENIED -> Failure.retryable("Busy", "later");
            case THROTTLED -> Failure.throttled("Slow", "later");
            case NOT_SENT -> Failure.notSent("not now");
            // Alone, it would lower the limit for cases to come.
            case TOO_LARGE ->
                messages > 1 ? Failure.tooLarge("Big", "too large") : Failure.notSent("alone");
            case REJECTED -> Failure.rejected("Bad", "never");
            case FATAL -> Failure.fatal("Denied", "for now");
          };
      if (answer == Answer.ACCEPTED || answer == Answer.DENIED) {
        effects.get(target).add(record);
      }
      if (failure == null) {
        accepted.get(target).add(record);
        return Outcome.accepted();
      }
      if (answer == Answer.REJECTED || isLastTry(answers, attempt)) {
        rejected.get(target).add(record);
      }
      return Outcome.failed(failure);
    }

    /** Whether this is the second failure that counts. */
    private boolean isLastTry(Answer[] answers, int attempt) {
      int counted = 0;
      for (int index = 0; index <= attempt; index++) {
        counted += answers[index] == Answer.RETRYABLE || answers[index] == Answer.DENIED ? 1 : 0;
      }
      return (answers[attempt] == Answer.RETRYABLE || answers[attempt] == Answer.DENIED)
          && counted >= RETRY.maxAttempts();
    }
  }
}
