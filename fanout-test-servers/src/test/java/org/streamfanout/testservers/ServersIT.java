package org.streamfanout.testservers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Each server starts, speaks its service's protocol on 127.0.0.1, and stops. */
class ServersIT {

  @Test
  void sqs_start_answers() throws Exception {
    try (SqsServer server = SqsServer.start()) {
      assertThat(call(server.endpoint(), "AmazonSQS.ListQueues", "1.0")).isEqualTo(200);
    }
  }

  @Test
  void dynamoDb_start_answers() throws Exception {
    try (DynamoDbServer server = DynamoDbServer.start()) {
      assertThat(call(server.endpoint(), "DynamoDB_20120810.ListTables", "1.0")).isEqualTo(200);
    }
  }

  @Test
  void kinesis_start_answers() throws Exception {
    try (KinesisServer server = KinesisServer.start()) {
      assertThat(call(server.endpoint(), "Kinesis_20131202.ListStreams", "1.1")).isEqualTo(200);
    }
  }

  @Test
  void sns_start_answers() throws Exception {
    try (SnsServer server = SnsServer.start()) {
      HttpRequest request =
          HttpRequest.newBuilder(server.endpoint())
              .header("content-type", "application/x-www-form-urlencoded")
              .header("authorization", AUTHORIZATION.apply("sns"))
              .POST(HttpRequest.BodyPublishers.ofString("Action=ListTopics&Version=2010-03-31"))
              .build();
      assertThat(send(request)).isEqualTo(200);
    }
  }

  @Test
  void openSearch_start_answers() throws Exception {
    try (OpenSearchServer server = OpenSearchServer.start()) {
      assertThat(send(HttpRequest.newBuilder(server.endpoint()).build())).isEqualTo(200);
    }
  }

  @Test
  void redis_start_answers() throws Exception {
    try (RedisServer server = RedisServer.start()) {
      assertThat(firstLine(server.port(), "PING")).isEqualTo("+PONG");
    }
  }

  @Test
  void redis_killedAndRestarted_hasWhatItAcknowledged() throws Exception {
    try (RedisServer server = RedisServer.startBreakable()) {
      assertThat(firstLine(server.port(), "SET key value")).isEqualTo("+OK");
      assertThatThrownBy(() -> server.faults().restart()).hasMessageContaining("still runs");

      server.faults().kill();
      assertThatThrownBy(() -> firstLine(server.port(), "PING")).isInstanceOf(IOException.class);
      server.faults().restart();

      assertThat(firstLine(server.port(), "STRLEN key")).isEqualTo(":5");
    }
  }

  @Test
  void redis_frozenAndThawed_answersWhatCameMeanwhile() throws Exception {
    try (RedisServer server = RedisServer.startBreakable();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      server.faults().freeze();
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(100);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      socket.setSoTimeout(0);

      server.faults().thaw();

      assertThat(socket.getInputStream().read()).isEqualTo('+');
    }
  }

  @Test
  void faults_ofAServerInThisJvm_areRefused() throws Exception {
    try (SqsServer server = SqsServer.start()) {
      assertThatThrownBy(server::faults).hasMessageContaining("startBreakable");
    }
  }

  @Test
  void s3_start_answers() throws Exception {
    try (S3Server server = S3Server.start()) {
      assertThat(send(HttpRequest.newBuilder(server.endpoint().resolve("/")).build()))
          .isEqualTo(200);
    }
  }

  @Test
  void memcached_start_answers() throws Exception {
    try (MemcachedServer server = MemcachedServer.start()) {
      assertThat(firstLine(server.port(), "version")).startsWith("VERSION ");
    }
  }

  private static String firstLine(int port, String question) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write((question + "\r\n").getBytes(StandardCharsets.US_ASCII));
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  @Test
  void start_everyServer_listensOnLoopbackOnly() throws Exception {
    try (SqsServer sqs = SqsServer.start();
        DynamoDbServer dynamoDb = DynamoDbServer.start();
        KinesisServer kinesis = KinesisServer.start();
        SnsServer sns = SnsServer.start();
        OpenSearchServer openSearch = OpenSearchServer.start();
        S3Server s3 = S3Server.start();
        RedisServer redis = RedisServer.start();
        MemcachedServer memcached = MemcachedServer.start()) {
      for (int port : List.of(redis.port(), memcached.port())) {
        for (InetAddress address : otherAddresses()) {
          assertThat(accepts(address, port)).as("%d on %s", port, address).isFalse();
        }
      }
      for (URI endpoint :
          List.of(
              sqs.endpoint(),
              dynamoDb.endpoint(),
              kinesis.endpoint(),
              sns.endpoint(),
              openSearch.endpoint(),
              s3.endpoint())) {
        assertThat(endpoint.getHost()).isEqualTo("127.0.0.1");
        for (InetAddress address : otherAddresses()) {
          assertThat(accepts(address, endpoint.getPort()))
              .as("%s on %s", endpoint, address)
              .isFalse();
        }
      }
    }
  }

  private static List<InetAddress> otherAddresses() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .toList();
  }

  private static boolean accepts(InetAddress address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 5_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static final Function<String, String> AUTHORIZATION =
      service ->
          "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/"
              + service
              + "/aws4_request, SignedHeaders=host, Signature=0";

  private static int call(URI endpoint, String target, String version) throws Exception {
    return send(
        HttpRequest.newBuilder(endpoint)
            .header("content-type", "application/x-amz-json-" + version)
            .header("x-amz-target", target)
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", AUTHORIZATION.apply("any"))
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build());
  }

  private static int send(HttpRequest request) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .build()
        .send(request, HttpResponse.BodyHandlers.ofString())
        .statusCode();
  }
}
