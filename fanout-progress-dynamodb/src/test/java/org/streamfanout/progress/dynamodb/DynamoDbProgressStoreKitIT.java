package org.streamfanout.progress.dynamodb;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.streamfanout.spi.ProgressStore;
import org.streamfanout.testkit.ProgressStoreKit;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Against DynamoDB Local; each store is one of a process of its own. */
class DynamoDbProgressStoreKitIT extends ProgressStoreKit {
  private static final String TABLE = "fanoutProgress";

  private static DynamoDbServer server;
  private static DynamoDbClient client;

  @BeforeAll
  static void start() {
    server = DynamoDbServer.start();
    client = AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  @BeforeEach
  void createTable() {
    ProgressTable.create(client, TABLE);
  }

  @AfterEach
  void deleteTable() {
    client.deleteTable(request -> request.tableName(TABLE));
  }

  @Override
  protected ProgressStore open() {
    return DynamoDbProgressStore.builder(client, TABLE).timeout(Duration.ofMinutes(1)).build();
  }
}
