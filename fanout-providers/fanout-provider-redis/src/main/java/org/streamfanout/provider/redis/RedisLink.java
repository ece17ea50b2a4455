package org.streamfanout.provider.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.resource.ClientResources;
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
  private final RedisSettings settings;
  private final ProviderContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Opened opened;
  private boolean closed;

  /** A client serves one connection, so that nothing learned by a broken one outlives it. */
  private record Opened(
      AbstractRedisClient client, StatefulConnection<byte[], byte[]> connection) {}

  RedisLink(RedisSettings settings, ProviderContext context) {
    this.settings = settings;
    this.context = context;
  }

  /** Returns the open connection, made now if there is none. */
  StatefulConnection<byte[], byte[]> connection(Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!lock.tryLock(deadline.remainingNanos(), TimeUnit.NANOSECONDS)) {
      throw new TimeoutException("another send is still connecting");
    }
    try {
      if (closed) {
        throw new IllegalStateException("the sender is closed");
      }
      if (opened != null && !opened.connection.isOpen()) {
        drop(opened);
      }
      if (opened == null) {
        opened = open(deadline);
      }
      return opened.connection;
    } finally {
      lock.unlock();
    }
  }

  private Opened open(Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    ClientResources resources =
        context
            .shared(RedisResources.class, "redis", RedisResources::new)
            .within(new RedisHosts(settings.seeds(), context));
    List<RedisURI> uris = settings.seeds().stream().map(this::uri).toList();
    AbstractRedisClient client;
    CompletionStage<? extends StatefulConnection<byte[], byte[]>> connecting;
    if (settings.mode() == RedisSettings.Mode.CLUSTER) {
      RedisClusterClient cluster = RedisClusterClient.create(resources, uris);
      cluster.setOptions(ClusterClientOptions.builder(options()).build());
      client = cluster;
      connecting = cluster.connectAsync(ByteArrayCodec.INSTANCE);
    } else {
      RedisClient single = RedisClient.create(resources);
      single.setOptions(options());
      client = single;
      connecting =
          settings.mode() == RedisSettings.Mode.REPLICAS
              ? MasterReplica.connectAsync(single, ByteArrayCodec.INSTANCE, uris)
              : single.connectAsync(ByteArrayCodec.INSTANCE, uris.get(0));
    }
    boolean isOpen = false;
    try {
      StatefulConnection<byte[], byte[]> connection =
          connecting.toCompletableFuture().get(deadline.remainingNanos(), TimeUnit.NANOSECONDS);
      isOpen = true;
      return new Opened(client, connection);
    } finally {
      if (!isOpen) {
        shutDown(client);
        CompletionStage<?> unused =
            connecting.whenComplete(
                (late, error) -> {
                  if (late != null) {
                    CompletableFuture<Void> closing = late.closeAsync();
                  }
                });
      }
    }
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
   * Without a reconnect of its own, Lettuce fails what was under way when a connection breaks and
   * carries no command over to the next. Maintenance notices are off, since they can send a client
   * to any host.
   */
  private static ClientOptions options() {
    return ClientOptions.builder()
        .autoReconnect(false)
        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
        .maintNotificationsConfig(MaintNotificationsConfig.disabled())
        .build();
  }

  /**
   * Gives a connection up at once: what it has not written it never will, and the next send makes
   * another.
   */
  void discard(StatefulConnection<byte[], byte[]> connection) {
    lock.lock();
    try {
      if (opened != null && opened.connection == connection) {
        drop(opened);
      }
    } finally {
      lock.unlock();
    }
  }

  private void drop(Opened broken) {
    opened = null;
    CompletableFuture<Void> closing = broken.connection.closeAsync();
    shutDown(broken.client);
  }

  private static void shutDown(AbstractRedisClient client) {
    CompletableFuture<Void> closing = client.shutdownAsync(0, 0, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (opened != null) {
        drop(opened);
      }
    } finally {
      lock.unlock();
    }
  }
}
