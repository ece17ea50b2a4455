package org.streamfanout.provider.memcached;

import com.spotify.folsom.MemcacheClient;
import com.spotify.folsom.MemcacheClientBuilder;
import com.spotify.folsom.MemcacheStatus;
import com.spotify.folsom.guava.HostAndPort;
import com.spotify.folsom.reconnect.AbstractReconnectionListener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.streamfanout.spi.HostPort;

/**
 * One connection to one node, for as long as it lasts: it is given up when it cannot be made,
 * breaks or leaves something unanswered, and what it had not written then it never will.
 * Thread-safe.
 */
final class MemcachedNode {
  /** Our senders have deadlines of their own; this only has to be longer than any of them. */
  private static final long NO_TIMEOUT_MILLIS = 24 * 60 * 60 * 1000L;

  /** The engine bounds what is under way; this only has to be more. */
  private static final int MAX_OUTSTANDING = 1_000_000;

  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final MemcacheClient<byte[]> client;
  private volatile boolean ended;

  private MemcachedNode(HostPort address, boolean tls, EventLoopGroup threads) {
    MemcacheClientBuilder<byte[]> builder =
        MemcacheClientBuilder.newByteArrayClient()
            .withAddress(address.host(), address.port())
            .withKeyCharset(StandardCharsets.US_ASCII)
            .withConnections(1)
            .withRetry(false)
            .withMaxSetLength(Integer.MAX_VALUE)
            .withMaxOutstandingRequests(MAX_OUTSTANDING)
            .withConnectionTimeoutMillis(NO_TIMEOUT_MILLIS)
            .withReplyExecutor(Runnable::run)
            .withEventLoopGroup(threads)
            .withChannelClass(NioSocketChannel.class)
            .withReconnectionListener(new Ending());
    if (tls) {
      builder.withSSLEngineFactory((host, port) -> MemcachedTls.engine(address));
    }
    client = builder.connectAscii();
  }

  /** Starts to connect. */
  static MemcachedNode connect(HostPort address, boolean tls, EventLoopGroup threads) {
    MemcachedNode node = new MemcachedNode(address, tls, threads);
    CompletionStage<Void> whenConnected =
        node.client.connectFuture().thenRun(() -> node.connected.complete(null));
    CompletionStage<Void> whenFailed =
        node.connected.whenComplete(
            (done, error) -> {
              if (error != null) {
                node.close();
              }
            });
    return node;
  }

  /** Folsom would connect again and again by itself; the next send does that, with a new node. */
  private final class Ending extends AbstractReconnectionListener {
    @Override
    public void connectionFailure(Throwable cause) {
      end(cause);
    }

    @Override
    public void reconnectionQueuedFromError(
        Throwable cause, HostAndPort address, long backOffMillis, int attempt) {
      end(cause);
    }

    @Override
    public void connectionLost(Throwable cause, HostAndPort address) {
      end(cause);
    }

    private void end(Throwable cause) {
      ended = true;
      if (!connected.completeExceptionally(cause)) {
        close();
      }
    }
  }

  /** Returns whether a send may still use this connection. */
  boolean isUsable() {
    return !ended;
  }

  /** Sends a command once there is a connection. */
  CompletableFuture<MemcacheStatus> send(
      Function<MemcacheClient<byte[]>, CompletionStage<MemcacheStatus>> command) {
    return connected.thenCompose(done -> command.apply(client)).toCompletableFuture();
  }

  /** Gives the connection up; what is under way fails. May be called twice. */
  void close() {
    ended = true;
    client.shutdown();
  }
}
