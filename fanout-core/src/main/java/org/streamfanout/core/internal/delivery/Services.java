package org.streamfanout.core.internal.delivery;

import java.time.Clock;
import java.util.concurrent.Executor;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.spi.FanoutListener;

/**
 * What all calls of one engine share.
 *
 * @param retry how often and how soon
 * @param backoff the pauses
 * @param nanoTime the monotonic clock, and how to wait by it
 * @param clock the wall clock
 * @param executor what runs sends
 * @param budget the bytes of all sends
 * @param hung sends that outlived their call
 * @param listener who watches; never throws
 * @param tracing what goes beside messages, and who watches sends; never throws
 */
public record Services(
    RetryPolicy retry,
    Backoff backoff,
    Ticker nanoTime,
    Clock clock,
    Executor executor,
    ByteBudget budget,
    HungSends hung,
    FanoutListener listener,
    SafeTracing tracing) {}
