package org.streamfanout.core.internal.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.CircuitOptions;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutListener;
import org.streamfanout.spi.FanoutListener.CircuitState;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;

class RuntimeInterleavingsTest {
  private static final int CALLS = 3;

  @Test
  void runtime_retiredInAnyOrderOfSteps_closesItsSenderOnce_andNeverUnderASend() {
    Interleavings.of(Lifetime.class, LifetimeSpec.class)
        .play("start 0; finish 0", "retire", "start 1")
        .playAfter("start 0; callIsOver 0", "finish 0", "retire; isClosed")
        .check();
  }

  @Test
  void runtime_throttledInAnyOrderOfSteps_countsThem_andTellsTheLimitLast() {
    Interleavings.of(Throttled.class, Throttled.class)
        .play("throttled", "speedUp")
        .playAfter("throttled", "throttled", "speedUp")
        .check();
  }

  @Test
  void circuit_anyThreads_changesFromOneStateToTheNext() {
    Interleavings.of(Breaker.class, Breaker.class)
        .playAfter(
            "start 0; start 1; start 2",
            "finish 0 false",
            "finish 1 false; start 1",
            "finish 2 true")
        .playAfter(
            "start 0; finish 0 false; start 0; finish 0 false; pass",
            "start 0; finish 0 true; start 0",
            "start 1; finish 1 true; start 1",
            "start 2; timeOut 2")
        .stress();
  }

  @Test
  void hungSends_anyOrderOfSteps_holdTheirLanesUntilTheyReturn() {
    Interleavings.of(Hanging.class, HangingSpec.class)
        .play("hang 0", "giveBack 0; blocks 0")
        .playAfter("hang 0", "giveBack 0", "hang 1; blocks 1")
        .check();
  }

  @Test
  void plantedCloseWithoutALock_isFound() {
    Interleavings.of(ClosesTwice.class, ClosesTwice.class)
        .playAfter("retire", "callIsOver", "callIsOver")
        .finds("closed twice");
  }

  @Test
  void plantedReturnThatIsMissed_isFound() {
    Interleavings.of(MissedReturn.class, HangingSpec.class)
        .play("hang 0", "giveBack 0; blocks 0")
        .finds(Interleavings.NO_ORDER_EXPLAINS_IT);
  }

  private static Attempt attempt() {
    return new Attempt(
        null,
        runtime(new CountedSender()),
        List.of(),
        0,
        Deadline.after(Duration.ofDays(1)),
        0,
        0,
        0,
        false,
        Circuit.Pass.CALL);
  }

  /** A target's sender that knows whether it is used. */
  private static final class CountedSender implements TargetSender {
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();
    private volatile boolean closedUnderASend;

    @Override
    public List<Outcome> send(Batch batch, Deadline deadline) {
      throw new AssertionError("a model's calls send nothing");
    }

    @Override
    public long sizeInBytes(Message message) {
      return 1;
    }

    @Override
    public void close() {
      closedUnderASend |= used.get() > 0;
      closes.incrementAndGet();
    }
  }

  private static TargetRuntime runtime(TargetSender sender) {
    return new TargetRuntime(
        TargetConfig.builder(Source.of("kafka://broker:9092/orders"), "t", "memory", "anywhere")
            .maxInFlight(8)
            .build(),
        Capabilities.builder(Limits.of(10, 1_000, 1_000)).build(),
        sender,
        null,
        CircuitOptions.DEFAULT,
        () -> 0);
  }

  /** Calls, each with one send that may outlive it, of a target whose row is taken away. */
  public static class Lifetime {
    private final CountedSender sender = new CountedSender();
    private final TargetRuntime runtime = runtime(sender);
    private final Attempt[] attempts = {attempt(), attempt(), attempt()};
    private final boolean[] calling = new boolean[CALLS];
    private final boolean[] sending = new boolean[CALLS];

