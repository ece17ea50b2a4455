package org.streamfanout.testservers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that can be processes and containers; with the profile {@code docker}, containers. */
@Timeout(300)
class ServerContainerIT {
  @Test
  void redis_started_answersAndStops() throws IOException {
    int port;
    try (RedisServer server = RedisServer.start()) {
      port = server.port();
      assertThat(ask(port, "PING\r\n")).isEqualTo("+PONG");
    }

    assertThatThrownBy(() -> ask(port, "PING\r\n")).isInstanceOf(IOException.class);
  }

  @Test
  void memcached_started_answersAndStops() throws IOException {
    int port;
    try (MemcachedServer server = MemcachedServer.start()) {
      port = server.port();
      assertThat(ask(port, "version\r\n")).startsWith("VERSION 1.");
    }

    assertThatThrownBy(() -> ask(port, "version\r\n")).isInstanceOf(IOException.class);
  }

  private static String ask(int port, String line) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(line.getBytes(US_ASCII));
      return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
          .readLine();
    }
  }
}
