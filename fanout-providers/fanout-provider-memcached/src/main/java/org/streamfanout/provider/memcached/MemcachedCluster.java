package org.streamfanout.provider.memcached;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * The nodes of one target and a connection to each. Everything here happens within a send: which
 * nodes there are is asked again by the first send after a minute, or after a node failed.
 * Thread-safe.
 */
final class MemcachedCluster implements AutoCloseable {
  /** As often as the clients of AWS ask, and the original did. */
  private static final Duration REFRESH = Duration.ofSeconds(60);

  /**
   * While nodes are known, asking for them anew may take no longer, and is not tried again for
   * longer than it may take, so that a configuration endpoint that hangs stops no send.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration RETRY = Duration.ofSeconds(10);

  private final MemcachedSettings settings;
  private final ProviderContext context;
  private final ReentrantLock discovering = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<HostPort, MemcachedNode> connections = new HashMap<>();
  private List<HostPort> nodes = List.of();
  private @Nullable KetamaRing ring;
  private @Nullable Instant askedAt;
  private @Nullable Instant unansweredAt;
  private boolean closed;

  MemcachedCluster(MemcachedSettings settings, ProviderContext context) {
    this.settings = settings;
    this.context = context;
  }

  /** Returns the ring of the nodes that there are. */
  KetamaRing ring(Deadline deadline)
      throws InterruptedException,
          ExecutionException,
          TimeoutException,
          IOException,
          HostNotCoveredException {
    KetamaRing fresh = freshRing();
    if (fresh != null) {
      return fresh;
    }
    KetamaRing known = lastRing();
    long wait = known == null ? deadline.remainingNanos() : 0;
    if (!discovering.tryLock(wait, TimeUnit.NANOSECONDS)) {
      if (known != null) {
        return known;
      }
      throw new TimeoutException("another send still asks for the nodes");
    }
    try {
      fresh = freshRing();
      return fresh != null ? fresh : place(discover(deadline));
    } catch (ExecutionException | IOException | TimeoutException unanswered) {
      // What was known serves on; only without anything known does the send fail.
      known = lastRing();
      if (known == null) {
        throw unanswered;
      }
      noteUnanswered();
      return known;
    } finally {
      discovering.unlock();
    }
  }

  private void noteUnanswered() {
    lock.lock();
    try {
      unansweredAt = context.clock().instant();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable KetamaRing freshRing() {
    lock.lock();
    try {
      Instant now = context.clock().instant();
      boolean isFresh =
          !settings.discovery()
              || (askedAt != null && askedAt.plus(REFRESH).isAfter(now))
              || (unansweredAt != null && unansweredAt.plus(RETRY).isAfter(now));
      return isFresh ? ring : null;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable KetamaRing lastRing() {
    lock.lock();
    try {
      return ring;
    } finally {
      lock.unlock();
    }
  }

  private List<HostPort> discover(Deadline deadline)
      throws InterruptedException,
          ExecutionException,
          TimeoutException,
          IOException,
          HostNotCoveredException {
    if (!settings.discovery()) {
      return settings.seeds();
    }
    Deadline patience = lastRing() == null ? deadline : deadline.atMost(PATIENCE);
    String answer = ask(settings.seeds().get(0), "config get cluster", patience);
    List<HostPort> found =
        ClusterAnswer.nodes(answer)
            .orElseThrow(() -> new IOException("the configuration endpoint names no nodes"));
    for (HostPort node : found) {
      if (!settings.covers(node, context)) {
        throw new HostNotCoveredException(node);
      }
    }
    return found;
  }

  /** Asks a node a question of the text protocol. */
  String ask(HostPort node, String question, Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<String> answer =
        TextQuery.ask(node, settings.tls(), threads().group(), question);
    try {
      return answer.get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } finally {
      answer.cancel(false);
    }
  }

  MemcachedThreads threads() {
    return context.shared(MemcachedThreads.class, "memcached", MemcachedThreads::new);
  }

  private KetamaRing place(List<HostPort> found) {
    lock.lock();
    try {
      KetamaRing placed = ring;
      if (placed == null || !found.equals(nodes)) {
        placed = new KetamaRing(found);
        ring = placed;
        nodes = List.copyOf(found);
        connections
            .entrySet()
            .removeIf(
                each -> {
                  boolean isGone = !found.contains(each.getKey());
                  if (isGone) {
                    each.getValue().close();
                  }
                  return isGone;
                });
      }
      askedAt = context.clock().instant();
      return placed;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the connection to a node, begun now if there is none that can be used. */
  MemcachedNode connection(HostPort node) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the sender is closed");
      }
      MemcachedNode known = connections.get(node);
      if (known == null || !known.isUsable()) {
        known = MemcachedNode.connect(node, settings.tls(), threads().group());
        connections.put(node, known);
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** Says that a node has failed, so that the next send asks whether it still is one. */
  void suspect() {
    lock.lock();
    try {
      askedAt = null;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the nodes that there are. */
  List<HostPort> nodes(Deadline deadline)
      throws InterruptedException,
          ExecutionException,
          TimeoutException,
          IOException,
          HostNotCoveredException {
    ring(deadline);
    lock.lock();
    try {
      return nodes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      connections.values().forEach(MemcachedNode::close);
      connections.clear();
    } finally {
      lock.unlock();
    }
  }
}
