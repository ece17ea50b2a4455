package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.lambda.UnsettledRecordsException;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * From a Kafka event of Lambda to items in DynamoDB Local, through the handler that Lambda calls.
 */
@Timeout(300)
class MovingAverageFunctionIT {
  @AutoClose private static final DynamoDbServer server = DynamoDbServer.start();

  @AutoClose
  private static final DynamoDbClient client =
      AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());

  private static MovingAverageFunction function(String table, String... more) {
    Map<String, String> variables = new HashMap<>();
    variables.put("SOURCE", "kafka://b-1.example:9094,b-2.example:9094/sensors");
    variables.put("DYNAMODB_TABLE_NAME", table);
    variables.put("AWS_LAMBDA_FUNCTION_NAME", "averages");
    variables.put("AWS_REGION", "us-east-1");
    variables.put("FANOUT_ENDPOINT_URL", server.endpoint().toString());
    for (int index = 0; index < more.length; index += 2) {
      variables.put(more[index], more[index + 1]);
    }
    return new MovingAverageFunction(variables);
  }

  private static void makeTable(String name) {
    client.createTable(
        request ->
            request
                .tableName(name)
                .keySchema(
                    List.of(key("device_id", KeyType.HASH), key("window_start", KeyType.RANGE)))
                .attributeDefinitions(
                    List.of(
                        attribute("device_id", ScalarAttributeType.N),
                        attribute("window_start", ScalarAttributeType.S)))
                .billingMode(BillingMode.PAY_PER_REQUEST));
  }

  private static KeySchemaElement key(String name, KeyType type) {
    return KeySchemaElement.builder().attributeName(name).keyType(type).build();
  }

  private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
    return AttributeDefinition.builder().attributeName(name).attributeType(type).build();
  }

  private static List<Map<String, AttributeValue>> items(String table) {
    return client.scanPaginator(request -> request.tableName(table)).items().stream().toList();
  }

  private static Map<String, AttributeValue> item(
      String device, String start, String stop, String average) {
    return Map.of(
        "device_id", AttributeValue.fromN(device),
        "window_start", AttributeValue.fromS(start),
        "window_stop", AttributeValue.fromS(stop),
        "avg_temp", AttributeValue.fromN(average));
  }

  private static String reading(int device, String time, double temperature) {
    return "{\"device_id\": %d, \"timestamp\": \"%s\", \"temperature\": %s}"
        .formatted(device, time, temperature);
  }

  /** An event of a self-managed cluster; the first partition's values, then the second's. */
  private static String event(List<String> zero, List<String> one) {
    return """
        {"eventSource": "SelfManagedKafka",
         "bootstrapServers": "b-2.example:9094,b-1.example:9094",
         "records": {"sensors-0": [%s], "sensors-1": [%s]}}"""
        .formatted(records(0, zero), records(1, one));
  }

  private static String records(int partition, List<String> values) {
    List<String> records = new ArrayList<>();
    for (int offset = 0; offset < values.size(); offset++) {
      String value = values.get(offset);
      records.add(
          """
          {"topic": "sensors", "partition": %d, "offset": %d, "timestamp": 1656676800000,
           "timestampType": "CREATE_TIME", "value": "%s", "headers": []}"""
              .formatted(
                  partition,
                  offset,
                  Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    }
    return String.join(",", records);
  }

  private static String handle(MovingAverageFunction function, String event) throws IOException {
    Context context =
        (Context)
            Proxy.newProxyInstance(
                Context.class.getClassLoader(),
                new Class<?>[] {Context.class},
                (proxy, method, arguments) -> {
                  assertThat(method.getName()).isEqualTo("getRemainingTimeInMillis");
                  return 60_000;
                });
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    function.handleRequest(
        new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), answer, context);
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static final String EVENT =
      event(
          List.of(
              reading(7, "2022-07-01T12:00:00", 20),
              reading(8, "2022-07-01T12:00:01", 30.5),
              reading(7, "2022-07-01T12:00:02", 21)),
          List.of(
              reading(9, "2022-07-01T12:00:05", -3.2), reading(9, "2022-07-01T12:00:04", -4.9)));

  @Test
  void handleRequest_readings_averagesOfEachPartitionAreInTheTable() throws Exception {
    makeTable("averages");

    handle(function("averages"), EVENT);

    assertThat(items("averages"))
        .containsExactlyInAnyOrder(
            item("7", "2022-07-01T12:00:00", "2022-07-01T12:00:02", "20"),
            item("8", "2022-07-01T12:00:01", "2022-07-01T12:00:01", "30"),
            item("9", "2022-07-01T12:00:04", "2022-07-01T12:00:05", "-4"));
  }

  @Test
  void handleRequest_eventAgainAfterAFailure_makesTheSameItems() throws Exception {
    MovingAverageFunction function = function("late");
    assertThatThrownBy(() -> handle(function, EVENT)).isInstanceOf(UnsettledRecordsException.class);
    makeTable("late");

    handle(function, EVENT);
    handle(function, EVENT);

    assertThat(items("late")).hasSize(3);
  }

  @Test
  void handleRequest_whatIsNoReading_isAnsweredAndTheAveragesAreWritten() throws Exception {
    makeTable("partial");
    MovingAverageFunction function = function("partial", "FANOUT_PARTIAL_RESPONSES", "true");

    String answer =
        handle(
            function,
            event(
                List.of(
                    reading(7, "2022-07-01T12:00:00", 20),
                    "no reading",
                    reading(7, "2022-07-01T12:00:02", 22)),
                List.of()));

    assertThat(answer.replace(" ", ""))
        .isEqualTo(
            "{\"batchItemFailures\":[{\"itemIdentifier\":{\"partition\":\"sensors-0\","
                + "\"offset\":1}}]}");
    assertThat(items("partial"))
        .containsExactly(item("7", "2022-07-01T12:00:00", "2022-07-01T12:00:02", "21"));
  }
}
