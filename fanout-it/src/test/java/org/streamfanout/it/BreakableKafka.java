package org.streamfanout.it;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.streamfanout.provider.kafka.KafkaTargetProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.KafkaServer;
import org.streamfanout.testservers.ServerFaults;

/** A topic of two partitions. */
final class BreakableKafka implements BreakableDestination {
  private final KafkaServer server;
  private final TcpProxy proxy;

  BreakableKafka() {
    AtomicReference<TcpProxy> inFront = new AtomicReference<>();
    server =
        KafkaServer.startBreakable(
            port -> {
              inFront.set(TcpProxy.to(port));
              return inFront.get().port();
            });
    proxy = inFront.get();
  }

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
    return new KafkaTargetProvider();
  }

  @Override
  public void prepare(String run) {
    if (!server.topics().contains(run)) {
      server.createTopic(run, 2, Map.of());
    }
  }

  @Override
  public TargetConfig.Builder target(String run, boolean behindProxy) {
    int port = behindProxy ? proxy.port() : server.port();
    return BreakableDestination.row("kafka", "127.0.0.1:" + port + "/" + run)
        .options(Map.of("security", "plaintext"));
  }

  @Override
  public Map<String, String> settings(boolean behindProxy) {
    return Map.of(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  }

  @Override
  public Map<String, List<Integer>> read(String run) {
    Map<String, List<Integer>> numbers = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : server.records(run)) {
      numbers
          .computeIfAbsent(
              new String(record.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
          .add(BreakableRun.number(new String(record.value(), StandardCharsets.UTF_8)));
    }
    return numbers;
  }

  @Override
  public boolean remembers() {
    return true;
  }

  @Override
  public boolean showsCopies() {
    return true;
  }

  /** A node that has just begun takes some seconds for the first producer's number. */
  @Override
  public Duration attemptTimeout() {
    return Duration.ofSeconds(6);
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