    @Operation
    public boolean start(@Param(gen = ThreadIdGen.class) int call) {
      if (calling[call] || sending[call] || !runtime.acquire()) {
        return false;
      }
      calling[call] = true;
      sending[call] = true;
      runtime.enter(attempts[call]);
      sender.used.incrementAndGet();
      return true;
    }

    @Operation
    public void finish(@Param(gen = ThreadIdGen.class) int call) {
      if (sending[call]) {
        sending[call] = false;
        sender.used.decrementAndGet();
        runtime.leave(attempts[call]);
      }
      callIsOver(call);
    }

    @Operation
    public void callIsOver(@Param(gen = ThreadIdGen.class) int call) {
      if (calling[call]) {
        calling[call] = false;
        runtime.release();
      }
    }

    @Operation
    public void retire() {
      runtime.retire();
    }

    @Operation
    public boolean isClosed() {
      return runtime.isClosed();
    }

    @Validate
    public void end() {
      Interleavings.require(!sender.closedUnderASend, "closed under a send");
      Interleavings.require(sender.closes.get() == (runtime.isClosed() ? 1 : 0), "not closed once");
    }
  }

  /** Closed as soon as it is retired and nobody uses it. */
  public static class LifetimeSpec {
    private final boolean[] calling = new boolean[CALLS];
    private final boolean[] sending = new boolean[CALLS];
    private boolean retired;
    private boolean closed;

    public boolean start(int call) {
      if (calling[call] || sending[call] || closed) {
        return false;
      }
      calling[call] = true;
      sending[call] = true;
      return true;
    }

    public void finish(int call) {
      sending[call] = false;
      callIsOver(call);
    }

    public void callIsOver(int call) {
      calling[call] = false;
      look();
    }

    public void retire() {
      retired = true;
      look();
    }

    public boolean isClosed() {
      return closed;
    }

    private void look() {
      boolean used = false;
      for (int call = 0; call < CALLS; call++) {
        used |= calling[call] || sending[call];
      }
      closed |= retired && !used;
    }
  }

  /** Answers of a target that throttles, each of a send that started after the last one. */
  public static class Throttled {
    private final TargetRuntime runtime = runtime(new CountedSender());

    @Operation
    public int throttled() {
      return runtime.throttled(0, 0, false, 10);
    }

    @Operation
    public void speedUp() {
      runtime.speedUp();
    }

    @Operation
    public int callMessages() {
      return runtime.callMessages(10);
    }

    @Validate
    public void end() {
      AtomicInteger told = new AtomicInteger(8);
      FanoutListener listener =
          new FanoutListener() {
            @Override
            public void concurrency(ConcurrencyEvent event) {
              told.set(event.limit());
            }
          };
      for (Consumer<FanoutListener> news = runtime.takeNews();
          news != null;
          news = runtime.takeNews()) {
        news.accept(listener);
      }
      Interleavings.require(
          told.get() == runtime.slots().limit(), "the limit that was told last is an old one");
    }
  }

  /** Calls through a breaker, each on a thread of its own. */
  @Param(name = "good", gen = BooleanGen.class)
  public static class Breaker {
    private final AtomicLong now = new AtomicLong();
    private CircuitState last = CircuitState.CLOSED;
    private boolean broken;
    private final Circuit.Pass[] passes = new Circuit.Pass[CALLS];
    private final Circuit circuit =
        new Circuit(
            "t", new CircuitOptions(4, 2, 50, Duration.ofSeconds(1), 2), true, this::changed);

    private void changed(Circuit.Change change) {
      broken |= change.from() != last || change.to() == last;
      last = change.to();
    }

    @Operation
    public Circuit.Pass start(@Param(gen = ThreadIdGen.class) int call) {
      if (passes[call] != null) {
        return null;
      }
      Circuit.Pass pass = Circuit.Pass.REFUSED;
      // As the engine does: what has changed since it looked is looked at again.
      do {
        pass = circuit.look(now.get());
      } while (pass != Circuit.Pass.REFUSED && !circuit.take(pass, now.get()));
      passes[call] = pass == Circuit.Pass.REFUSED ? null : pass;
      return pass;
    }

