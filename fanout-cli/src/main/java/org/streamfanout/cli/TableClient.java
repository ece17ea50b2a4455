package org.streamfanout.cli;

import java.net.URI;
import java.util.Map;
import org.streamfanout.aws.AwsAccess;
import org.streamfanout.aws.AwsClients;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.RegistryException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * A connection to a table of the process's own, beside those of targets.
 *
 * @param client reads and writes it
 * @param release lets the connection go
 */
record TableClient(DynamoDbClient client, Runnable release) {

  /**
   * Makes it; no I/O.
   *
   * @param table what it is for, for the text of an error
   */
  static TableClient open(String table, Map<String, String> settings) {
    String endpoint = settings.get(ProviderContext.ENDPOINT_URL);
    AwsClients clients =
        AwsClients.builder()
            .region(settings.get(ProviderContext.REGION))
            .endpoint(endpoint == null ? null : URI.create(endpoint))
            .build();
    try {
      return new TableClient(
          clients.client(DynamoDbClient.class, DynamoDbClient::builder, AwsAccess.DEFAULT),
          clients::close);
    } catch (SdkClientException e) {
      clients.close();
      throw new RegistryException(
          "table '" + table + "' cannot be reached: " + e.getMessage() + "; give --region", e);
    }
  }
}
