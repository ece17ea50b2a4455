package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.provider.dynamodb.DynamoDbTargetProvider;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Fault;
import org.streamfanout.testkit.FaultProxy;
import org.streamfanout.testkit.Records;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Many writes of few items, through the engine, to a table that hands items back all the time. */
@Timeout(300)
class DynamoDbOrderIT {
  private static final int RECORDS = 400;
  private static final int ITEMS = 9;

  private final DynamoDbServer server = DynamoDbServer.start();
  private final FaultProxy proxy = FaultProxy.to(server.endpoint());
  private final AwsClients clients =
      AwsClients.builder()
          .region("us-east-1")
          .endpoint(server.endpoint())
          .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
          .build();
  private final DynamoDbClient dynamoDb =
      clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);

  @BeforeEach
  void makeTable() {
    dynamoDb.createTable(
        request ->
            request
                .tableName("devices")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(
                    AttributeDefinition.builder()
                        .attributeName("device")
                        .attributeType(ScalarAttributeType.N)
                        .build())
                .keySchema(
                    KeySchemaElement.builder()
                        .attributeName("device")
                        .keyType(KeyType.HASH)
                        .build()));
  }

  @AfterEach
  void stop() {
    clients.close();
    proxy.close();
    server.close();
  }

  /** Whatever the order of the target, and though the records' keys say nothing of the items. */
  @ParameterizedTest
  @EnumSource(Ordering.class)
  void process_manyWritesOfAnItem_leavesTheLastOne(Ordering ordering) {
    Random random = new Random(5);
    Map<String, String> last = new HashMap<>();
    List<FanoutRecord> records =
        Records.list(
            RECORDS,
            number -> {
              int device = random.nextInt(ITEMS);
              last.put(Integer.toString(device), Integer.toString(number));
              // 3 and 3.0 are one item.
              String written = device + (random.nextBoolean() ? ".0" : "");
              return Records.kinesis(
                  number,
                  "key-" + random.nextInt(50),
                  "{\"device\":" + written + ",\"v\":" + number + "}");
            });
    Random faults = new Random(6);
    proxy.always(Fault.failEntriesIf(place -> faults.nextInt(3) == 0));
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "devices", "dynamodb", "devices")
            .options(Map.of("partitionKey", "device:N"))
            .ordering(ordering)
            .maxInFlight(4)
            .build();

    try (FanoutEngine engine =
        FanoutEngine.builder()
            .registry(new InMemoryTargetRegistry(target))
            .provider(new DynamoDbTargetProvider())
            .setting(ProviderContext.ENDPOINT_URL, proxy.endpoint().toString())
            .setting(ProviderContext.REGION, "us-east-1")
            .retry(
                new RetryPolicy(
                    8, Duration.ofSeconds(60), Duration.ofMillis(1), Duration.ofMillis(2)))
            .build()) {
      FanoutResult result =
          engine.process(
              new SourceBatch(Records.KINESIS, Records.SHARD, records),
              Deadline.after(Duration.ofMinutes(4)));
      assertThat(result.isSettled()).as("%s", result.targets()).isTrue();
      assertThat(result.targets())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.counts().accepted()).isEqualTo(RECORDS);
                assertThat(one.firstFailure()).isNotNull();
              });
    }

    Map<String, String> kept = new HashMap<>();
    for (Map<String, AttributeValue> item :
        dynamoDb.scan(request -> request.tableName("devices")).items()) {
      kept.put(item.get("device").n(), item.get("v").n());
    }
    assertThat(kept).isEqualTo(last);
  }
}
