package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

class WebhookTargetProviderTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/donations");

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          received.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          Integer answer = answers.poll();
          exchange.sendResponseHeaders(answer == null ? 204 : answer, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private TargetConfig.Builder target() {
    return TargetConfig.builder(SOURCE, "hook", "webhook", "http://" + host() + "/hook")
        .collapse("none")
        .ordering(Ordering.SHARD);
  }

  private FanoutResult deliver(TargetConfig target, String... data) {
    List<FanoutRecord> records =
        IntStream.range(0, data.length)
            .mapToObj(
                index ->
                    FanoutRecord.builder("s:" + index, "" + index)
                        .key("k")
                        .data(Bytes.utf8(data[index]))
                        .build())
            .toList();
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(target))
            .setting(ProviderContext.ALLOWED_HOSTS, "example.com, " + host())
            .build()) {
      return engine.process(
          new SourceBatch(SOURCE, "s", records), Deadline.after(Duration.ofSeconds(30)));
    }
  }

  @Test
  void type_byServiceLoader_isFound() {
    assertThat(Providers.discover(List.of()).get("webhook"))
        .isInstanceOf(WebhookTargetProvider.class);
  }

  @Test
  void process_receiverInTroubleOnce_everythingArrivesInOrder() {
    answers.add(500);

    FanoutResult result = deliver(target().build(), "1", "2", "3");

    assertThat(result.isSettled()).isTrue();
    assertThat(received).containsExactly("1", "1", "2", "3");
    assertThat(result.targets().get(0).counts().retries()).isEqualTo(1);
  }

  @Test
  void process_receiverRejectsOne_itIsDroppedAsTheRowSays() {
    answers.addAll(List.of(204, 422, 204));

    FanoutResult result = deliver(target().onFailure(OnFailure.DROP).build(), "1", "2", "3");

    assertThat(result.targets().get(0).counts().dropped()).isEqualTo(1);
    assertThat(result.targets().get(0).counts().accepted()).isEqualTo(2);
  }

  @Test
  void process_receiverDenies_everythingIsHeld() {
    answers.addAll(List.of(403, 403, 403));

    FanoutResult result = deliver(target().onFailure(OnFailure.DROP).build(), "1", "2", "3");

    assertThat(result.checkpoint().settled()).isZero();
    Failure failure = result.targets().get(0).firstFailure();
    assertThat(failure).extracting(Failure::kind).isEqualTo(Failure.Kind.FATAL);
  }

  @Test
  void validate_foreignHostOrNoUrl_problem() {
    var provider = new WebhookTargetProvider();
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry())
            .setting(ProviderContext.ALLOWED_HOSTS, "example.com")
            .build()) {
      for (String destination :
          List.of("http://example.org/", "ftp://example.com/", "http://a@example.com/", "%%")) {
        TargetConfig row = TargetConfig.builder(SOURCE, "a", provider.type(), destination).build();
        var invalid = engine.validate(new InMemoryTargetRegistry(row).targetsFor(SOURCE));
        assertThat(invalid).as(destination).hasSize(1);
      }
    }
  }
}
