package org.streamfanout.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.crac.Core;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Source;

/**
 * A handler that loads what its first event needs ahead of it, and that may be kept in a snapshot:
 * Lambda's SnapStart, or CRaC elsewhere. Thread-safe; one per function instance.
 *
 * <p>Before a snapshot the {@linkplain FanoutRequestHandler#prime sources are primed}, which loads
 * the classes and makes the calls of a first event, and then everything is closed; after it is
 * restored everything is made anew. So no connection, credential, target, open breaker or random
 * seed of the snapshot is in use in its copies. Without a snapshot the sources are primed at once,
 * within the time of Lambda's INIT.
 *
 * <p>What priming finds wrong is logged and keeps nothing from starting: the records of a target
 * that does not work are held when they come. The hooks are those of <a
 * href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-java.html">SnapStart</a>
 * (as known 2026-11).
 */
public final class PrimedHandler implements RequestStreamHandler, Resource {
  private static final Logger LOG = LoggerFactory.getLogger(PrimedHandler.class);

  /** What serves invocations: made together, and closed together. */
  public interface Parts extends AutoCloseable {
    /** Returns the handler, always the same. */
    FanoutRequestHandler handler();

    /** Closes the handler's engine, and the clients of its registry. */
    @Override
    void close();
  }

  private final Supplier<? extends Parts> maker;
  private final List<Source> sources;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Parts parts;

  private PrimedHandler(Supplier<? extends Parts> maker, List<Source> sources) {
    this.maker = Objects.requireNonNull(maker, "maker");
    this.sources = List.copyOf(sources);
  }

  /**
   * Makes a handler and its parts, registers it for snapshots and, unless one is about to be taken,
   * primes the sources.
   *
   * @param maker makes the parts, now and after each restore; each engine with a {@linkplain
   *     org.streamfanout.core.FanoutEngine.Builder#random random source} of a seed of its own, as
   *     {@link LambdaEnvironment#configure} does
   * @param sources what to prime; may be empty
   * @param snapshot whether a snapshot will be taken, so that priming can wait for it; see {@link
   *     LambdaEnvironment#isSnapStart}
   */
  public static PrimedHandler start(
      Supplier<? extends Parts> maker, List<Source> sources, boolean snapshot) {
    PrimedHandler handler = new PrimedHandler(maker, sources);
    handler.parts();
    Core.getGlobalContext().register(handler);
    if (!snapshot) {
      handler.prime();
    }
    return handler;
  }

  /** Delivers an event; see {@link FanoutRequestHandler#handleRequest}. */
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    parts().handler().handleRequest(input, output, context);
  }

  /** Primes the sources and closes everything; no invocation may be under way. */
  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
    prime();
    lock.lock();
    try {
      if (parts != null) {
        parts.close();
        parts = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Makes everything anew; what cannot be made is thrown, and tried again by an invocation. */
  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {
    parts();
  }

  private Parts parts() {
    lock.lock();
    try {
      Parts current = parts;
      if (current == null) {
        current = maker.get();
        parts = current;
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  private void prime() {
    for (Finding finding : parts().handler().prime(sources)) {
      if (finding.severity() != Finding.Severity.OK) {
        LOG.warn(
            "priming found {} at '{}': {}", finding.severity(), finding.subject(), finding.text());
      }
    }
  }
}
