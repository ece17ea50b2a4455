package org.streamfanout.cli;

import java.util.Map;
import org.streamfanout.core.registry.CachingTargetRegistry;
import org.streamfanout.registry.dynamodb.DynamoDbTargetRegistry;
import org.streamfanout.spi.TargetRegistry;

/**
 * The targets table in DynamoDB, with the connection to it.
 *
 * @param registry reads the table
 * @param release lets the connection go
 */
record TableRegistry(TargetRegistry registry, Runnable release) {

  static TableRegistry open(String table, Map<String, String> settings) {
    TableClient tables = TableClient.open(table, settings);
    return new TableRegistry(
        new CachingTargetRegistry(DynamoDbTargetRegistry.of(tables.client(), table)),
        tables.release());
  }
}
