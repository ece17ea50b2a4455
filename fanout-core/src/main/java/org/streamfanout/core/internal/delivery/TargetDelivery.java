package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.delivery.Outbound.State;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Outcome;

/**
 * One batch on its way to one target: what may go out now, and what every answer means. Guarded by
 * the run's lock, but for {@link #wake}.
 */
final class TargetDelivery implements Slots.Waiter {
  /** Over so long a time what waits is spread that need not wait any more. */
  static final long RECOVERY_SPREAD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How soon a record is looked at again that should have been given up, and could not be. */
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  final BatchRun run;
  final TargetSetup setup;
  final TargetRuntime runtime;
  final TargetPlan plan;
  final TargetLedger ledger;

  private final Services services;
  private final DeliveryPolicy policy;
  private @Nullable Packer packer;
  private @Nullable Lanes lanes;
  private @Nullable PackTask packing;

  /** Sends under way, given up ones included. */
  final Set<Attempt> attempts = new LinkedHashSet<>();

  /** Where this target's failed records go. */
  final DeadLetters deadLetters;

  private final Answers answers;

  /** Dead letters of other targets that this one carries and has not accepted. */
  private final Set<Outbound> letters = new LinkedHashSet<>();

  private int nextLetter;

  private boolean replaced;
  private @Nullable Failure stopped;
  private @Nullable Failure firstFailure;

  /** Until when the rate limit has no room for what would be sent next. */
  private long roomAt;

  private long recoveriesSeen;

  TargetDelivery(BatchRun run, TargetSetup setup, TargetPlan plan) {
    this.run = run;
    this.setup = setup;
    this.runtime = setup.runtime();
    this.plan = plan;
    this.ledger = new TargetLedger(plan);
    this.services = run.services;
    this.answers = new Answers(this);
    this.deadLetters = new DeadLetters(this);
    this.roomAt = services.nanoTime().getAsLong();
    this.recoveriesSeen = runtime.recoveries();
    this.policy = setup.config().delivery();
  }

  String id() {
    return setup.config().id();
  }

  @Nullable Failure firstFailure() {
    return firstFailure;
  }

  void noteFailure(Failure failure) {
    if (firstFailure == null) {
      firstFailure = failure;
    }
  }

  @Override
  public void wake() {
    run.wake();
  }

  // ---------------------------------------------------------------- packing

  /** Returns the task that asks for limits and packs, if it is time for one. */
  @Nullable PackTask startPacking(Deadline deadline, long now) {
    if (lanes != null || stopped != null) {
      return null;
    }
    if (packing != null && (!packing.asks || now - packing.expiresAt < 0)) {
      return null;
    }
    boolean ask = packing == null;
    if (packing != null) {
      packing.interrupt();
    }
    long timeout = services.retry().attemptTimeout().toNanos();
    packing =
        new PackTask(this, deadline.atMost(services.retry().attemptTimeout()), now + timeout, ask);
    return packing;
  }

  long packingExpiresAt() {
    return packing != null && lanes == null && packing.asks ? packing.expiresAt : Long.MAX_VALUE;
  }

  void abandonPacking() {
    if (packing != null && lanes == null) {
      packing.interrupt();
      packing = null;
    }
  }

  /** Takes over what a task packed, unless another was quicker or the call is over. */
  void packed(PackTask task, Packer result) {
    if (packing == task && lanes == null) {
      open(result);
    }
  }

  /** The provider failed while it was asked for sizes: nothing can be sent. */
  void packingFailed(PackTask task, Failure failure) {
    if (packing == task && lanes == null) {
      packing = null;
      stop(failure);
    }
  }

  Packer newPacker(Limits limits) {
    return new Packer(
        setup.ids(),
        runtime.sender(),
        setup.ordering(),
        setup.collapse(),
        setup.collapser(),
        limits,
        run.services.tracing(),
        runtime.claims());
  }

  private void open(Packer result) {
    packer = result;
    Lanes opened =
        new Lanes(
            setup.ordering(),
            runtime.capabilities().callOrder() == CallOrder.PREFIX,
            answers::failPreset);
    lanes = opened;
    closeForHungSends(opened, result.lanes, result.conflicts.values());
    result.lanes.forEach(opened::offer);
  }

