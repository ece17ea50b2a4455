package org.streamfanout.provider.memcached;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.streamfanout.spi.HostPort;

/**
 * Consistent hashing as in libketama, with the names that libmemcached gives to nodes: so that a
 * key is where readers look for it, and a new node moves few of them. Immutable.
 */
final class KetamaRing {
  private static final int DIGESTS_PER_NODE = 40;
  private static final int POINTS_PER_DIGEST = 4;
  private static final int DEFAULT_PORT = 11_211;

  private final TreeMap<Long, HostPort> points = new TreeMap<>();

  /** Places nodes, of which there is at least one. */
  KetamaRing(List<HostPort> nodes) {
    for (HostPort node : nodes) {
      String name = node.port() == DEFAULT_PORT ? node.host() : node.toString();
      for (int number = 0; number < DIGESTS_PER_NODE; number++) {
        byte[] digest = md5(name + "-" + number);
        for (int part = 0; part < POINTS_PER_DIGEST; part++) {
          points.put(point(digest, part), node);
        }
      }
    }
  }

  /** Returns the node of a key. */
  HostPort nodeOf(String key) {
    Map.Entry<Long, HostPort> next = points.ceilingEntry(point(md5(key), 0));
    return (next != null ? next : points.firstEntry()).getValue();
  }

  private static long point(byte[] digest, int part) {
    long point = 0;
    for (int index = 3; index >= 0; index--) {
      point = point << 8 | digest[part * 4 + index] & 0xff;
    }
    return point;
  }

  private static byte[] md5(String text) {
    try {
      return MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
