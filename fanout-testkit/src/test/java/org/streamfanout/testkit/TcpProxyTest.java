package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.testkit.TcpProxy.Mode;

@Timeout(60)
class TcpProxyTest {
  private final ServerSocket server = listening();
  private final TcpProxy proxy = TcpProxy.to(server.getLocalPort());

  private static ServerSocket listening() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException error) {
      throw new IllegalStateException(error);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    server.close();
  }

  @Test
  void pass_bytes_goBothWays() throws IOException {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      client.getOutputStream().write(1);
      assertThat(accepted.getInputStream().read()).isEqualTo(1);
      accepted.getOutputStream().write(2);
      assertThat(client.getInputStream().read()).isEqualTo(2);
      assertThat(proxy.connections()).isEqualTo(1);
    }
  }

  @Test
  void refuse_andAccept_manyTimes_keepThePort() throws IOException {
    for (int round = 0; round < 200; round++) {
      proxy.refuse();
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      proxy.accept();
      try (Socket client = connect();
          Socket accepted = server.accept()) {
        client.getOutputStream().write(round);
        assertThat(accepted.getInputStream().read()).isEqualTo(round & 0xff);
      }
    }
  }

  @Test
  void resetAnswers_requestArrivesAndTheAnswerResets() throws IOException {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      proxy.set(Mode.RESET_ANSWERS);
      client.getOutputStream().write(1);
      assertThat(accepted.getInputStream().read()).isEqualTo(1);
      accepted.getOutputStream().write(2);

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThat(proxy.resetRequests()).isZero();
      assertThat(proxy.resetAnswers()).isEqualTo(1);
    }
  }

  @Test
  void resetRequests_requestArrivesNowhere() throws IOException {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      proxy.set(Mode.RESET_REQUESTS);
      client.getOutputStream().write(1);

      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
      assertThat(proxy.resetRequests()).isEqualTo(1);
    }
  }

  @Test
  void holdRequests_areHeldUntilTheyPass() throws Exception {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      proxy.set(Mode.HOLD_REQUESTS);
      client.getOutputStream().write(1);
      proxy.awaitHeld();
      assertThat(accepted.getInputStream().available()).isZero();

      proxy.set(Mode.PASS);

      assertThat(accepted.getInputStream().read()).isEqualTo(1);
    }
  }

  @Test
  void delayAnswers_waitUntilTheDelayIsLess() throws Exception {
    try (Socket client = connect();
        Socket accepted = server.accept()) {
      proxy.delayAnswers(Duration.ofHours(1));
      client.getOutputStream().write(1);
      assertThat(accepted.getInputStream().read()).isEqualTo(1);
      accepted.getOutputStream().write(2);
      client.setSoTimeout(100);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      client.setSoTimeout(0);

      proxy.delayAnswers(Duration.ZERO);

      assertThat(client.getInputStream().read()).isEqualTo(2);
    }
  }
}