  /** Keeps closed what a send of an earlier call still holds. */
  private void closeForHungSends(Lanes opened, List<Lane> lanes, Collection<ConflictQueue> all) {
    for (HungSends.Hung hung : services.hung().at(run.batch.source(), run.batch.shard(), id())) {
      if (hung.attempt().delivery == this) {
        continue;
      }
      List<Lane> held = lanes.stream().filter(lane -> holds(hung, lane)).toList();
      List<ConflictQueue> conflicts =
          all.stream().filter(conflict -> hung.conflictKeys().contains(conflict.key)).toList();
      held.forEach(opened::close);
      conflicts.forEach(opened::close);
      hung.attempt()
          .whenReturned(
              () -> {
                run.lock.lock();
                try {
                  held.forEach(opened::reopen);
                  conflicts.forEach(opened::reopen);
                } finally {
                  run.lock.unlock();
                }
                run.wake();
              });
    }
  }

  /** Where order was or is over the whole shard, any hung send holds every lane. */
  private boolean holds(HungSends.Hung hung, Lane lane) {
    return setup.ordering() != Ordering.NONE
        && (lane.key.equals(Packer.SINGLE_LANE)
            || hung.laneKeys().contains(Packer.SINGLE_LANE)
            || hung.laneKeys().contains(lane.key));
  }

  // ---------------------------------------------------------------- sending

  /** Returns whether nothing more can happen in this call. */
  boolean isFinished() {
    if (!attempts.isEmpty() || deadLetters.areWaiting()) {
      return false;
    }
    return stopped != null || (lanes != null && !lanes.hasReady() && !lanes.hasWaiting());
  }

  /** Returns when this delivery wants to be looked at again. */
  long nextLook(long now) {
    long at = packingExpiresAt();
    for (Attempt attempt : attempts) {
      if (!attempt.givenUp) {
        at = earlier(at, attempt.expiresAt, now);
      }
    }
    Lanes open = lanes;
    if (open != null && stopped == null) {
      at = earlier(at, open.nextDue(), now);
      if (open.hasReady()) {
        if (runtime.pausedUntil() - now > 0) {
          at = earlier(at, runtime.pausedUntil(), now);
        }
        if (roomAt - now > 0) {
          at = earlier(at, roomAt, now);
        }
      }
      long probeAt = runtime.circuit().nextPassAt(now);
      if (probeAt - now > 0 && (open.hasReady() || open.hasGuessedPauses())) {
        at = earlier(at, probeAt, now);
      }
      at = earlier(at, nextTooOld(open, now), now);
      long notWaitedForAt = runtime.nextNotWaitedForAt(now);
      if (notWaitedForAt - now > 0) {
        at = earlier(at, notWaitedForAt, now);
      }
      if (policy.maxRecordAge() != null && open.hasReady()) {
        at = earlier(at, runtime.nextHangAt(now), now);
      }
    }
    return at;
  }

  static long earlier(long a, long b, long now) {
    if (a == Long.MAX_VALUE) {
      return b;
    }
    if (b == Long.MAX_VALUE) {
      return a;
    }
    return (a - now) < (b - now) ? a : b;
  }

  /** Starts a send if one may start now. */
  @Nullable Attempt tryStart(Deadline deadline, long now) {
    Lanes open = lanes;
    if (open == null || stopped != null || run.isEnded()) {
      return null;
    }
    hasten(open, now);
    open.releaseDue(now);
    giveUpTried(open);
    Circuit.Pass pass = runtime.circuit().look(now);
    if (runtime.pausedUntil() - now > 0 || pass == Circuit.Pass.REFUSED) {
      runtime.slots().forget(this);
      doWithoutTarget(open, now);
      return null;
    }
    if (pass == Circuit.Pass.PROBE && runtime.isNotWaitedFor(now)) {
      // A probe that failed is not asked for again: the rest of its lane would wait for each.
      goElsewhere(open, head -> head.tried);
    }
    if (pass == Circuit.Pass.PROBE && !open.hasReady()) {
      // The target is to be found out, and a pause is a guess of when that is.
      open.releaseFirst();
    }
    if (!open.hasReady()) {
      runtime.slots().forget(this);
      return null;
    }
    if (roomAt - now > 0) {
      // It keeps its turn. To take a slot and give it back would wake others for nothing, and they
      // it, as long as it waits.
      return null;
    }
    if (!runtime.slots().tryAcquire(this)) {
      doWithoutTarget(open, now);
      return null;
    }
    Attempt attempt = start(open, pass, deadline, now);
    if (attempt == null) {
      return null;
    }
    attempts.add(attempt);
    runtime.enter(attempt);
    note(attempt, now);
    tellNews();
    return attempt;
  }

