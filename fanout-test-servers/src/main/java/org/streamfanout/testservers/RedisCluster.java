package org.streamfanout.testservers;

import java.util.ArrayList;
import java.util.List;

/** A Redis cluster of three masters that share the slots evenly. Thread-safe. */
public final class RedisCluster implements AutoCloseable {
  private static final int NODES = 3;

  /** The port of the cluster bus is so much higher than a node's own. */
  private static final int BUS = 10_000;

  private final List<RedisServer> nodes;

  private RedisCluster(List<RedisServer> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /**
   * Starts three nodes and waits until each of them says that the cluster is complete.
   *
   * @throws IllegalStateException if Redis is not installed or the cluster is not formed
   */
  public static RedisCluster start() {
    List<RedisServer> nodes = new ArrayList<>();
    try {
      for (int port : ServerProcess.freePorts(NODES, BUS)) {
        nodes.add(
            RedisServer.start(
                port,
                false,
                "cluster-enabled",
                "yes",
                "cluster-announce-ip",
                "127.0.0.1",
                "cluster-node-timeout",
                "5000"));
      }
      List<String> create = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
      nodes.forEach(node -> create.add("127.0.0.1:" + node.port()));
      create.add("--cluster-yes");
      ServerProcess.run(create);
      nodes.forEach(RedisCluster::awaitComplete);
      return new RedisCluster(nodes);
    } catch (IllegalStateException e) {
      nodes.forEach(RedisServer::close);
      throw e;
    }
  }

  private static void awaitComplete(RedisServer node) {
    List<String> ask = List.of("redis-cli", "-p", Integer.toString(node.port()), "cluster", "info");
    long end = System.nanoTime() + 60_000_000_000L;
    while (!ServerProcess.run(ask).contains("cluster_state:ok")) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the cluster is not complete after a minute");
      }
    }
  }

  /** Returns the nodes; the first has the lowest slots. */
  public List<RedisServer> nodes() {
    return nodes;
  }

  /** Stops every node; its data are gone. */
  @Override
  public void close() {
    nodes.forEach(RedisServer::close);
  }
}
