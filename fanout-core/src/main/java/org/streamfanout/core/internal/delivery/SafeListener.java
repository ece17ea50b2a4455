package org.streamfanout.core.internal.delivery;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.FanoutListener;

/** All listeners of an engine as one that never throws. */
public final class SafeListener implements FanoutListener {
  private static final Logger LOG = LoggerFactory.getLogger(SafeListener.class);

  private final List<FanoutListener> listeners;

  /** Wraps listeners. */
  public SafeListener(List<FanoutListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  @Override
  public void sent(SendEvent event) {
    tell(listener -> listener.sent(event));
  }

  @Override
  public void retrying(RetryEvent event) {
    tell(listener -> listener.retrying(event));
  }

  @Override
  public void settled(TargetEvent event) {
    tell(listener -> listener.settled(event));
  }

  @Override
  public void finished(FanoutEvent event) {
    tell(listener -> listener.finished(event));
  }

  @Override
  public void expiring(ExpiryEvent event) {
    tell(listener -> listener.expiring(event));
  }

  @Override
  public void circuit(CircuitEvent event) {
    tell(listener -> listener.circuit(event));
  }

  @Override
  public void concurrency(ConcurrencyEvent event) {
    tell(listener -> listener.concurrency(event));
  }

  @Override
  public void progress(ProgressEvent event) {
    tell(listener -> listener.progress(event));
  }

  private void tell(Consumer<FanoutListener> what) {
    for (FanoutListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException | Error e) {
        LOG.warn("a listener failed; delivery goes on", e);
      }
    }
  }
}