    @Operation
    public void finish(
        @Param(gen = ThreadIdGen.class) int call, @Param(name = "good") boolean good) {
      Circuit.Pass pass = passes[call];
      passes[call] = null;
      if (pass != null && good) {
        circuit.accepted(pass, now.get());
      } else if (pass != null) {
        circuit.failed(pass, now.get(), now.get(), "Busy");
      }
    }

    @Operation
    public void timeOut(@Param(gen = ThreadIdGen.class) int call) {
      Circuit.Pass pass = passes[call];
      passes[call] = null;
      if (pass != null) {
        circuit.timedOut(pass, now.get(), now.get(), 1);
      }
    }

    @Operation
    public void pass() {
      now.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    @Operation
    public boolean isDown() {
      return circuit.isDown();
    }

    @Validate
    public void end() {
      Interleavings.require(!broken && last == circuit.state(), "changes leave out a state");
    }
  }

  /** Sends that outlive their calls, and later calls that look for them. */
  @Param(name = "send", gen = IntGen.class, conf = "0:1")
  public static class Hanging {
    private static final Source SOURCE = Source.of("kafka://broker:9092/orders");
    private final HungSends hung = new HungSends();
    private final Attempt[] attempts = {attempt(), attempt()};
    private final AtomicInteger[] hangs = {new AtomicInteger(), new AtomicInteger()};

    @Operation
    public boolean hang(@Param(name = "send") int send) {
      boolean first = hangs[send].getAndSet(1) == 0;
      if (first) {
        hung.add(SOURCE, "shard", "t", attempts[send], Set.of(), Set.of());
      }
      return first;
    }

    @Operation
    public void giveBack(@Param(name = "send") int send) {
      attempts[send].end();
    }

    /** As a later call does: what has returned meanwhile opens its lanes at once. */
    @Operation
    public boolean blocks(@Param(name = "send") int send) {
      return hung.at(SOURCE, "shard", "t").stream()
          .anyMatch(each -> each.attempt() == attempts[send] && !each.attempt().hasReturned());
    }

    @Validate
    public void end() {
      int left = 0;
      for (int send = 0; send < 2; send++) {
        left += hangs[send].get() == 1 && !attempts[send].hasReturned() ? 1 : 0;
      }
      Interleavings.require(hung.size() == left, "what has returned still hangs");
    }
  }

  /** What hangs and has not returned. */
  public static class HangingSpec {
    private final boolean[] hangs = new boolean[2];
    private final boolean[] returned = new boolean[2];

    public boolean hang(int send) {
      boolean first = !hangs[send];
      hangs[send] = true;
      return first;
    }

    public void giveBack(int send) {
      returned[send] = true;
    }

    public boolean blocks(int send) {
      return hangs[send] && !returned[send];
    }
  }

  /** Looks whether it is to be closed, and closes a step later. */
  public static class ClosesTwice {
    private final AtomicInteger closes = new AtomicInteger();
    private volatile boolean retired;
    private volatile boolean closed;

    @Operation
    public void retire() {
      retired = true;
    }

    @Operation
    public void callIsOver() {
      if (retired && !closed) {
        closed = true;
        closes.incrementAndGet();
      }
    }

    @Validate
    public void end() {
      Interleavings.require(closes.get() < 2, "closed twice");
    }
  }

  /** Looks whether a send has returned, and asks a step later to be told. */
  public static class MissedReturn {
    private volatile boolean returned;
    private volatile boolean hangs;
    private volatile boolean told;

    @Operation
    public boolean hang(@Param(gen = ThreadIdGen.class) int send) {
      if (!returned) {
        hangs = true;
        told = true;
      }
      return true;
    }

    @Operation
    public void giveBack(@Param(gen = ThreadIdGen.class) int send) {
      returned = true;
      if (told) {
        hangs = false;
      }
    }

    @Operation
    public boolean blocks(@Param(gen = ThreadIdGen.class) int send) {
      return hangs;
    }
  }
}
