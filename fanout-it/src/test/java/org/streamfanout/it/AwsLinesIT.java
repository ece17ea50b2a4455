package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.progress.dynamodb.ProgressTable;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.S3Server;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Lines of the documents that begin with {@code aws} name operations and options that there are, by
 * the SDK's own model; where a server exists, they are sent to it. There is no AWS command line
 * here.
 */
class AwsLinesIT {
  static List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path document : DocsTest.documents()) {
      lines.addAll(AwsLine.in(Files.readString(document)));
    }
    return lines.stream().distinct().toList();
  }

  static List<String> ofTheSdk() throws IOException {
    return lines().stream()
        .filter(line -> !AwsLine.OTHERS.contains(AwsLine.serviceOf(line)))
        // Named in a sentence, without what it is given.
        .filter(line -> line.contains("--"))
        .toList();
  }

  private static List<String> of(String beginning) throws IOException {
    List<String> found = lines().stream().filter(line -> line.startsWith(beginning)).toList();
    assertThat(found).as(beginning).isNotEmpty();
    return found;
  }

  @ParameterizedTest
  @MethodSource("ofTheSdk")
  void line_isUnderstood(String line) {
    assertThat(AwsLine.parse(line).request()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dynamo create-table --table-name t",
        "dynamodb make-table --table-name t",
        "dynamodb create-table --table t",
        "dynamodb create-table t",
        "dynamodb create-table --table-name t --key-schema AttributeNam=a,KeyType=HASH",
        "dynamodb update-time-to-live --time-to-live-specification Enabled=yes",
        "kinesis put-record --stream-name a b --data {}"
      })
  void line_broken_isToldApart(String line) {
    assertThatThrownBy(() -> AwsLine.parse(line)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void progressTable_isTheOneThatTheLibraryMakes() throws Exception {
    try (DynamoDbServer server = DynamoDbServer.start();
        DynamoDbClient client =
            AwsTestClients.client(DynamoDbClient.builder(), server.endpoint())) {
      AwsLine.parse(of("dynamodb create-table").get(0)).send(client);
      AwsLine.parse(of("dynamodb update-time-to-live").get(0)).send(client);
      ProgressTable.create(client, "made");

      TableDescription typed = client.describeTable(it -> it.tableName("fanoutProgress")).table();
      TableDescription made = client.describeTable(it -> it.tableName("made")).table();
      assertThat(typed.keySchema()).isEqualTo(made.keySchema());
      assertThat(typed.attributeDefinitions())
          .containsExactlyInAnyOrderElementsOf(made.attributeDefinitions());
      assertThat(
              client
                  .describeTimeToLive(it -> it.tableName("fanoutProgress"))
                  .timeToLiveDescription())
          .isEqualTo(client.describeTimeToLive(it -> it.tableName("made")).timeToLiveDescription());
    }
  }

  @Test
  void linesThatTryTables_work() throws Exception {
    try (DynamoDbServer server = DynamoDbServer.start();
        DynamoDbClient client =
            AwsTestClients.client(DynamoDbClient.builder(), server.endpoint())) {
      for (String line : of("dynamodb scan")) {
        String table = line.replaceAll(".*--table-name (\\S+).*", "$1");
        ProgressTable.create(client, table);

        assertThat(((ScanResponse) AwsLine.parse(line).send(client)).count()).isZero();
      }
    }
  }

  @Test
  void linesThatPutARecord_work() throws Exception {
    try (KinesisServer server = KinesisServer.start();
        KinesisClient client = AwsTestClients.client(KinesisClient.builder(), server.endpoint())) {
      for (String line : of("kinesis put-record")) {
        String stream = line.replaceAll(".*--stream-name (\\S+).*", "$1");
        client.createStream(request -> request.streamName(stream).shardCount(1));
        while (client
                .describeStreamSummary(request -> request.streamName(stream))
                .streamDescriptionSummary()
                .streamStatus()
            != StreamStatus.ACTIVE) {
          Thread.onSpinWait();
        }
        assertThat(((PutRecordResponse) AwsLine.parse(line).send(client)).sequenceNumber())
            .isNotBlank();
      }
    }
  }

  /** {@code s3 cp} and {@code s3 ls} are no operations of S3; here they are what they come to. */
  @Test
  void linesOfS3_work() throws Exception {
    try (S3Server server = S3Server.start();
        S3Client client =
            AwsTestClients.client(S3Client.builder().forcePathStyle(true), server.endpoint())) {
      for (String line : of("s3 cp")) {
        List<String> words = List.of(line.split(" "));
        assertThat(words).hasSize(4);
        // What a build of this version leaves, which has no release yet.
        assertThat(words.get(2))
            .isEqualTo(
                "fanout-lambda-function/target/fanout-lambda-function-" + version() + "-all.jar");
        URI to = URI.create(words.get(3));
        makeBucket(client, to.getHost());
        client.putObject(
            request -> request.bucket(to.getHost()).key(to.getPath().substring(1)),
            RequestBody.fromString("a jar"));
      }
      for (String line : of("s3 ls")) {
        List<String> words = List.of(line.split(" "));
        assertThat(words).hasSize(3);
        URI from = URI.create(words.get(2));
        makeBucket(client, from.getHost());
        assertThat(
                client
                    .listObjectsV2(
                        request ->
                            request.bucket(from.getHost()).prefix(from.getPath().substring(1)))
                    .contents())
            .isEmpty();
      }
    }
  }

  private static void makeBucket(S3Client client, String name) {
    if (client.listBuckets().buckets().stream().noneMatch(bucket -> bucket.name().equals(name))) {
      client.createBucket(request -> request.bucket(name));
    }
  }

  private static String version() throws IOException {
    Matcher version =
        Pattern.compile("<version>([^<]+)</version>")
            .matcher(Files.readString(Repository.file("pom.xml")));
    assertThat(version.find()).isTrue();
    return version.group(1);
  }
}
