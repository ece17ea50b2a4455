package org.streamfanout.lambda.function;

import static org.assertj.core.api.Assertions.assertThat;

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
 * The deployable jar in one process after another, with what they remember in DynamoDB Local; the
 * Runtime API is a stand-in.
 */
class FunctionProgressIT {
  private static final String STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/in";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String PROGRESS = "fanoutProgress";
  private static final Map<String, AttributeValue> ORDERED =
      Map.of("ordering", AttributeValue.fromS("KEY"));

  private static TargetTable table;

  @TempDir Path directory;

  @BeforeAll
  static void startServer() {
    table = new TargetTable();
  }

  @AfterAll
  static void stopServer() {
    table.close();
  }

  @BeforeEach
  void start() {
    table.create();
    table.put(STREAM, "good", "file", directory.resolve("good.jsonl").toString(), ORDERED);
    table.put(STREAM, "bad", "nosuchtype", "anywhere");
  }

  @AfterEach
  void stop() {
    table.delete();
  }

  /** Invokes the function in a process that has never seen anything. */
  private Answer invokeCold(Map<String, String> variables, String... sequenceNumbers)
      throws Exception {
    try (RuntimeApi api = new RuntimeApi();
        FunctionProcess function = FunctionProcess.start(api, directory, variables)) {
      Answer answer = api.invoke(event(sequenceNumbers), TIMEOUT);
      assertThat(function.log()).doesNotContain("ERROR");
      return answer;
    }
  }

  private static Map<String, String> variables(String progressTable) {
    Map<String, String> variables = table.variables();
    variables.put("FANOUT_PROGRESS_TABLE", progressTable);
    variables.put("FANOUT_PROGRESS_TIMEOUT", "10s");
    return variables;
  }

  @Test
  void invoke_processAfterProcess_theHealthyTargetSeesEachRecordOnce() throws Exception {
    table.createProgress(PROGRESS);
    Map<String, String> variables = variables(PROGRESS);

    assertThat(invokeCold(variables, "1", "2", "3", "4").kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(invokeCold(variables, "1", "2").kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(invokeCold(variables, "3", "4", "5").kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(delivered("good.jsonl")).containsExactly("d1", "d2", "d3", "d4", "d5");
    table.put(STREAM, "bad", "file", directory.resolve("bad.jsonl").toString(), ORDERED);
    assertThat(invokeCold(variables, "1", "2").kind()).isEqualTo(Answer.Kind.RESPONSE);
    assertThat(invokeCold(variables, "3", "4", "5").kind()).isEqualTo(Answer.Kind.RESPONSE);

    assertThat(delivered("good.jsonl")).containsExactly("d1", "d2", "d3", "d4", "d5");
    assertThat(delivered("bad.jsonl")).containsExactly("d1", "d2", "d3", "d4", "d5");
    assertThat(table.deleteProgress(PROGRESS)).as("nothing is held any more").isZero();
  }

  @Test
  void invoke_tableMissing_costsARepetitionAndNothingElse() throws Exception {
    Map<String, String> variables = variables("noSuchTable");

    assertThat(invokeCold(variables, "1", "2").kind()).isEqualTo(Answer.Kind.ERROR);
    table.put(STREAM, "bad", "file", directory.resolve("bad.jsonl").toString(), ORDERED);
    assertThat(invokeCold(variables, "1", "2").kind()).isEqualTo(Answer.Kind.RESPONSE);

    assertThat(delivered("good.jsonl")).containsExactly("d1", "d2", "d1", "d2");
    assertThat(delivered("bad.jsonl")).containsExactly("d1", "d2");
  }

  private List<String> delivered(String file) throws IOException {
    return DeliveredFile.texts(directory.resolve(file));
  }

  private static byte[] event(String... sequenceNumbers) {
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
                            STREAM))
            .collect(Collectors.joining(","));
    return ("{\"Records\":[" + records + "]}").getBytes(StandardCharsets.UTF_8);
  }
}
