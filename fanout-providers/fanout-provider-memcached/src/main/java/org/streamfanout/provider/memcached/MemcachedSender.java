package org.streamfanout.provider.memcached;

import com.spotify.folsom.MemcacheClient;
import com.spotify.folsom.MemcacheStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetSender;

/**
 * Sets or deletes one item for each message, at the node that its key belongs to and no other: an
 * item at another node would be found there, stale, when that node takes over again. Thread-safe.
 */
final class MemcachedSender implements TargetSender {
  /**
   * What an item takes besides its key and value: a header of 48 bytes, 8 for its version, an end
   * of the key and of the value. Measured with 1.6.18: the largest value and its key are 59 bytes
   * below {@code -I}.
   */
  static final int ITEM_OVERHEAD = 59;

  private static final Pattern ITEM_SIZE = Pattern.compile("STAT item_size_max (\\d{1,18})\r?\n");

  private static final Outcome REJECTED = Outcome.failed(MemcachedFailures.ILLEGAL_KEY);

  private final String targetId;
  private final MemcachedSettings settings;
  private final MemcachedCluster cluster;
  private volatile @Nullable Limits limits;

  MemcachedSender(String targetId, MemcachedSettings settings, ProviderContext context) {
    this.targetId = targetId;
    this.settings = settings;
    this.cluster = new MemcachedCluster(settings, context);
  }

  /** A command for a node, and how it ends. */
  private record Sent(
      MemcachedNode node,
      boolean isDeletion,
      Function<MemcacheClient<byte[]>, CompletionStage<MemcacheStatus>> command,
      CompletableFuture<MemcacheStatus> status) {

    void start() {
      CompletableFuture<MemcacheStatus> unused =
          node.send(command)
              .whenComplete(
                  (answer, error) -> {
                    if (error != null) {
                      status.completeExceptionally(error);
                    } else {
                      status.complete(answer);
                    }
                  });
    }
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
    if (deadline.isExpired()) {
      throw new TimeoutException("no time is left");
    }
    KetamaRing ring = cluster.ring(deadline);
    // One connection for the whole send: if it breaks, the rest must not go out on another.
    Map<HostPort, MemcachedNode> nodes = new HashMap<>();
    List<@Nullable Sent> sent = new ArrayList<>(batch.messages().size());
    List<Sent> underWay = new ArrayList<>(batch.messages().size());
    for (Message message : batch.messages()) {
      if (!settings.encodesKeys() && !settings.keys().isLegal(message)) {
        sent.add(null);
        continue;
      }
      String key = settings.keys().apply(message);
      MemcachedNode node = nodes.computeIfAbsent(ring.nodeOf(key), cluster::connection);
      Sent each =
          new Sent(node, message.isTombstone(), command(message, key), new CompletableFuture<>());
      sent.add(each);
      underWay.add(each);
    }
    cluster.threads().run(() -> underWay.forEach(Sent::start));
    Failure unanswered = await(underWay, deadline);
    List<Outcome> outcomes = new ArrayList<>(sent.size());
    for (Sent each : sent) {
      outcomes.add(each == null ? REJECTED : outcome(each, unanswered));
    }
    return outcomes;
  }

  private Function<MemcacheClient<byte[]>, CompletionStage<MemcacheStatus>> command(
      Message message, String key) {
    if (message.isTombstone()) {
      return client -> client.delete(key);
    }
    byte[] value = message.body().toByteArray();
    return client -> client.set(key, value, settings.expirySeconds());
  }

  /** Waits for the answers, and returns what became of those that did not come. */
  private static Failure await(List<Sent> underWay, Deadline deadline) {
    try {
      CompletableFuture.allOf(underWay.stream().map(Sent::status).toArray(CompletableFuture[]::new))
          .get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException someFailed) {
      // Each says for itself how it ended.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return MemcachedFailures.INTERRUPTED;
    } catch (TimeoutException late) {
      return MemcachedFailures.TIMEOUT;
    }
    return MemcachedFailures.TIMEOUT;
  }

  private Outcome outcome(Sent sent, Failure unanswered) {
    if (!sent.status.isDone()) {
      // What the connection has not written yet must not be written later.
      sent.node.close();
      cluster.suspect();
      return Outcome.failed(unanswered);
    }
    try {
      return MemcachedFailures.ofStatus(sent.status.join(), sent.isDeletion);
    } catch (RuntimeException failed) {
      cluster.suspect();
      return Outcome.failed(MemcachedFailures.of(failed));
    }
  }

  /** What memcached counts against the size of an item. */
  @Override
  public long sizeInBytes(Message message) {
    return (long) settings.keys().length(message) + message.bodyLength() + ITEM_OVERHEAD;
  }

  /** Asks every node once how large an item may be; the smallest counts. */
  @Override
  public Limits limits(Deadline deadline) throws Exception {
    Limits known = limits;
    if (known == null) {
      long smallest = Long.MAX_VALUE;
      for (HostPort node : cluster.nodes(deadline)) {
        Matcher size = ITEM_SIZE.matcher(cluster.ask(node, "stats settings", deadline));
        smallest =
            Math.min(
                smallest,
                size.find()
                    ? Long.parseLong(size.group(1))
                    : MemcachedTargetProvider.LIMITS.maxMessageBytes());
      }
      Limits standard = MemcachedTargetProvider.LIMITS;
      known =
          Limits.of(standard.maxMessages(), Math.max(standard.maxBatchBytes(), smallest), smallest);
      limits = known;
    }
    return known;
  }

  @Override
  public String conflictKey(Message message) {
    return settings.keys().apply(message);
  }

  @Override
  public Failure classify(Exception error) {
    return MemcachedFailures.of(error);
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    List<Finding> findings = new ArrayList<>();
    try {
      for (HostPort node : cluster.nodes(deadline)) {
        findings.add(check(node, deadline));
      }
    } catch (ExecutionException
        | TimeoutException
        | IOException
        | HostNotCoveredException
        | RuntimeException error) {
      findings.add(finding(settings.seeds().get(0), MemcachedFailures.of(error)));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      findings.add(finding(settings.seeds().get(0), MemcachedFailures.INTERRUPTED));
    }
    return findings;
  }

  private Finding check(HostPort node, Deadline deadline) throws InterruptedException {
    try {
      cluster.ask(node, "stats settings", deadline);
      return new Finding(Finding.Severity.OK, targetId, "memcached at " + node + " can be reached");
    } catch (ExecutionException | TimeoutException error) {
      return finding(node, MemcachedFailures.of(error));
    }
  }

  private Finding finding(HostPort node, Failure failure) {
    boolean isLasting = failure.kind() == Failure.Kind.FATAL;
    return new Finding(
        isLasting ? Finding.Severity.ERROR : Finding.Severity.WARNING,
        targetId,
        "memcached at "
            + node
            + " could not be checked: "
            + failure.code()
            + ", "
            + failure.detail());
  }

  @Override
  public void close() {
    cluster.close();
  }
}
