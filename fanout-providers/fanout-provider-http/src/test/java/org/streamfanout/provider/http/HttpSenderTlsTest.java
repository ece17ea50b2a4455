package org.streamfanout.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** Over TLS, with a certificate that the JDK's own tool makes for the test. */
@Timeout(300)
class HttpSenderTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path folder;
  private final TestContext context = new TestContext();
  private final AtomicInteger requests = new AtomicInteger();
  private SSLContext tls;
  private HttpsServer server;

  HttpSenderTlsTest() throws Exception {
    this.tls = SSLContext.getDefault();
    this.server = HttpsServer.create();
  }

  @BeforeEach
  void start() throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "receiver",
                "-keyalg",
                "EC",
                "-dname",
                "CN=receiver",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD.toCharArray());
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(keys);
    tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    context.set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1");
  }

  @AfterEach
  void stop() {
    context.close();
    server.stop(0);
  }

  private Outcome send() throws Exception {
    HttpTargetProvider provider = new HttpTargetProvider();
    String url = "https://127.0.0.1:" + server.getAddress().getPort() + "/";
    TargetConfig target = TargetConfig.builder(Records.KINESIS, "t", "http", url).build();
    provider.validate(target, context);
    List<Outcome> outcomes =
        provider
            .open(target, context)
            .send(Messages.batchOf("k", "{}"), Deadline.after(Duration.ofSeconds(120)));
    assertThat(outcomes).hasSize(1);
    return outcomes.get(0);
  }

  @Test
  void send_toAReceiverThatIsTrusted_arrives() throws Exception {
    context.shared(HttpClient.class, "http", () -> HttpClient.newBuilder().sslContext(tls).build());

    assertThat(send()).isEqualTo(Outcome.accepted());
    assertThat(requests).hasValue(1);
  }

  @Test
  void send_toAReceiverThatIsNot_sendsNothing() throws Exception {
    assertThat(send())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.failure())
                    .extracting(Failure::kind, Failure::code)
                    .containsExactly(Failure.Kind.RETRYABLE, "Tls"));
    assertThat(requests).hasValue(0);
  }
}
