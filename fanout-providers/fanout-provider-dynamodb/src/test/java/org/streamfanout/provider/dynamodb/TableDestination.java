package org.streamfanout.provider.dynamodb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.AwsDestination;
import org.streamfanout.testkit.Records;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A table of DynamoDB Local for the provider kit, with the key {@code pk} made of records' keys.
 */
final class TableDestination extends AwsDestination {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private final Tables tables;
  private final String table;
  private final Map<String, String> options;
  private final List<String> added = new ArrayList<>(List.of("pk"));

  private TableDestination(Tables tables, String action, Map<String, String> options) {
    super(tables.endpoint(), action);
    this.tables = tables;
    this.table = tables.make("pk:S");
    this.options = options;
  }

  static TableDestination inBatches(Tables tables) {
    return new TableDestination(tables, "BatchWriteItem", Map.of("partitionKey", "pk={key}"));
  }

  static TableDestination oneByOne(Tables tables) {
    TableDestination destination =
        new TableDestination(
            tables, "PutItem", Map.of("partitionKey", "pk={key}", "newerOnly", "version"));
    destination.added.add("version");
    return destination;
  }

  @Override
  public TargetConfig target() {
    return TargetConfig.builder(Records.KINESIS, "kit", "dynamodb", table).options(options).build();
  }

  @Override
  public List<Bytes> arrived() {
    return tables.items(table).stream().map(this::body).toList();
  }

  private Bytes body(Map<String, AttributeValue> item) {
    Map<String, Object> fields = new TreeMap<>();
    item.forEach((name, value) -> fields.put(name, plain(value)));
    added.forEach(fields::remove);
    return write(fields);
  }

  /** The kit sends texts and numbers only. */
  private static Object plain(AttributeValue value) {
    return value.s() != null ? value.s() : new BigDecimal(value.n());
  }

  /** Returns a JSON object as {@link #arrived} writes it. */
  static Bytes inOrder(Bytes body) {
    try {
      return write(JSON.readValue(body.toByteArray(), Map.class));
    } catch (IOException notJson) {
      throw new UncheckedIOException(notJson);
    }
  }

  private static Bytes write(Map<?, ?> fields) {
    try {
      return Bytes.wrap(JSON.writeValueAsBytes(fields));
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Override
  public void close() {
    super.close();
    tables.drop(table);
  }
}
