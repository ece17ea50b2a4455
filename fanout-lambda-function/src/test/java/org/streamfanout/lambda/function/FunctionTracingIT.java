package org.streamfanout.lambda.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.lambda.function.RuntimeApi.Answer;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import org.streamfanout.testservers.SqsServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The deployable jar with {@code fanout-opentelemetry} in a layer, its targets in DynamoDB Local
 * and its queue in ElasticMQ; the Runtime API is a stand-in.
 */
class FunctionTracingIT {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final Duration TIMEOUT = Duration.ofSeconds(120);

  @TempDir Path directory;

  private static boolean isInLayer(Path entry) {
    return entry.toString().contains("fanout-opentelemetry")
        || entry.getFileName().toString().startsWith("opentelemetry-");
  }

  /** An engine knows one endpoint: what is for a table goes to one server, the rest to another. */
  private static Response forward(URI table, URI queue, Request request) throws Exception {
    String target = String.valueOf(request.header("x-amz-target"));
    URI server = target.startsWith("DynamoDB") ? table : queue;
    HttpRequest.Builder forwarded =
        HttpRequest.newBuilder(URI.create(server + request.path()))
            .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
    for (String name : List.of("x-amz-target", "content-type", "authorization", "x-amz-date")) {
      String value = request.header(name);
      if (value != null) {
        forwarded.setHeader(name, value);
      }
    }
    HttpResponse<byte[]> answer =
        HttpClient.newHttpClient().send(forwarded.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new Response(answer.statusCode(), Map.of(), answer.body());
  }

  @Test
  void invoke_contextsInHeaderAndJson_areAttributesInTheQueue() throws Exception {
    try (TargetTable table = new TargetTable();
        SqsServer server = SqsServer.start();
        RecordingEndpoint both = RecordingEndpoint.start();
        AwsClients clients =
            AwsClients.builder()
                .region("eu-west-1")
                .endpoint(server.endpoint())
                .credentials(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .build();
        RuntimeApi api = new RuntimeApi()) {
      SqsClient sqs = clients.client(SqsClient.class, SqsClient::builder, AwsAccess.DEFAULT);
      String url = sqs.createQueue(request -> request.queueName("traced")).queueUrl();
      table.create();
      table.put(
          "kafka://b-1:9092/orders",
          "queue",
          "sqs",
          url,
          Map.of("collapse", AttributeValue.fromS("none")));
      Map<String, String> variables = table.variables();
      URI tables = URI.create(variables.get("FANOUT_ENDPOINT_URL"));
      both.answer(request -> forward(tables, server.endpoint(), request));
      variables.put("FANOUT_ENDPOINT_URL", both.uri().toString());
      variables.put("FANOUT_ALLOWED_HOSTS", "127.0.0.1,localhost");
      variables.put("FANOUT_TRACE_JSON", "trace");
      try (FunctionProcess function =
          FunctionProcess.start(api, directory, variables, FunctionTracingIT::isInLayer)) {
        Answer answer = api.invoke(event().getBytes(StandardCharsets.UTF_8), TIMEOUT);
        assertThat(answer).as(function.log()).isEqualTo(new Answer(Answer.Kind.RESPONSE, "null"));
      }

      assertThat(
              sqs.receiveMessage(
                      request ->
                          request
                              .queueUrl(url)
                              .maxNumberOfMessages(10)
                              .messageAttributeNames("All"))
                  .messages())
          .extracting(message -> message.messageAttributes().get("traceparent").stringValue())
          .containsExactlyInAnyOrder(PARENT, OTHER);
    }
  }

  private static String event() {
    String bytes =
        PARENT.chars().mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
    String json =
        Base64.getEncoder()
            .encodeToString(("{\"trace\":\"" + OTHER + "\"}").getBytes(StandardCharsets.UTF_8));
    return """
        {"eventSource":"SelfManagedKafka","bootstrapServers":"b-1:9092","records":{"orders-0":[
        {"topic":"orders","partition":0,"offset":15,"key":"aw==","value":"YQ==",
         "headers":[{"traceparent":%s}]},
        {"topic":"orders","partition":0,"offset":16,"key":"aw==","value":"%s","headers":[]}]}}"""
        .formatted(bytes, json);
  }
}