  /** Draws a call's worth, or gives the slot back. */
  private @Nullable Attempt start(Lanes open, Circuit.Pass pass, Deadline deadline, long now) {
    RateLimit rate = runtime.rateLimit();
    long wait = rate.nanosUntilCall(now);
    List<Outbound> drawn = wait > 0 ? List.of() : open.draw(room(pass, now));
    long bytes = drawn.stream().mapToLong(Outbound::bytesInFlight).sum();
    long wire = drawn.stream().mapToLong(message -> message.size).sum();
    long records = drawn.stream().mapToLong(message -> message.records.size()).sum();
    boolean taken =
        !drawn.isEmpty() && services.budget().tryAcquire(bytes, attempts.isEmpty(), this);
    if (taken) {
      wait = rate.tryTake(records, wire, now);
    }
    if (!taken || wait > 0 || !runtime.circuit().take(pass, now)) {
      open.undraw(drawn);
      if (taken) {
        services.budget().release(bytes);
      }
      if (wait > 0) {
        // In turn, or who comes last could always take what there is room for.
        roomAt = now + wait;
        runtime.slots().putBack(this);
      } else {
        runtime.slots().release();
      }
      return null;
    }
    long timeout = services.retry().attemptTimeout().toNanos();
    long left = deadline.remainingNanos();
    return new Attempt(
        this,
        runtime,
        drawn,
        bytes,
        deadline.atMost(services.retry().attemptTimeout()),
        now,
        now + Math.min(timeout, left),
        now + timeout,
        left <= timeout,
        pass);
  }

  /** What a call may carry; a probe costs as little as can be. */
  private Room room(Circuit.Pass pass, long now) {
    Limits limits = runtime.limits(knownLimits());
    RetryBudget budget = runtime.retryBudget();
    RateLimit rate = runtime.rateLimit();
    boolean probe = pass == Circuit.Pass.PROBE;
    return new Room(
        probe ? 1 : runtime.callMessages(limits.maxMessages()),
        Math.min(limits.maxBatchBytes(), rate.bytes(now)),
        rate.records(now),
        probe ? 1 : budget.allowed(now),
        budget.nextAt());
  }

  private void note(Attempt attempt, long now) {
    int again = 0;
    int afterFailure = 0;
    Instant at = services.clock().instant();
    for (Outbound message : attempt.messages) {
      again += message.sentBefore ? 1 : 0;
      afterFailure += message.failedWhole ? 1 : 0;
      message.sentBefore = true;
      message.lastTriedAt = at;
      if (message.firstTriedAt == null) {
        message.firstTriedAt = at;
      }
    }
    ledger.called(again);
    boolean probe = attempt.pass == Circuit.Pass.PROBE;
    runtime.retryBudget().sent(attempt.messages.size() - again, probe ? 0 : afterFailure, now);
  }

  // ---------------------------------------------------------------- a target that is down

  /** The target takes something again: what waits for its next attempt need not wait for long. */
  private void hasten(Lanes open, long now) {
    runtime.watch(this);
    long recoveries = runtime.recoveries();
    if (recoveries != recoveriesSeen) {
      recoveriesSeen = recoveries;
      open.hasten(now, () -> now + services.backoff().within(RECOVERY_SPREAD_NANOS));
    }
  }

  /** Settles what is not to wait for a target that takes no calls. */
  private void doWithoutTarget(Lanes open, long now) {
    if (runtime.isNotWaitedFor(now)) {
      goElsewhere(open, head -> true);
    } else if (policy.maxRecordAge() != null && runtime.takesNoCalls(now)) {
      Instant clock = services.clock().instant();
      open.releaseIf(head -> isTooOld(head, clock));
      abandon(open, head -> isTooOld(head, clock), tooOld(), setup.config().onFailure());
    }
  }

  /** Parks or sheds messages, as the row says. */
  private void goElsewhere(Lanes open, Predicate<Outbound> wanted) {
    OnOpen onOpen = setup.config().onOpen();
    Failure down =
        Failure.rejected(
            "TargetDown",
            "the target takes no calls"
                + (firstFailure == null ? "" : ", first of all for " + firstFailure.code())
                + "; onOpen is "
                + onOpen);
    OnFailure end = onOpen == OnOpen.PARK ? OnFailure.DEAD_LETTER : OnFailure.DROP;
    open.releaseIf(wanted);
    abandon(open, wanted, down, end);
  }

