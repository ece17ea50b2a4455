package org.streamfanout.cli;

import java.net.URI;
import java.util.Map;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.registry.dynamodb.DynamoDbTargetRegistry;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.TargetRegistry;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The targets table in DynamoDB, with the connection to it.
 *
 * @param registry reads the table
 * @param release lets the connection go
 */
record TableRegistry(TargetRegistry registry, Runnable release) {

  static TableRegistry open(String table, Map<String, String> settings) {
    String endpoint = settings.get(ProviderContext.ENDPOINT_URL);
    AwsClients clients =
        AwsClients.builder()
            .region(settings.get(ProviderContext.REGION))
            .endpoint(endpoint == null ? null : URI.create(endpoint))
            .build();
    try {
      DynamoDbClient client =
          clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT);
      return new TableRegistry(
          new CachingTargetRegistry(DynamoDbTargetRegistry.of(client, table)), clients::close);
    } catch (SdkClientException e) {
      clients.close();
      throw new RegistryException(
          "table '" + table + "' cannot be reached: " + e.getMessage() + "; give --region", e);
    }
  }
}
