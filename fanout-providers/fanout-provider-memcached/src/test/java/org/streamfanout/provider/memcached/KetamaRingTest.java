package org.streamfanout.provider.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import net.spy.memcached.DefaultConnectionFactory;
import net.spy.memcached.DefaultHashAlgorithm;
import net.spy.memcached.KetamaNodeKeyFormatter;
import net.spy.memcached.KetamaNodeLocator;
import net.spy.memcached.MemcachedNode;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.HostPort;

class KetamaRingTest {

  @Test
  void nodeOf_agreesWithSpymemcached() throws Exception {
    List<HostPort> hosts =
        List.of(
            new HostPort("a.0001.use1.cache.amazonaws.com", 11_211),
            new HostPort("a.0002.use1.cache.amazonaws.com", 11_211),
            new HostPort("b.example", 11_212));
    List<MemcachedNode> nodes = new ArrayList<>();
    List<SocketChannel> channels = new ArrayList<>();
    for (HostPort host : hosts) {
      SocketChannel channel = SocketChannel.open();
      channels.add(channel);
      nodes.add(
          new DefaultConnectionFactory()
              .createMemcachedNode(
                  InetSocketAddress.createUnresolved(host.host(), host.port()), channel, 1_024));
    }
    KetamaNodeLocator theirs =
        new KetamaNodeLocator(
            nodes,
            DefaultHashAlgorithm.KETAMA_HASH,
            KetamaNodeKeyFormatter.Format.LIBMEMCACHED,
            new HashMap<>());
    KetamaRing ring = new KetamaRing(hosts);

    for (int number = 0; number < 2_000; number++) {
      String key = "key-" + number;
      InetSocketAddress expected = (InetSocketAddress) theirs.getPrimary(key).getSocketAddress();
      assertThat(ring.nodeOf(key).host()).as(key).isEqualTo(expected.getHostName());
    }
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }

  @Test
  void nodeOf_oneNodeMore_movesOnlyItsShare() {
    List<HostPort> three = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      three.add(new HostPort("node" + number, 11_211));
    }
    List<HostPort> four = new ArrayList<>(three);
    four.add(new HostPort("node4", 11_211));
    KetamaRing before = new KetamaRing(three);
    KetamaRing after = new KetamaRing(four);

    int moved = 0;
    for (int number = 0; number < 4_000; number++) {
      HostPort now = after.nodeOf("k" + number);
      if (!now.equals(before.nodeOf("k" + number))) {
        assertThat(now.host()).isEqualTo("node4");
        moved++;
      }
    }
    assertThat(moved).isBetween(500, 1_600);
  }
}
