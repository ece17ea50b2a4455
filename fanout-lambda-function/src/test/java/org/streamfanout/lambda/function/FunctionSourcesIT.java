package org.streamfanout.lambda.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.lambda.function.RuntimeApi.Answer;

/**
 * The deployable jar under AWS's own runtime interface client, with events of topics and queues;
 * the Runtime API is a stand-in.
 */
class FunctionSourcesIT {
  private static final String CLUSTER = "arn:aws:kafka:eu-west-1:123456789012:cluster/c/u-1";
  private static final String MSK_TOPIC = "arn:aws:kafka:eu-west-1:123456789012:topic/c/u-1/orders";
  private static final String QUEUE = "arn:aws:sqs:eu-west-1:123456789012:in.fifo";
  private static final String TOPIC = "arn:aws:sns:eu-west-1:123456789012:in";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

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

  private void startFunction(Map<String, String> more) throws IOException {
    Map<String, String> variables = table.variables();
    variables.putAll(more);
    function = FunctionProcess.start(api, directory, variables);
  }

  private Answer invoke(String event) throws InterruptedException {
    return api.invoke(event.getBytes(StandardCharsets.UTF_8), TIMEOUT);
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private static String kafka(String origin, String topic) {
    return """
        {%s,"records":{"%s-0":[
        {"topic":"%s","partition":0,"offset":15,"timestamp":1545084650987,"key":"aw==","value":"YQ==",
         "headers":[{"h":[1,-1]}]},
        {"topic":"%s","partition":0,"offset":16,"key":"aw==","value":null,"headers":[]}],
        "%s-1":[{"topic":"%s","partition":1,"offset":7,"value":"Yg==","headers":[]}]}}"""
        .formatted(origin, topic, topic, topic, topic, topic);
  }

  private static String sqs(String... groups) {
    StringBuilder records = new StringBuilder();
    for (int index = 0; index < groups.length; index++) {
      records
          .append(index == 0 ? "" : ",")
          .append(
              """
              {"messageId":"m-%d","body":"b%d","attributes":{"MessageGroupId":"%s",\
              "SentTimestamp":"1545082649183"},"eventSource":"aws:sqs","eventSourceARN":"%s"}"""
                  .formatted(index, index, groups[index], QUEUE));
    }
    return "{\"Records\":[" + records + "]}";
  }

  private static String sns() {
    return """
        {"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"MessageId":"m-1",\
        "TopicArn":"%s","Message":"hello","Timestamp":"2019-01-02T12:45:07.000Z"}}]}"""
        .formatted(TOPIC);
  }

  @Test
  void invoke_eventsOfEverySource_areDelivered() throws Exception {
    table.put("kafka://b-1:9092,b-2:9092/orders", "own", "file", file("own.jsonl"));
    table.put(MSK_TOPIC, "msk", "file", file("msk.jsonl"));
    table.put(QUEUE, "queue", "file", file("queue.jsonl"));
    table.put(TOPIC, "topic", "file", file("topic.jsonl"));
    startFunction(Map.of());

    Answer settled = new Answer(Answer.Kind.RESPONSE, "null");
    assertThat(
            invoke(
                kafka(
                    "\"eventSource\":\"SelfManagedKafka\",\"bootstrapServers\":\"b-2:9092,b-1:9092\"",
                    "orders")))
        .isEqualTo(settled);
    assertThat(
            invoke(
                kafka(
                    "\"eventSource\":\"aws:kafka\",\"eventSourceArn\":\"" + CLUSTER + "\"",
                    "orders")))
        .isEqualTo(settled);
    assertThat(invoke(sqs("g", "h"))).isEqualTo(settled);
    assertThat(invoke(sns())).isEqualTo(settled);

    assertThat(DeliveredFile.texts(directory.resolve("own.jsonl")))
        .containsExactlyInAnyOrder("a", "null", "b");
    assertThat(DeliveredFile.texts(directory.resolve("msk.jsonl")))
        .containsExactlyInAnyOrder("a", "null", "b");
    assertThat(DeliveredFile.texts(directory.resolve("queue.jsonl")))
        .containsExactlyInAnyOrder("b0", "b1");
    assertThat(DeliveredFile.texts(directory.resolve("topic.jsonl"))).containsExactly("hello");
  }

  @Test
  void invoke_partialResponsesAndATargetHolds_answersAsEachSourceKnowsIt() throws Exception {
    for (String source : new String[] {MSK_TOPIC, QUEUE, TOPIC}) {
      table.put(source, "bad", "nosuchtype", "anywhere");
    }
    startFunction(Map.of("FANOUT_PARTIAL_RESPONSES", "true"));

    assertThat(
            invoke(
                kafka(
                    "\"eventSource\":\"aws:kafka\",\"eventSourceArn\":\"" + CLUSTER + "\"",
                    "orders")))
        .isEqualTo(
            new Answer(
                Answer.Kind.RESPONSE,
                """
                {"batchItemFailures":[{"itemIdentifier":{"partition":"orders-0","offset":15}},\
                {"itemIdentifier":{"partition":"orders-0","offset":16}},\
                {"itemIdentifier":{"partition":"orders-1","offset":7}}]}"""));
    assertThat(invoke(sqs("g", "h")))
        .isEqualTo(
            new Answer(
                Answer.Kind.RESPONSE,
                """
                {"batchItemFailures":[{"itemIdentifier":"m-0"},{"itemIdentifier":"m-1"}]}"""));
    Answer topic = invoke(sns());
    assertThat(topic.kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(topic.body()).contains("UnsettledRecordsException", "1 of 1 records");
  }

  @Test
  void start_sourcesToPrime_areCheckedBeforeTheFirstEvent() throws Exception {
    table.put(QUEUE, "queue", "file", file("queue.jsonl"));
    table.put(QUEUE, "bad", "nosuchtype", "anywhere");
    startFunction(Map.of("FANOUT_PRIME_SOURCES", QUEUE + "," + TOPIC));
    Answer answer = invoke(sns());

    assertThat(answer.kind()).isEqualTo(Answer.Kind.ERROR);
    assertThat(function.log())
        .contains("priming found ERROR at 'bad'", "priming found ERROR at '" + TOPIC + "'");
  }

  /** The runtime's own SnapStart: its hooks before a snapshot and after it; none is taken here. */
  @Test
  void start_forASnapshot_primesBeforeItAndStartsAnewAfterIt() throws Exception {
    table.put(QUEUE, "bad", "nosuchtype", "anywhere");
    startFunction(
        Map.of(
            "AWS_LAMBDA_INITIALIZATION_TYPE",
            "snap-start",
            "FANOUT_PRIME_SOURCES",
            QUEUE,
            "FANOUT_CACHE_TTL",
            "60m"));
    Answer ready = api.awaitSnapshot();
    String primed = function.log();
    table.put(QUEUE, "bad", "file", file("after.jsonl"));
    api.restore();

    assertThat(ready.kind()).isEqualTo(Answer.Kind.SNAPSHOT);
    assertThat(primed).containsOnlyOnce("priming found ERROR at 'bad'");
    assertThat(invoke(sqs("g"))).isEqualTo(new Answer(Answer.Kind.RESPONSE, "null"));
    assertThat(DeliveredFile.texts(directory.resolve("after.jsonl"))).containsExactly("b0");
    assertThat(function.log()).containsOnlyOnce("priming found");
  }
}
