package org.streamfanout.core.internal.delivery;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine's own executor: blocking sends want threads that are cheap to keep waiting. */
public final class SendThreads {
  /**
   * From here on a virtual thread that blocks in a monitor no longer pins its carrier (JEP 491).
   */
  private static final int VIRTUAL_FROM = 24;

  private SendThreads() {}

  /** Returns virtual threads where they are good, else cached daemon threads. */
  public static ExecutorService create() {
    if (Runtime.version().feature() >= VIRTUAL_FROM) {
      try {
        return (ExecutorService)
            Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("Java 21 and later have virtual threads", e);
      }
    }
    AtomicInteger count = new AtomicInteger();
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, "fanout-send-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
