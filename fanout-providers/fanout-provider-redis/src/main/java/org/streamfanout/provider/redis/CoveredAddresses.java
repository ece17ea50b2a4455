package org.streamfanout.provider.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.SocketAddressResolver;
import java.net.SocketAddress;
import org.streamfanout.spi.HostPort;

/**
 * The one place through which every connection's address comes, seeds, nodes of a cluster and
 * redirects alike. Thread-safe.
 */
final class CoveredAddresses extends SocketAddressResolver {
  private final RedisHosts hosts;

  CoveredAddresses(RedisHosts hosts) {
    this.hosts = hosts;
  }

  @Override
  public SocketAddress resolve(RedisURI uri) {
    String host = uri.getHost();
    if (host == null || uri.getSocket() != null) {
      throw new HostNotCoveredException("a socket of this machine");
    }
    String bracketed = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    if (HostPort.parse(bracketed + ":" + uri.getPort()).filter(hosts::covers).isEmpty()) {
      throw new HostNotCoveredException(bracketed + ":" + uri.getPort());
    }
    return super.resolve(uri);
  }
}
