package org.streamfanout.provider.opensearch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Finding.Severity;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testservers.OpenSearchServer;

/** What a real OpenSearch makes of it, beyond what the kit asks. */
@Timeout(300)
class OpenSearchSenderIT {
  private static OpenSearchServer server;
  private static OpenSearchClient client;

  private final String index = "orders-" + UUID.randomUUID();
  private final OpenSearchTargetProvider provider = new OpenSearchTargetProvider();
  private final TestContext context =
      new TestContext()
          .set(ProviderContext.ALLOWED_HOSTS, "127.0.0.1:" + server.endpoint().getPort());

  @BeforeAll
  static void startServer() {
    server = OpenSearchServer.start();
    client = new OpenSearchClient(server.endpoint());
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void close() throws Exception {
    context.close();
    client.deleteIndex(index);
  }

  private TargetSender open(Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(Records.KINESIS, "t", "es", server.endpoint() + "#" + index)
            .options(options)
            .build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  private static List<Outcome> send(TargetSender sender, FanoutRecord... records) throws Exception {
    return sender.send(Messages.batch(records), Deadline.after(Duration.ofSeconds(60)));
  }

  private static void sendAccepted(TargetSender sender, FanoutRecord... records) throws Exception {
    assertThat(send(sender, records)).containsOnly(Outcome.accepted());
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  private static FanoutRecord record(int number, String key, String data) {
    return Records.kinesis(number, key, data);
  }

  @Test
  void send_againAndAgain_writesOneDocumentForEachRecord() throws Exception {
    for (String action : List.of("index", "create", "index")) {
      sendAccepted(
          open(Map.of("action", action)), record(1, "k", "{\"n\":1.10}"), record(2, "k", "{}"));
    }

    assertThat(client.documents(index))
        .containsOnly(
            Map.entry(record(1, "k", "").id(), Bytes.utf8("{\"n\":1.10}")),
            Map.entry(record(2, "k", "").id(), Bytes.utf8("{}")));
  }

  @Test
  void send_byKey_endsWithTheLastRecordAndGoesWithATombstone() throws Exception {
    TargetSender sender = open(Map.of("id", "key"));
    String odd = "a\"}}\n{\"delete\":{\"_id\":\"other\\\u20ac";

    sendAccepted(sender, record(1, odd, "{\"n\":1}"), record(2, "other", "{\"n\":2}"));
    sendAccepted(sender, record(3, odd, "{\"n\":3}"));

    assertThat(client.documents(index))
        .containsOnly(
            Map.entry(odd, Bytes.utf8("{\"n\":3}")), Map.entry("other", Bytes.utf8("{\"n\":2}")));

    FanoutRecord tombstone = record(4, odd, null);
    sendAccepted(sender, tombstone);
    sendAccepted(sender, tombstone);

    assertThat(client.documents(index)).containsOnlyKeys("other");
  }

  @Test
  void send_longestIdAndOneMore_areBothTaken() throws Exception {
    TargetSender sender = open(Map.of("id", "field:/a/id"));
    String longest = "\u20ac".repeat(170) + "ab";

    sendAccepted(
        sender,
        record(1, "k", "{\"a\":{\"id\":\"" + longest + "\"}}"),
        record(2, "k", "{\"a\":{\"id\":\"" + longest + "c\"}}"));

    assertThat(client.documents(index).keySet())
        .hasSize(2)
        .contains(longest)
        .anyMatch(id -> id.matches("[0-9a-f]{64}"));
  }

  @Test
  void send_update_mergesIntoTheDocument() throws Exception {
    TargetSender sender = open(Map.of("id", "key", "action", "update"));

    sendAccepted(sender, record(1, "k", "{\"a\":1,\"b\":1}"));
    sendAccepted(sender, record(2, "k", "{\"b\":2}"));

    assertThat(client.documents(index))
        .containsOnly(Map.entry("k", Bytes.utf8("{\"a\":1,\"b\":2}")));
  }

  @Test
  void send_create_leavesAnothersDocumentAlone() throws Exception {
    sendAccepted(open(Map.of("id", "key")), record(1, "k", "{\"n\":1}"));

    List<Outcome> outcomes =
        send(
            open(Map.of("id", "key", "action", "create")),
            record(2, "k", "{\"n\":2}"),
            record(3, "l", "{\"n\":3}"));

    assertThat(failure(outcomes.get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "version_conflict_engine_exception");
    assertThat(outcomes.get(1)).isEqualTo(Outcome.accepted());
    assertThat(client.documents(index).get("k")).isEqualTo(Bytes.utf8("{\"n\":1}"));
  }

  @Test
  void send_withoutIds_addsADocumentEachTime() throws Exception {
    TargetSender sender = open(Map.of("id", "none"));

    sendAccepted(sender, record(1, "k", "{}"));
    sendAccepted(sender, record(1, "k", "{}"));

    assertThat(client.documents(index)).hasSize(2);
  }

  @Test
  void send_documentsThatTheMappingRefuses_areRejectedWithoutTheirValues() throws Exception {
    client.createIndex(
        index,
        "{\"dynamic\":\"strict\",\"properties\":{\"n\":{\"type\":\"integer\"},"
            + "\"d\":{\"type\":\"date\"},\"o\":{\"properties\":{\"x\":{\"type\":\"long\"}}}}}");

    List<Outcome> outcomes =
        send(
            open(Map.of()),
            record(1, "k", "{\"n\":1}"),
            record(2, "k", "{\"n\":\"SECRET\"}"),
            record(3, "k", "{\"d\":\"SECRET\"}"),
            record(4, "k", "{\"SECRET\":1}"),
            record(5, "k", "{\"o\":\"SECRET\"}"),
            record(6, "k", "{\"n\":{\"SECRET\":1}}"),
            record(7, "k", "{\"n\":99999999999999999999}"),
            record(8, "k", "{\"n\":8}"));

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(outcomes.get(7)).isEqualTo(Outcome.accepted());
    for (Outcome outcome : outcomes.subList(1, 7)) {
      assertThat(failure(outcome).kind()).as("%s", outcome).isEqualTo(Kind.REJECTED);
      assertThat(failure(outcome).code()).matches("[a-z_]+_exception");
      assertThat(failure(outcome).toString()).doesNotContain("SECRET");
    }
    assertThat(failure(outcomes.get(1)).detail()).contains("'n' of type integer");
    assertThat(client.documents(index)).hasSize(2);
  }

  @Test
  void send_malformedUtf8_isRejectedAlone() throws Exception {
    byte[] data = "{\"a\":\"??\"}".getBytes();
    data[6] = (byte) 0xc3;
    data[7] = (byte) 0x28;
    FanoutRecord malformed = record(2, "k", null).withData(Bytes.wrap(data));

    List<Outcome> outcomes =
        send(open(Map.of()), record(1, "k", "{}"), malformed, record(3, "k", "{}"));

    assertThat(failure(outcomes.get(1)).kind()).isEqualTo(Kind.REJECTED);
    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(outcomes.get(2)).isEqualTo(Outcome.accepted());
  }

  @Test
  void send_toABlockedOrClosedIndex_stopsTheTarget() throws Exception {
    client.createIndex(index, "{}");
    client.call("PUT", "/" + index + "/_block/write", "");
    assertThat(failure(send(open(Map.of()), record(1, "k", "{}")).get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.FATAL, "cluster_block_exception");

    client.call("PUT", "/" + index + "/_settings", "{\"index.blocks.write\":false}");
    client.call("POST", "/" + index + "/_close", "");
    assertThat(failure(send(open(Map.of()), record(1, "k", "{}")).get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.FATAL, "index_closed_exception");
  }

  @Test
  void send_toAMissingIndexThatIsNotMade_stopsTheTarget() throws Exception {
    client.call(
        "PUT", "/_cluster/settings", "{\"persistent\":{\"action.auto_create_index\":\"false\"}}");
    try {
      assertThat(open(Map.of()).check(Deadline.after(Duration.ofSeconds(60))))
          .extracting(Finding::severity)
          .containsExactly(Severity.WARNING);
      assertThat(failure(send(open(Map.of()), record(1, "k", "{}")).get(0)))
          .extracting(Failure::kind, Failure::code)
          .containsExactly(Kind.FATAL, "index_not_found_exception");
    } finally {
      client.call(
          "PUT", "/_cluster/settings", "{\"persistent\":{\"action.auto_create_index\":null}}");
    }
  }

  @Test
  void send_toADataStream_needsCreate() throws Exception {
    client.call(
        "PUT",
        "/_index_template/" + index,
        "{\"index_patterns\":[\"" + index + "\"],\"data_stream\":{}}");
    try {
      FanoutRecord record = record(1, "k", "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}");

      assertThat(failure(send(open(Map.of()), record).get(0)).kind()).isEqualTo(Kind.FATAL);
      sendAccepted(open(Map.of("action", "create")), record);
      sendAccepted(open(Map.of("action", "create")), record);

      assertThat(client.documents(index)).hasSize(1);
    } finally {
      client.call("DELETE", "/_data_stream/" + index, "");
      client.call("DELETE", "/_index_template/" + index, "");
    }
  }

  @Test
  void check_ofAnIndex_reachesIt() throws Exception {
    client.createIndex(index, "{}");

    assertThat(open(Map.of()).check(Deadline.after(Duration.ofSeconds(60))))
        .extracting(Finding::severity)
        .containsExactly(Severity.OK);
  }
}