  /** Gives up what was tried and is too old to be tried again. */
  private void giveUpTried(Lanes open) {
    if (policy.maxRecordAge() != null && !runtime.isDenied()) {
      Instant clock = services.clock().instant();
      Predicate<Outbound> done = head -> head.tried && isTooOld(head, clock);
      open.releaseIf(done);
      abandon(open, done, tooOld(), setup.config().onFailure());
    }
  }

  private void abandon(
      Lanes open, Predicate<Outbound> wanted, Failure failure, OnFailure onFailure) {
    for (List<Outbound> drawn = open.drawFronts(wanted);
        !drawn.isEmpty();
        drawn = open.drawFronts(wanted)) {
      answers.abandon(drawn, failure, onFailure);
    }
  }

  boolean isTooOld(Outbound message, Instant clock) {
    Duration most = policy.maxRecordAge();
    return most != null && message.youngest(run.seenAt).plus(most).isBefore(clock);
  }

  Failure tooOld() {
    return Failure.rejected(
        "RecordTooOld",
        "older than "
            + policy.maxRecordAge()
            + " (maxRecordAge)"
            + (firstFailure == null ? "" : "; the first failure was " + firstFailure.code()));
  }

  /** Returns when the next record that waits for another attempt, or for the target, is too old. */
  private long nextTooOld(Lanes open, long now) {
    Duration most = policy.maxRecordAge();
    if (most == null || runtime.isDenied()) {
      return Long.MAX_VALUE;
    }
    boolean takesNoCalls = runtime.takesNoCalls(now);
    Instant clock = services.clock().instant();
    AtomicReference<@Nullable Duration> soonest = new AtomicReference<>();
    open.forEachHead(
        head -> {
          if (head.tried || takesNoCalls) {
            Duration left = Duration.between(clock, head.youngest(run.seenAt).plus(most));
            Duration known = soonest.get();
            soonest.set(known == null || left.compareTo(known) < 0 ? left : known);
          }
        });
    Duration left = soonest.get();
    // One nanosecond later it is older; what is older now must wait for something else, too.
    return left == null
        ? Long.MAX_VALUE
        : now + (left.isNegative() ? LOOK_AGAIN_NANOS : left.toNanos() + 1);
  }

  /** Has listeners told, after the lock is released, what became of the target. */
  void tellNews() {
    for (Consumer<FanoutListener> news = runtime.takeNews();
        news != null;
        news = runtime.takeNews()) {
      Consumer<FanoutListener> told = news;
      run.later(() -> told.accept(services.listener()));
    }
  }

  private Limits knownLimits() {
    Packer packed = packer;
    return packed == null ? runtime.capabilities().limits() : packed.limits();
  }

  Packer packer() {
    if (packer == null) {
      throw new IllegalStateException("nothing is sent before it is packed");
    }
    return packer;
  }

  /** Gives up sends that took too long; their answers are still waited for. */
  void expire(long now) {
    for (Attempt attempt : attempts) {
      if (!attempt.givenUp && attempt.expiresAt - now <= 0) {
        giveUp(attempt);
      }
    }
  }

  void giveUp(Attempt attempt) {
    if (!attempt.givenUp) {
      attempt.givenUp = true;
      answers.gaveUp(attempt);
    }
    attempt.interrupt();
  }

  /** Sends nothing more in this call. */
  void stop(Failure failure) {
    if (stopped == null) {
      stopped = failure;
      noteFailure(failure);
      for (Outbound message : List.copyOf(letters)) {
        if (message.state == State.QUEUED) {
          answers.hold(message, failure);
        }
      }
    }
  }

  Lanes requireLanes() {
    if (lanes == null) {
      throw new IllegalStateException("nothing is sent before it is packed");
    }
    return lanes;
  }

  /** Takes in what a send answered, one outcome per message. */
  void answered(Attempt attempt, List<Outcome> outcomes, long now) {
    attempts.remove(attempt);
    answers.take(attempt, outcomes, now);
    tellNews();
  }

  // ---------------------------------------------------------------- carrying dead letters

  void letterTaken(Outbound letter) {
    letters.remove(letter);
  }

