package org.streamfanout.benchmarks;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** A destination that takes everything: 500 messages a call, after a time that the test chooses. */
final class MemoryProvider implements TargetProvider {
  private final CallOrder callOrder;
  private final long millisPerCall;

  MemoryProvider(CallOrder callOrder, long millisPerCall) {
    this.callOrder = callOrder;
    this.millisPerCall = millisPerCall;
  }

  @Override
  public String type() {
    return "benchmark";
  }

  @Override
  public Description describe() {
    return Description.builder("Takes everything.").build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(Limits.of(500, 10L << 20, 1L << 20)).callOrder(callOrder).build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    // every destination will do
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    return new TargetSender() {
      @Override
      public List<Outcome> send(Batch batch, Deadline deadline) {
        long bytes = 0;
        for (Message message : batch.messages()) {
          bytes += message.body().length();
        }
        if (bytes < 0) {
          throw new IllegalStateException("lengths are never negative");
        }
        if (millisPerCall > 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millisPerCall));
        }
        return Collections.nCopies(batch.messages().size(), Outcome.accepted());
      }

      @Override
      public long sizeInBytes(Message message) {
        return message.bodyLength() + message.key().length();
      }
    };
  }
}
