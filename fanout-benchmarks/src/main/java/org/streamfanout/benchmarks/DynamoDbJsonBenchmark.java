package org.streamfanout.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.streamfanout.core.dynamodb.DynamoDbConverter;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.enhanced.dynamodb.document.EnhancedDocument;

/**
 * DynamoDB images a second to plain JSON; beside the SDK's {@code EnhancedDocument}, whose JSON
 * stays a string where ours is bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class DynamoDbJsonBenchmark {
  private static final int LINES = 10;

  /** {@code flat}: nine attributes; {@code nested}: an order with ten lines. */
  @Param({"flat", "nested"})
  public String image = "flat";

  private Map<String, AttributeValue> ours = Map.of();
  private Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> peers =
      Map.of();

  /** Makes the same image for both. */
  @Setup
  public void setUp() {
    ours = image.equals("flat") ? flat() : nested();
    peers = sdk(ours);
    String peersJson = peer();
    if (!DynamoDbConverter.json(ours, true).utf8().equals(peersJson)) {
      throw new IllegalStateException("the peer's JSON differs: " + peersJson);
    }
  }

  /** This project. */
  @Benchmark
  public Bytes ours() {
    return DynamoDbConverter.json(ours, true);
  }

  /** The SDK's enhanced client. */
  @Benchmark
  public String peer() {
    return EnhancedDocument.fromAttributeValueMap(peers).toJson();
  }

  private static Map<String, AttributeValue> flat() {
    Map<String, AttributeValue> item = new LinkedHashMap<>();
    item.put("id", new AttributeValue.S("order-0017-4242"));
    item.put("customer", new AttributeValue.S("Zo\u00eb van der Berg"));
    item.put("total", new AttributeValue.N("1249.95"));
    item.put("quantity", new AttributeValue.N("17"));
    item.put("paid", new AttributeValue.Bool(true));
    item.put("note", new AttributeValue.S("Please ring twice, the \"bell\" is quiet.\nThank you."));
    item.put("created", new AttributeValue.S("2026-11-21T08:10:00.000Z"));
    item.put("tags", new AttributeValue.Ss(List.of("express", "gift", "export")));
    item.put("coupon", new AttributeValue.Null());
    return item;
  }

  private static Map<String, AttributeValue> nested() {
    Map<String, AttributeValue> item = flat();
    List<AttributeValue> lines = new ArrayList<>();
    for (int line = 0; line < LINES; line++) {
      Map<String, AttributeValue> values = new LinkedHashMap<>();
      values.put("sku", new AttributeValue.S("SKU-" + line));
      values.put("price", new AttributeValue.N(line + ".99"));
      values.put("size", new AttributeValue.Ns(List.of("10", "20.5")));
      values.put("in stock", new AttributeValue.Bool(line % 2 == 0));
      lines.add(new AttributeValue.M(values));
    }
    item.put("lines", new AttributeValue.L(lines));
    return item;
  }

  private static Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> sdk(
      Map<String, AttributeValue> attributes) {
    Map<String, software.amazon.awssdk.services.dynamodb.model.AttributeValue> converted =
        new LinkedHashMap<>();
    attributes.forEach((name, value) -> converted.put(name, sdk(value)));
    return converted;
  }

  private static software.amazon.awssdk.services.dynamodb.model.AttributeValue sdk(
      AttributeValue value) {
    var builder = software.amazon.awssdk.services.dynamodb.model.AttributeValue.builder();
    if (value instanceof AttributeValue.S text) {
      builder.s(text.value());
    } else if (value instanceof AttributeValue.N number) {
      builder.n(number.value());
    } else if (value instanceof AttributeValue.B binary) {
      builder.b(SdkBytes.fromByteArray(binary.value().toByteArray()));
    } else if (value instanceof AttributeValue.Bool bool) {
      builder.bool(bool.value());
    } else if (value instanceof AttributeValue.Null) {
      builder.nul(true);
    } else if (value instanceof AttributeValue.Ss texts) {
      builder.ss(texts.values());
    } else if (value instanceof AttributeValue.Ns numbers) {
      builder.ns(numbers.values());
    } else if (value instanceof AttributeValue.L list) {
      builder.l(list.values().stream().map(DynamoDbJsonBenchmark::sdk).toList());
    } else if (value instanceof AttributeValue.M map) {
      builder.m(sdk(map.values()));
    } else {
      throw new IllegalArgumentException("no benchmark uses " + value.getClass().getSimpleName());
    }
    return builder.build();
  }
}
