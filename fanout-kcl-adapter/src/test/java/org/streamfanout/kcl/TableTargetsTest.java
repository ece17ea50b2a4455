package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.FanoutResult;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.TargetResult;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.InMemoryTarget;
import org.streamfanout.testkit.RecordingEndpoint;
import org.streamfanout.testkit.RecordingEndpoint.Request;
import org.streamfanout.testkit.RecordingEndpoint.Response;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

/**
 * The same changes by Lambda's event and by the Streams API, and what targets get of both. The
 * function of the {@code lambda} targets is a stand-in for Lambda's Invoke.
 */
@Timeout(120)
final class TableTargetsTest {
  private static final Source STREAM =
      Source.of("arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/2026-01-01T00:00:00.000");
  private static final List<String> KEYS = List.of("zone", "number");
  private static final String FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f";
  private static final String SHARD = "shardId-00000001795271173147-ff63a61a";

  private final RecordingEndpoint endpoint = RecordingEndpoint.start();

  @AfterEach
  void close() {
    endpoint.close();
  }

  /** All ten types, nested, with numbers, texts and binaries that are easily spoilt. */
  private static final Map<String, AttributeValue> EVERYTHING =
      Map.ofEntries(
          Map.entry("s", AttributeValue.fromS("héllo 中 \uD83D\uDE00 \"q\" \\ \n \u2028")),
          Map.entry("empty", AttributeValue.fromS("")),
          Map.entry("n", AttributeValue.fromN("12345678901234567890123456789012345678")),
          Map.entry("small", AttributeValue.fromN("1E-130")),
          Map.entry("b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127}))),
          Map.entry("bool", AttributeValue.fromBool(false)),
          Map.entry("nul", AttributeValue.fromNul(true)),
          Map.entry("ss", AttributeValue.fromSs(List.of("a", "ä"))),
          Map.entry("ns", AttributeValue.fromNs(List.of("1.10", "-2"))),
          Map.entry("bs", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("x")))),
          Map.entry("no-elements", AttributeValue.fromL(List.of())),
          Map.entry(
              "l",
              AttributeValue.fromL(
                  List.of(
                      AttributeValue.fromM(Map.of("in", AttributeValue.fromNs(List.of("3")))),
                      AttributeValue.fromNul(true)))),
          Map.entry("no-members", AttributeValue.fromM(Map.of())));

  private static Record change(
      int number,
      String type,
      Map<String, AttributeValue> newImage,
      Map<String, AttributeValue> oldImage) {
    return Record.builder()
        .eventID("event-" + number)
        .eventName(type)
        .eventVersion("1.1")
        .eventSource("aws:dynamodb")
        .awsRegion("eu-west-1")
        .dynamodb(
            data ->
                data.keys(
                        Map.of(
                            "zone", AttributeValue.fromS("a|b\\" + number % 3),
                            "number", AttributeValue.fromN("7.0")))
                    .newImage(newImage)
                    .oldImage(oldImage)
                    .approximateCreationDateTime(Instant.ofEpochSecond(1_700_000_000L + number))
                    .sequenceNumber("10000000000000000000" + number)
                    .sizeBytes(100L + number)
                    .streamViewType("NEW_AND_OLD_IMAGES"))
        .build();
  }

  private static List<Record> changes() {
    Map<String, AttributeValue> other = Map.of("n", AttributeValue.fromN("1"));
    Record expired =
        change(4, "REMOVE", null, other).toBuilder()
            .userIdentity(who -> who.type("Service").principalId("dynamodb.amazonaws.com"))
            .build();
    return List.of(
        change(0, "INSERT", EVERYTHING, null),
        change(1, "MODIFY", other, EVERYTHING),
        change(2, "MODIFY", Map.of(), other),
        change(3, "REMOVE", null, EVERYTHING),
        expired);
  }

  private static TargetConfig.Builder target(String id, String type) {
    return TargetConfig.builder(STREAM, id, type, FUNCTION).ordering(Ordering.SHARD);
  }

  /** What a host's targets got. */
  private record Received(List<Message> messages, List<JsonNode> events) {}

  private Received deliver(SourceBatch batch) throws IOException {
    endpoint.clear();
    endpoint.answer(Response.of(202, ""));
    InMemoryTarget memory = new InMemoryTarget();
    try (FanoutEngine engine =
        FanoutEngine.builder()
            .provider(memory)
            .setting(ProviderContext.ENDPOINT_URL, endpoint.uri().toString())
            .registry(
                new InMemoryTargetRegistry(
                    target("image", "memory").build(),
                    target("plain", "memory").convertDdb(true).build(),
                    target("whole", "memory").wholeChange(true).build(),
                    target("whole-plain", "memory").wholeChange(true).convertDdb(true).build(),
                    target("filtered", "memory")
                        .filter(
                            "{\"eventName\":[\"REMOVE\"],\"dynamodb\":{\"Keys\":{\"number\":{\"N\":[\"7.0\"]}}}}")
                        .build(),
                    target("function", "lambda").options(Map.of("invocation", "Event")).build()))
            .build()) {
      FanoutResult result = engine.process(batch, Deadline.after(Duration.ofSeconds(60)));
      assertThat(result.targets()).extracting(TargetResult::firstFailure).containsOnlyNulls();
      assertThat(result.unsettled()).isEmpty();
    }
    List<Message> messages = new ArrayList<>();
    for (String id : List.of("image", "plain", "whole", "whole-plain", "filtered")) {
      messages.addAll(memory.received(id));
    }
    List<JsonNode> events = new ArrayList<>();
    for (Request request : endpoint.requests()) {
      events.add(TableEvents.JSON.readTree(request.body()));
    }
    return new Received(messages, events);
  }

  @Test
  void process_sameChangesByBothHosts_giveTargetsTheSame() throws IOException {
    byte[] event = TableEvents.event(STREAM.id(), KEYS, changes());
    Received byLambda = deliver(LambdaEvents.parse(event).get(0));

    Received byKcl =
        deliver(new SourceBatch(STREAM, SHARD, new TableRecords(STREAM, KEYS).of(changes())));

    assertThat(byKcl.messages()).hasSize(4 * 5 + 2).hasSameSizeAs(byLambda.messages());
    for (int index = 0; index < byKcl.messages().size(); index++) {
      Message actual = byKcl.messages().get(index);
      Message expected = byLambda.messages().get(index);
      assertThat(actual.id()).isEqualTo(expected.id());
      assertThat(actual.key()).isEqualTo(expected.key());
      assertThat(actual.attributes()).isEqualTo(expected.attributes());
      assertThat(TableEvents.JSON.readTree(actual.body().toByteArray()))
          .isEqualTo(TableEvents.JSON.readTree(expected.body().toByteArray()));
    }
    assertThat(byKcl.events()).isEqualTo(byLambda.events());
  }

  @Test
  void process_toAFunction_invokesItWithLambdasOwnEvent() throws IOException {
    byte[] event = TableEvents.event(STREAM.id(), KEYS, changes());

    Received received =
        deliver(new SourceBatch(STREAM, SHARD, new TableRecords(STREAM, KEYS).of(changes())));

    ArrayNode records = TableEvents.JSON.createArrayNode();
    received.events().forEach(each -> each.get("Records").forEach(records::add));
    assertThat(records).isEqualTo(TableEvents.JSON.readTree(event).get("Records"));
    assertThat(records.get(4).at("/userIdentity/principalId").asText())
        .isEqualTo("dynamodb.amazonaws.com");
  }
}