  /** Takes a dead letter of another target. */
  void carry(FanoutRecord envelope, Outbound.DeadLetterOrigin origin) {
    if (lanes == null) {
      open(newPacker(runtime.limits(runtime.capabilities().limits())));
    }
    int lanesBefore = packer().lanes.size();
    Outbound letter = packer().deadLetter(envelope, nextLetter++, origin);
    letters.add(letter);
    if (packer().lanes.size() > lanesBefore) {
      closeForHungSends(requireLanes(), List.of(letter.lane), List.of());
    }
    if (stopped != null) {
      answers.hold(letter, stopped);
    } else {
      requireLanes().offer(letter.lane);
    }
  }

  /** Forgets the dead letters of a sender that is no more, or all if it is null. */
  void forgetLetters(@Nullable DeadLetters sender) {
    for (Outbound letter : List.copyOf(letters)) {
      if (sender == null || (letter.origin != null && letter.origin.sender() == sender)) {
        letters.remove(letter);
        // While its head is what it was: an empty lane must not be ready.
        requireLanes().withdraw(letter);
        letter.state = State.DONE;
        if (!letter.lane.inFlight) {
          letter.lane.sweep();
        }
        requireLanes().offer(letter.lane);
      }
    }
  }

  // ---------------------------------------------------------------- between calls

  /** Returns what became of each item, and how often those that are left were tried. */
  TargetEnds ends() {
    Packer packed = packer;
    boolean keepsOrder =
        setup.ordering() != Ordering.NONE || (packed != null && !packed.conflicts.isEmpty());
    TargetEnds ends = new TargetEnds(setup, plan, keepsOrder);
    for (int item = 0; item < plan.size(); item++) {
      switch (ledger.end(item)) {
        case ACCEPTED -> ends.accepted.set(item);
        case DEAD_LETTERED, DROPPED -> ends.givenUp.set(item);
        case ALREADY_SETTLED -> ends.alreadySettled.set(item);
        case OPEN -> ends.attempts.put(item, plan.attemptsBefore(item));
        case FILTERED, RELEASED -> {}
      }
    }
    if (packed != null && !plan.hasOutputs()) {
      for (Lane lane : packed.lanes) {
        for (Outbound at = lane.head; at != null; at = at.next) {
          if (at.origin == null) {
            int more = at.attempts - at.attemptsBefore;
            for (int item : at.outputs) {
              ends.attempts.computeIfPresent(item, (same, before) -> before + more);
            }
          }
        }
      }
    }
    return ends;
  }

  /** Ends this call's part: pauses and hopes end, sends that have not returned stay. */
  void endCall() {
    abandonPacking();
    runtime.slots().forget(this);
    runtime.unwatch(this);
    services.budget().forget(this);
    for (Attempt attempt : attempts) {
      if (!attempt.givenUp) {
        attempt.cutByCall = true;
      }
      giveUp(attempt);
      services
          .hung()
          .add(
              run.batch.source(),
              run.batch.shard(),
              id(),
              attempt,
              attempt.laneKeys(),
              attempt.conflicts().stream()
                  .map(conflict -> conflict.key)
                  .collect(Collectors.toSet()));
    }
  }

  /** Makes what is left ready for another call. */
  void reopen() {
    stopped = null;
    Lanes open = lanes;
    Packer packed = packer;
    if (open == null || packed == null) {
      return;
    }
    boolean startAnew = setup.config().onFailure() == OnFailure.HOLD;
    // In order, so that what fails without being sent does so in list order.
    Set<Lane> touched = new LinkedHashSet<>();
    for (Lane lane : packed.lanes) {
      for (Outbound at = lane.head; at != null; at = at.next) {
        if (at.state == State.HELD) {
          at.state = State.QUEUED;
          if (at.origin != null) {
            at.origin.sender().reopened(at.origin.message());
          }
        }
        if (startAnew && at.state == State.QUEUED) {
          at.attempts = 0;
        }
      }
      if (lane.head != null) {
        touched.add(lane);
      }
    }
    open.releaseAll();
    touched.forEach(open::offer);
  }

  /** Does nothing more, whatever an old send answers: another delivery has taken over. */
  void replaced() {
    replaced = true;
    stopped = Failure.notSent("the target was changed");
  }

  boolean isReplaced() {
    return replaced;
  }

  /** Settles what is open because the target is no more. */
  void release() {
    ledger.releaseOpen();
    stopped = Failure.notSent("the target was switched off or removed");
  }
}
