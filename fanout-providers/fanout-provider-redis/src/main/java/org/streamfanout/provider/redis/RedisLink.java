package org.streamfanout.provider.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;

/**
 * One target's connection. Made by the first send that needs it and made anew by the first that
 * finds it broken: never behind a send's back, and with no command carried over. Thread-safe.
 */
final class RedisLink implements AutoCloseable {
  private static final long CLOSE_SECONDS = 5;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final RedisSettings settings;
  private final ProviderContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ClientResources resources;
  private @Nullable RedisConnection opened;
  private boolean closed;

  RedisLink(RedisSettings settings, ProviderContext context) {
    this.settings = settings;
    this.context = context;
  }

  /** Returns the open connection, made now if there is none. */
  RedisConnection connection(Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!lock.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
      throw new TimeoutException("another send is still connecting");
    }
    try {
      if (closed) {
        throw new IllegalStateException("the sender is closed");
      }
      if (opened != null && !opened.isOpen()) {
        CompletableFuture<Void> unused = drop(opened);
      }
      if (opened == null) {
        opened = open(deadline);
      }
      return opened;
    } finally {
      lock.unlock();
    }
  }

  private RedisConnection open(Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<RedisURI> uris = settings.seeds().stream().map(this::uri).toList();
    AbstractRedisClient client;
    CompletionStage<RedisConnection> connecting;
    if (settings.mode() == RedisSettings.Mode.CLUSTER) {
      RedisClusterClient cluster = RedisClusterClient.create(resources(), uris);
      cluster.setOptions(ClusterClientOptions.builder(options()).build());
      client = cluster;
      connecting =
          cluster
              .refreshPartitionsAsync()
              .thenCompose(known -> cluster.connectAsync(ByteArrayCodec.INSTANCE))
              .thenCompose(connection -> RedisConnection.toCluster(cluster, connection));
    } else {
      RedisClient single = RedisClient.create(resources());
      single.setOptions(options());
      client = single;
      CompletionStage<? extends StatefulConnection<byte[], byte[]>> one =
          settings.mode() == RedisSettings.Mode.REPLICAS
              ? MasterReplica.connectAsync(single, ByteArrayCodec.INSTANCE, uris)
              : single.connectAsync(ByteArrayCodec.INSTANCE, uris.get(0));
      connecting = one.thenApply(connection -> RedisConnection.toServer(single, connection));
    }
    boolean isOpen = false;
    try {
      RedisConnection connection =
          connecting.toCompletableFuture().get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      isOpen = true;
      return connection;
    } finally {
      if (!isOpen) {
        CompletableFuture<Void> unused = client.shutdownAsync(0, 0, TimeUnit.SECONDS);
        CompletionStage<?> unusedLate =
            connecting.whenComplete(
                (connection, error) -> {
                  if (connection != null) {
                    CompletableFuture<Void> unusedClose = connection.close();
                  }
                });
      }
    }
  }

  private ClientResources resources() {
    ClientResources known = resources;
    if (known == null) {
      known =
          context
              .shared(RedisResources.class, "redis", RedisResources::new)
              .within(new RedisHosts(settings.seeds(), context));
      resources = known;
    }
    return known;
  }

  private RedisURI uri(HostPort seed) {
    RedisURI.Builder uri =
        RedisURI.builder()
            .withHost(seed.host())
            .withPort(seed.port())
            .withDatabase(settings.database())
            .withSsl(settings.tls())
            .withVerifyPeer(SslVerifyMode.FULL);
    String secret = settings.passwordSecret();
    if (secret != null) {
      uri.withAuthentication(RedisCredentialsProvider.from(() -> credentials(secret)));
    }
    return uri.build();
  }

  /** Asked for at each connection, so that a new password is taken up. */
  private RedisCredentials credentials(String secret) {
    String password = context.secret(secret);
    if (password == null) {
      throw new MissingSecretException(secret);
    }
    return RedisCredentials.just(settings.user(), password);
  }

  /**
   * Without a reconnect of its own, Lettuce fails what was under way when a connection breaks,
   * carries no command over to the next and takes none for a broken one. Maintenance notices are
   * off, since they can send a client to any host.
   */
  private static ClientOptions options() {
    return ClientOptions.builder()
        .autoReconnect(false)
        .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .build();
  }

  /**
   * Gives a connection up at once: what it has not written it never will, and the next send makes
   * another.
   */
  void discard(RedisConnection connection) {
    lock.lock();
    try {
      if (opened == connection) {
        CompletableFuture<Void> unused = drop(connection);
      }
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Void> drop(RedisConnection connection) {
    opened = null;
    return connection.close();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (opened != null) {
        CompletableFuture<Void> done =
            drop(opened).completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS);
        done.exceptionally(error -> null).join();
      }
    } finally {
      lock.unlock();
    }
  }
}
