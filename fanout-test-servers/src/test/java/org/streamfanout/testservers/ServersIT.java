package org.streamfanout.testservers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
  void s3_start_answers() throws Exception {
    try (S3Server server = S3Server.start()) {
      assertThat(send(HttpRequest.newBuilder(server.endpoint().resolve("/")).build()))
          .isEqualTo(200);
    }
  }

  @Test
  void start_everyServer_listensOnLoopbackOnly() throws Exception {
    try (SqsServer sqs = SqsServer.start();
        DynamoDbServer dynamoDb = DynamoDbServer.start();
        KinesisServer kinesis = KinesisServer.start();
        SnsServer sns = SnsServer.start();
        OpenSearchServer openSearch = OpenSearchServer.start();
        S3Server s3 = S3Server.start()) {
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
