package org.streamfanout.lambda.function;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.lambda.function.RuntimeApi.Answer;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The deployable jar under AWS's own runtime interface client, with its targets in DynamoDB Local;
 * the Runtime API is a stand-in.
 */
class FanoutFunctionIT {
  private static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/in";
  private static final String TABLE_STREAM =
      "arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/2015-06-27T00:48:05.899";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TargetTable table;

  @TempDir Path directory;
  private RuntimeApi api;
  private FunctionProcess function;

  @BeforeAll
  static void startServer() {
    table = new TargetTable();
  }

  @AfterAll
  static void stopServer() {
    table.close();
  }

  @BeforeEach
  void start() throws IOException {
    table.create();
    api = new RuntimeApi();
  }

  @AfterEach
  void stop() {
    if (function != null) {
      function.close();
    }
    api.close();
    table.delete();
  }

  @Test
  void invoke_everyTargetTakesTheEvent_answersNullAndWritesMetrics() throws Exception {
    put("one", "file", directory.resolve("one.jsonl").toString());
    put("two", "file", directory.resolve("two.jsonl").toString());
    function = FunctionProcess.start(api, directory, variables());
    Answer first = api.invoke(event(STREAM, "1", "2", "3"), TIMEOUT);
    Answer second = api.invoke(event(STREAM + "/consumer/fan:1545084650", "4"), TIMEOUT);

    assertThat(first).isEqualTo(new Answer(Answer.Kind.RESPONSE, "null"));
    assertThat(second).isEqualTo(new Answer(Answer.Kind.RESPONSE, "null"));
    assertThat(delivered("one.jsonl")).containsExactlyInAnyOrder("d1", "d2", "d3", "d4");
    assertThat(delivered("two.jsonl")).containsExactlyInAnyOrder("d1", "d2", "d3", "d4");
    List<String> metrics =
        function.log().lines().filter(line -> line.contains("\"_aws\"")).toList();
    assertThat(metrics).hasSize(8).allSatisfy(line -> JSON.readTree(line));
    assertThat(function.log()).doesNotContain("ERROR", "WARN", "SLF4J");
  }

  @Test
  void invoke_aTargetHolds_reportsAnErrorThatNamesIt() throws Exception {
    put("good", "file", directory.resolve("good.jsonl").toString());
    put("bad", "nosuchtype", "anywhere");
    function = FunctionProcess.start(api, directory, variables());
    Answer answer = api.invoke(event(STREAM, "1", "2"), TIMEOUT);

    assertThat(answer.kind()).isEqualTo(Answer.Kind.ERROR);
    JsonNode error = JSON.readTree(answer.body());
    assertThat(error.get("errorType").asText())
        .isEqualTo("org.streamfanout.lambda.UnsettledRecordsException");
    assertThat(error.get("errorMessage").asText())
        .contains("2 of 2 records are not settled", "target bad", "2 held", "nosuchtype");
    assertThat(answer.body()).doesNotContain("ZDE=").doesNotContain("d1");
    assertThat(delivered("good.jsonl")).containsExactlyInAnyOrder("d1", "d2");
  }

  @Test
  void invoke_partialResponsesAndATargetHolds_namesTheFirstRecord() throws Exception {
    put("good", "file", directory.resolve("good.jsonl").toString());
    put("bad", "file", directory.resolve("no-such-directory").resolve("bad.jsonl").toString());
    Map<String, String> variables = variables();
    variables.put("FANOUT_PARTIAL_RESPONSES", "true");
    function = FunctionProcess.start(api, directory, variables);
    Answer held = api.invoke(event(STREAM, "1", "2"), Duration.ofSeconds(10));

    assertThat(held)
        .isEqualTo(
            new Answer(
                Answer.Kind.RESPONSE, "{\"batchItemFailures\":[{\"itemIdentifier\":\"1\"}]}"));
    assertThat(delivered("good.jsonl")).containsExactlyInAnyOrder("d1", "d2");
  }

