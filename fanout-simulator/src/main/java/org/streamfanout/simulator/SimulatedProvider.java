package org.streamfanout.simulator;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** The provider of every simulated target, as one process has it. */
final class SimulatedProvider implements TargetProvider {
  static final String TYPE = "simulated";

  private final Stage stage;
  private final SimulatedProcess process;

  SimulatedProvider(Stage stage, SimulatedProcess process) {
    this.stage = stage;
    this.process = process;
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Description describe() {
    return Description.builder("A destination of a simulation.").destination("anything").build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    Destination destination = stage.destination(target.id());
    return Capabilities.builder(destination.limits())
        .callOrder(destination.callOrder())
        .collapses(Set.of(Collapse.NONE, Collapse.CONCAT), Collapse.NONE)
        .build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    // Whatever the plan makes is valid; what is not, the registry says.
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new Sender(target, stage.destination(target.id()));
  }

  /** Returns how many bytes the destination counts. */
  static long sizeOf(Message message) {
    return message.bodyLength() + 1L;
  }

  private final class Sender implements TargetSender {
    private final TargetConfig target;
    private final Destination destination;

    Sender(TargetConfig target, Destination destination) {
      this.target = target;
      this.destination = destination;
    }

    @Override
    public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
      Chain chain = Scheduler.self().chain;
      if (process.isDead() || chain == null) {
        throw new InterruptedException("the process is no more");
      }
      Send send = stage.oracle().sends(process, target, this, chain, batch, deadline);
      stage.trace(() -> send + " begins with " + batch.messages());
      try {
        List<Outcome> outcomes =
            stage.behaviour().send(new SimulatedCall(stage, destination, send, deadline), batch);
        if (process.isDead()) {
          throw new InterruptedException("the process is no more");
        }
        stage.trace(() -> send + " answers " + outcomes);
        if (outcomes.size() == send.messages.size()) {
          stage.oracle().answered(send, outcomes);
        } else {
          stage.oracle().failed(send, true);
        }
        return outcomes;
      } catch (Killed e) {
        throw new InterruptedException("the process is no more");
      } catch (Exception | Error e) {
        if (!process.isDead()) {
          stage.trace(() -> send + " fails with " + e);
          stage.oracle().failed(send, e instanceof Error);
        }
        throw e;
      }
    }

    @Override
    public long sizeInBytes(Message message) {
      return sizeOf(message);
    }

    @Override
    public @Nullable Limits limits(Deadline deadline) {
      return null;
    }

    @Override
    public @Nullable String conflictKey(Message message) {
      return destination.conflicts() ? message.key() : null;
    }
  }
}
