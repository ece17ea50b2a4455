package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.streamfanout.testservers.AwsTestClients;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.firehose.FirehoseClient;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchResponse;
import software.amazon.awssdk.services.firehose.model.PutRecordBatchResponseEntry;
import software.amazon.awssdk.services.firehose.model.Record;

/**
 * Firehose has no local server: a stand-in that gives the documented answer is behind the proxy.
 */
class FaultProxyTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final List<String> stored = new CopyOnWriteArrayList<>();
  private HttpServer standIn;
  private FaultProxy proxy;
  private FirehoseClient firehose;

  @BeforeEach
  void start() throws IOException {
    standIn = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    standIn.createContext("/", this::store);
    standIn.start();
    proxy = FaultProxy.to(URI.create("http://127.0.0.1:" + standIn.getAddress().getPort()));
    firehose = AwsTestClients.client(FirehoseClient.builder(), proxy.endpoint());
  }

  @AfterEach
  void stop() {
    firehose.close();
    proxy.close();
    standIn.stop(0);
  }

  private void store(HttpExchange exchange) throws IOException {
    try (exchange) {
      JsonNode records = new JsonMapper().readTree(exchange.getRequestBody()).path("Records");
      StringBuilder answers = new StringBuilder();
      for (JsonNode record : records) {
        stored.add(new String(record.path("Data").binaryValue(), StandardCharsets.UTF_8));
        answers.append(answers.isEmpty() ? "" : ",").append("{\"RecordId\":\"r\"}");
      }
      byte[] answer =
          ("{\"Encrypted\":false,\"FailedPutCount\":0,\"RequestResponses\":[" + answers + "]}")
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("content-type", "application/x-amz-json-1.1");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  @Test
  void failEntries_some_areReportedInTheirPlaces() {
    proxy.next(Fault.failEntries(0, 3));

    PutRecordBatchResponse answer = put(4);

    assertThat(answer.failedPutCount()).isEqualTo(2);
    assertThat(answer.encrypted()).isFalse();
    assertThat(answer.requestResponses())
        .extracting(PutRecordBatchResponseEntry::errorCode)
        .containsExactly("ServiceUnavailableException", null, null, "ServiceUnavailableException");
    assertThat(stored).containsExactly("d1", "d2");
  }

  @Test
  void failEntries_all_reachNobody() {
    proxy.always(Fault.failEntriesIf(place -> true));

    assertThat(put(3).failedPutCount()).isEqualTo(3);
    assertThat(stored).isEmpty();
    assertThat(proxy.calls())
        .containsExactly(new ProxiedCall("PutRecordBatch", 3, List.of(), false));
  }

  @Test
  void throttle_theCall_isAnErrorAndReachesNobody() {
    proxy.next(Fault.throttle());

    assertThatThrownBy(() -> put(1))
        .isInstanceOfSatisfying(
            AwsServiceException.class,
            e ->
                assertThat(e.awsErrorDetails().errorCode())
                    .isEqualTo("ServiceUnavailableException"));
    assertThat(stored).isEmpty();
    assertThat(put(1).failedPutCount()).isZero();
  }

  @Test
  void reset_theConnection_reachesNobody() {
    proxy.next(Fault.reset());

    assertThatThrownBy(() -> put(1)).isInstanceOf(SdkClientException.class);
    assertThat(stored).isEmpty();
  }

  @Test
  void applyThen_serverError_tookEffect() {
    proxy.next(Fault.applyThen(Fault.serverError()));

    assertThatThrownBy(() -> put(2)).isInstanceOf(AwsServiceException.class);
    assertThat(stored).containsExactly("d0", "d1");
  }

  @Test
  void applyThen_hold_answersLate() throws Exception {
    Gate gate = new Gate();
    proxy.next(Fault.applyThen(Fault.hold(gate, Fault.pass())));

    CompletableFuture<PutRecordBatchResponse> late = CompletableFuture.supplyAsync(() -> put(2));
    gate.awaitArrived(1, LONG);
    assertThat(stored).containsExactly("d0", "d1");
    assertThat(late).isNotDone();
    gate.open();

    assertThat(late.get().failedPutCount()).isZero();
    assertThat(stored).hasSize(2);
  }

  @Test
  void delay_aCall_passesAfterIt() {
    proxy.next(Fault.delay(Duration.ofMillis(1), Fault.pass()));

    assertThat(put(1).failedPutCount()).isZero();
  }

  @Test
  void next_callThatIsNoBatch_passes() {
    proxy.next(Fault.throttle());

    firehose.listDeliveryStreams();
    assertThatThrownBy(() -> put(1)).isInstanceOf(AwsServiceException.class);
  }

  @Test
  void affecting_otherActions_meetsThem() {
    proxy.affecting("ListDeliveryStreams").next(Fault.accessDenied());

    assertThat(put(1).failedPutCount()).isZero();
    assertThatThrownBy(() -> firehose.listDeliveryStreams())
        .isInstanceOf(AwsServiceException.class);
  }

  private PutRecordBatchResponse put(int count) {
    return firehose.putRecordBatch(
        request ->
            request
                .deliveryStreamName("s")
                .records(
                    IntStream.range(0, count)
                        .mapToObj(
                            place ->
                                Record.builder().data(SdkBytes.fromUtf8String("d" + place)).build())
                        .toList()));
  }
}