  @Test
  void invoke_partialResponsesAndAllSettled_namesNothing() throws Exception {
    put("good", "file", directory.resolve("good.jsonl").toString());
    Map<String, String> variables = variables();
    variables.put("FANOUT_PARTIAL_RESPONSES", "true");
    function = FunctionProcess.start(api, directory, variables);
    assertThat(api.invoke(event(STREAM, "1"), TIMEOUT))
        .isEqualTo(new Answer(Answer.Kind.RESPONSE, "{\"batchItemFailures\":[]}"));
  }

  @Test
  void invoke_noTargetsOrNoEvent_reportsAnErrorAndGoesOn() throws Exception {
    function = FunctionProcess.start(api, directory, variables());
    Answer none = api.invoke(event(STREAM, "1"), TIMEOUT);
    Answer garbage = api.invoke("{\"hello\":1}".getBytes(StandardCharsets.UTF_8), TIMEOUT);
    put("late", "file", directory.resolve("late.jsonl").toString());
    Answer settled = api.invoke(event(STREAM + "2"), TIMEOUT);

    assertThat(none.kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(none.body()).contains("RegistryException", STREAM);
    assertThat(garbage.kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(garbage.body()).contains("no member 'Records'");
    assertThat(settled.kind()).isEqualTo(Answer.Kind.RESPONSE);
  }

  @Test
  void invoke_tableChanges_deliversPlainJson() throws Exception {
    Path file = directory.resolve("changes.jsonl");
    table.put(
        TABLE_STREAM,
        "changes",
        "file",
        file.toString(),
        Map.of("convertDDB", AttributeValue.fromBool(true)));
    function = FunctionProcess.start(api, directory, variables());
    String event =
        """
        {"Records":[{"eventID":"e1","eventName":"INSERT","eventSource":"aws:dynamodb",
        "eventSourceARN":"%s","dynamodb":{"ApproximateCreationDateTime":1545084650,
        "Keys":{"Id":{"N":"101"}},"NewImage":{"Id":{"N":"101"},"Name":{"S":"é"}},
        "SequenceNumber":"7","StreamViewType":"NEW_AND_OLD_IMAGES"}}]}"""
            .formatted(TABLE_STREAM);

    Answer answer = api.invoke(event.getBytes(StandardCharsets.UTF_8), TIMEOUT);

    assertThat(answer).isEqualTo(new Answer(Answer.Kind.RESPONSE, "null"));
    assertThat(delivered("changes.jsonl")).containsExactly("{\"Id\":101,\"Name\":\"é\"}");
  }

  @Test
  void start_badVariables_reportsAnInitErrorWithAllOfThem() throws Exception {
    Map<String, String> variables = variables();
    variables.put("FANOUT_CACHE_TTL", "soon");
    variables.put("FANOUT_TYPO", "1");
    function = FunctionProcess.start(api, directory, variables);
    Answer answer = api.awaitAnswer();

    assertThat(answer.kind()).isEqualTo(Answer.Kind.INIT_ERROR);
    assertThat(answer.body()).contains("FANOUT_CACHE_TTL 'soon'", "FANOUT_TYPO");
  }

  private static Map<String, String> variables() {
    return table.variables();
  }

  private static void put(String id, String type, String destination) {
    table.put(STREAM, id, type, destination);
  }

  private static byte[] event(String arn, String... sequenceNumbers) {
    String records =
        Arrays.stream(sequenceNumbers)
            .map(
                number ->
                    """
                    {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"k","sequenceNumber":\
                    "%s","data":"%s","approximateArrivalTimestamp":1545084650.987},\
                    "eventSource":"aws:kinesis","eventID":"shardId-000000000006:%s",\
                    "eventSourceARN":"%s"}"""
                        .formatted(
                            number,
                            Base64.getEncoder()
                                .encodeToString(("d" + number).getBytes(StandardCharsets.UTF_8)),
                            number,
                            arn))
            .collect(Collectors.joining(","));
    return ("{\"Records\":[" + records + "]}").getBytes(StandardCharsets.UTF_8);
  }

  private List<String> delivered(String file) throws IOException {
    return DeliveredFile.texts(directory.resolve(file));
  }
}
