package org.streamfanout.provider.memcached;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The thread that all memcached connections of an engine share. Thread-safe. */
final class MemcachedThreads implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("fanout-memcached", true), NioIoHandler.newFactory());

  EventLoopGroup group() {
    return group;
  }

  /** Runs something on the thread, so that all that it writes goes out in one flush. */
  void run(Runnable writes) {
    group.execute(writes);
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
