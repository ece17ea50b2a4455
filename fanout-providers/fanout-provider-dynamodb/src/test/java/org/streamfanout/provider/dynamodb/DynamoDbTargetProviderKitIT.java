package org.streamfanout.provider.dynamodb;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;

/** Against DynamoDB Local; the fault proxy in between hands items back as DynamoDB does. */
class DynamoDbTargetProviderKitIT extends TargetProviderKit {
  static Tables tables;

  @BeforeAll
  static void startServer() {
    tables = new Tables();
  }

  @AfterAll
  static void stopServer() {
    tables.close();
  }

  @Override
  protected TargetProvider provider() {
    return new DynamoDbTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return TableDestination.inBatches(tables);
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "dynamodb", "a table")
                .role("r")
                .externalId("x")
                .region("y")
                .options(Map.of("dropEmpty", "yes"))
                .build(),
            List.of("'a table'", "role 'r'", "externalId", "region 'y'", "partitionKey", "'yes'")));
  }

  @Override
  protected Bytes expected(Message message) {
    return TableDestination.inOrder(message.body());
  }

  /** A name is looked up in the target's account and region, whatever else it looks like. */
  @Override
  protected Predicate<String> isHarmless() {
    return destination -> destination.matches("[A-Za-z0-9_.-]{3,255}");
  }
}
