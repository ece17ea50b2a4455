package org.streamfanout.provider.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.protocol.AsyncCommand;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An open connection, to a server or to the nodes of a cluster, with a client of its own, so that
 * nothing learned by a broken one outlives it. Thread-safe.
 */
final class RedisConnection {
  private final AbstractRedisClient client;
  private final StatefulConnection<byte[], byte[]> connection;
  private final @Nullable Partitions nodes;
  private final Map<RedisURI, Throwable> unreachable;

  private RedisConnection(
      AbstractRedisClient client,
      StatefulConnection<byte[], byte[]> connection,
      @Nullable Partitions nodes,
      Map<RedisURI, Throwable> unreachable) {
    this.client = client;
    this.connection = connection;
    this.nodes = nodes;
    this.unreachable = unreachable;
  }

  static RedisConnection toServer(
      AbstractRedisClient client, StatefulConnection<byte[], byte[]> connection) {
    return new RedisConnection(client, connection, null, Map.of());
  }

  /**
   * Connects to every primary of a cluster; those that cannot be reached fail what is theirs. A
   * client that does not reconnect by itself takes no command for a node to which it is still
   * connecting.
   */
  static CompletionStage<RedisConnection> toCluster(
      RedisClusterClient client, StatefulRedisClusterConnection<byte[], byte[]> connection) {
    Partitions nodes = connection.getPartitions();
    Map<RedisURI, Throwable> unreachable = new ConcurrentHashMap<>();
    List<CompletableFuture<?>> connecting = new ArrayList<>();
    for (RedisClusterNode node : nodes) {
      if (!node.getSlots().isEmpty()) {
        RedisURI uri = node.getUri();
        connecting.add(
            connection
                .getConnectionAsync(uri.getHost(), uri.getPort())
                .handle((connected, error) -> error == null ? null : unreachable.put(uri, error)));
      }
    }
    return CompletableFuture.allOf(connecting.toArray(CompletableFuture[]::new))
        .thenApply(done -> new RedisConnection(client, connection, nodes, unreachable));
  }

  boolean isOpen() {
    return connection.isOpen();
  }

  /**
   * Writes commands, in one flush; but in a cluster one by one, since there a batch fails as a
   * whole if a single node cannot be reached. Each command says for itself how it ends.
   */
  void dispatch(List<AsyncCommand<byte[], byte[], ?>> commands) {
    if (nodes == null) {
      connection.dispatch(commands);
      return;
    }
    for (AsyncCommand<byte[], byte[], ?> command : commands) {
      Throwable error = errorOfNode(command, nodes);
      if (error != null) {
        command.completeExceptionally(error);
      } else {
        dispatch(command);
      }
    }
  }

  private @Nullable Throwable errorOfNode(
      AsyncCommand<byte[], byte[], ?> command, Partitions known) {
    ByteBuffer key = command.getArgs().getFirstEncodedKey();
    RedisClusterNode node = key == null ? null : known.getMasterBySlot(SlotHash.getSlot(key));
    return node == null ? null : unreachable.get(node.getUri());
  }

  private void dispatch(AsyncCommand<byte[], byte[], ?> command) {
    try {
      connection.dispatch(command);
    } catch (RedisException refused) {
      command.completeExceptionally(refused);
    }
  }

  /** Breaks off what is under way, at once, and says when it is done. */
  CompletableFuture<Void> close() {
    return client.shutdownAsync(0, 0, TimeUnit.SECONDS);
  }
}
