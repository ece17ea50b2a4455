package org.streamfanout.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.streamfanout.provider.memcached.MemcachedTargetProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TcpProxy;
import org.streamfanout.testservers.MemcachedServer;
import org.streamfanout.testservers.ServerFaults;

/** memcached, with an item for each record: its value alone would show the last one only. */
final class BreakableMemcached implements BreakableDestination {
  private static final int MOST = 2_000;

  private final MemcachedServer server = MemcachedServer.startBreakable();
  private final TcpProxy proxy = TcpProxy.to(server.port());

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
    return new MemcachedTargetProvider();
  }

  @Override
  public void prepare(String run) {
    // items need nothing
  }

  @Override
  public TargetConfig.Builder target(String run, boolean behindProxy) {
    int port = behindProxy ? proxy.port() : server.port();
    return BreakableDestination.row("memcached", "127.0.0.1:" + port)
        .maxMessages(7)
        .options(Map.of("key", run + ":{key}"));
  }

  @Override
  public Map<String, String> settings(boolean behindProxy) {
    return Map.of(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  }

  @Override
  public String key(int number) {
    return Integer.toString(number);
  }

  /** By the text protocol: {@code VALUE <key> <flags> <length>}, the data, and {@code END}. */
  @Override
  public Map<String, List<Integer>> read(String run) throws IOException {
    Map<String, List<Integer>> numbers = new LinkedHashMap<>();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      List<String> keys = new ArrayList<>();
      for (int number = 0; number < MOST; number++) {
        keys.add(run + ":" + key(number));
      }
      for (String key : keys) {
        socket.getOutputStream().write(("get " + key + "\r\n").getBytes(StandardCharsets.UTF_8));
        for (String line = in.readLine(); !line.equals("END"); line = in.readLine()) {
          numbers.put(key, List.of(BreakableRun.number(in.readLine())));
        }
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
    return false;
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
