package org.streamfanout.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.provider.kinesis.KinesisTargetProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.ServerFaults;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;

/** A stream of two shards, in a server that forgets it when it is killed. */
final class BreakableKinesis implements BreakableDestination {
  private final KinesisServer server = KinesisServer.startBreakable();
  private final TcpProxy proxy = TcpProxy.to(server.endpoint().getPort());
  private final KinesisClient kinesis =
      AwsTestClients.client(KinesisClient.builder(), server.endpoint());

  @Override
  public ServerFaults faults() {
    return server.faults();
  }

  @Override
  public TcpProxy proxy() {
    return proxy;
  }

  @Override
  public TargetProvider provider() {
    return new KinesisTargetProvider();
  }

  @Override
  public void prepare(String run) {
    if (!kinesis.listStreams().streamNames().contains(run)) {
      kinesis.createStream(request -> request.streamName(run).shardCount(2));
      kinesis.waiter().waitUntilStreamExists(request -> request.streamName(run));
    }
  }

  @Override
  public TargetConfig.Builder target(String run, boolean behindProxy) {
    return BreakableDestination.row(
        "kinesis", "arn:aws:kinesis:us-east-1:000000000000:stream/" + run);
  }

  @Override
  public Map<String, String> settings(boolean behindProxy) {
    int port = behindProxy ? proxy.port() : server.endpoint().getPort();
    return Map.of(ProviderContext.ENDPOINT_URL, "http://127.0.0.1:" + port);
  }

  @Override
  public Map<String, List<Integer>> read(String run) {
    Map<String, List<Integer>> numbers = new LinkedHashMap<>();
    for (List<Record> shard : new KinesisReader(kinesis, run).readAll().values()) {
      for (Record record : shard) {
        numbers
            .computeIfAbsent(record.partitionKey(), key -> new ArrayList<>())
            .add(BreakableRun.number(record.data().asUtf8String()));
      }
    }
    return numbers;
  }

  @Override
  public boolean remembers() {
    return false;
  }

  @Override
  public boolean showsCopies() {
    return true;
  }

  @Override
  public void close() {
    kinesis.close();
    proxy.close();
    server.close();
  }
}
