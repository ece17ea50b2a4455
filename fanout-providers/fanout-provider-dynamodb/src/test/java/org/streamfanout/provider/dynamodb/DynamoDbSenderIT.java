package org.streamfanout.provider.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.provider.dynamodb.ProxiedTables.failure;
import static org.streamfanout.provider.dynamodb.ProxiedTables.send;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Fault;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** JSON records against DynamoDB Local, with the fault proxy in between. */
@Timeout(300)
class DynamoDbSenderIT {
  private static final String SEQUENCE_NUMBER =
      "49544985256907370027570885864065577703022652638596431802";

  @AutoClose private static final Tables tables = new Tables();

  @AutoClose private final ProxiedTables proxied = new ProxiedTables(tables);

  private TargetSender open(String destination, Map<String, String> options) {
    return proxied.open(Records.KINESIS, destination, options);
  }

  private static FanoutRecord record(int number, String json) {
    return Records.kinesis(number, "key-" + number, json);
  }

  private static FanoutRecord record(String sequenceNumber, int part, String json) {
    return FanoutRecord.builder(Records.SHARD + ":" + sequenceNumber, sequenceNumber)
        .shard(Records.SHARD)
        .part(part)
        .key("k")
        .data(Bytes.utf8(json))
        .build();
  }

  private static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }

  private static AttributeValue number(String value) {
    return AttributeValue.fromN(value);
  }

  /** The table, keys and item of "Serverless Cross Account Stream Replication" (JustGiving). */
  @Test
  void send_withTheKeysOfJustGiving_writesTheItemThatItWrote() throws Exception {
    String table = tables.make("seqNumbershardIdHash:S", "sequenceNumber:S");
    TargetSender sender =
        open(
            table,
            Map.of(
                "partitionKey", "seqNumbershardIdHash={sequenceNumber[-3:-1]}_{shardId}",
                "sortKey", "sequenceNumber={sequenceNumber}",
                "attributes", "shardId",
                "dropEmpty", "true"));
    FanoutRecord record =
        record(
            SEQUENCE_NUMBER,
            -1,
            "{\"event\":\"page view\",\"referrer\":\"\",\"user\":null,\"nano\":1469104206463,"
                + "\"sequenceNumber\":\"a field loses against the key\"}");

    assertThat(send(sender, record)).containsExactly(Outcome.accepted());
    assertThat(send(sender, record)).containsExactly(Outcome.accepted());

    assertThat(tables.items(table))
        .containsExactly(
            Map.of(
                "seqNumbershardIdHash", text("80_" + Records.SHARD),
                "sequenceNumber", text(SEQUENCE_NUMBER),
                "shardId", text(Records.SHARD),
                "event", text("page view"),
                "nano", number("1469104206463")));
  }

  @Test
  void send_everyJsonType_becomesItsAttribute() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk={key}"));
    String json =
        "{\"s\":\"\u00e9\u20ac\ud83d\ude00 \\u0001\\n\",\"empty\":\"\",\"b\":true,\"f\":false,"
            + "\"null\":null,\"n\":12345678901234567890123456789012345678,\"x\":-1.5e-7,"
            + "\"l\":[1,\"2\",[],{}],\"m\":{\"a\":{\"b\":[null]},\"\u00fc\":\"\"}}\n";

    assertThat(send(sender, record(0, json))).containsExactly(Outcome.accepted());

    Map<String, AttributeValue> item = tables.items(table).get(0);
    assertThat(item)
        .containsEntry("pk", text("key-0"))
        .containsEntry("s", text("\u00e9\u20ac\ud83d\ude00 \u0001\n"))
        .containsEntry("empty", text(""))
        .containsEntry("b", AttributeValue.fromBool(true))
        .containsEntry("f", AttributeValue.fromBool(false))
        .containsEntry("null", AttributeValue.fromNul(true))
        .containsEntry("n", number("12345678901234567890123456789012345678"))
        .containsEntry("x", number("-0.00000015"))
        .containsEntry(
            "l",
            AttributeValue.fromL(
                List.of(
                    number("1"),
                    text("2"),
                    AttributeValue.fromL(List.of()),
                    AttributeValue.fromM(Map.of()))))
        .containsEntry(
            "m",
            AttributeValue.fromM(
                Map.of(
                    "a",
                    AttributeValue.fromM(
                        Map.of("b", AttributeValue.fromL(List.of(AttributeValue.fromNul(true))))),
                    "\u00fc",
                    text(""))));
  }

  /** What is accepted here, DynamoDB accepts: a refusal would have failed the neighbour as well. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "0.000",
        "1E-130",
        "-1e-130",
        "9.9999999999999999999999999999999999999E+125",
        "-9.9999999999999999999999999999999999999E+125",
        "99999999999999999999999999999999999999",
        "123456789012345678901234567890123456780000000000",
        "0.10",
        "1e2",
        "1E+2"
      })
  void send_numberWithinTheRange_isKept(String digits) throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk={key}"));

    assertThat(send(sender, record(0, "{\"n\":" + digits + "}")))
        .containsExactly(Outcome.accepted());

    AttributeValue kept = tables.items(table).get(0).get("n");
    assertThat(DynamoDbNumber.canonical(kept.n())).isEqualTo(DynamoDbNumber.canonical(digits));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"n":123456789012345678901234567890123456789} | NumberOutOfRange
          {"n":1E-131}                                  | NumberOutOfRange
          {"n":1E+126}                                  | NumberOutOfRange
          {"n":1E+99999999999999}                       | NumberOutOfRange
          [1]                                           | NotAnObject
          "text"                                        | NotAnObject
          {"a":1                                        | NotAnObject
          {"a":1} {"b":2}                               | NotAnObject
          {"a":1},                                      | NotAnObject
          {"":1}                                        | EmptyName
          {"a":"\\ud800"}                               | NotText
          {"a":"\\udc00x"}                              | NotText
          {"\\ud800":1}                                 | NotText
          """)
  void send_bodyThatIsNoItem_isRejectedAlone(String json, String code) throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk={key}"));

    List<Outcome> outcomes =
        send(sender, record(0, "{\"a\":1}"), record(1, json), record(2, "{\"a\":3}"));

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(outcomes.get(2)).isEqualTo(Outcome.accepted());
    assertThat(failure(outcomes.get(1)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, code);
    assertThat(tables.items(table)).hasSize(2);
  }

  @Test
  void send_deepestItem_isTakenAndADeeperOneRejectedAlone() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk={key}"));
    String deepest = "{\"a\":" + "[".repeat(31) + "1" + "]".repeat(31) + "}";
    String deeper = "{\"a\":" + "[".repeat(32) + "1" + "]".repeat(32) + "}";

    List<Outcome> outcomes = send(sender, record(0, deepest), record(1, deeper));

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(failure(outcomes.get(1)).code()).isEqualTo("TooDeep");
  }

  /** Its JSON is within the limit: numbers of a list count more in DynamoDB than in JSON. */
  @Test
  void send_itemThatOnlyDynamoDbFindsTooLarge_isFoundByHalvingAndRejectedAlone() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk={key}"));
    FanoutRecord large = record(1, "{\"l\":[1" + ",1".repeat(170_000) + "]}");
    assertThat(sender.sizeInBytes(Messages.of(large)))
        .isLessThan(DynamoDbTargetProvider.LIMITS.maxMessageBytes());

    List<Outcome> together = send(sender, record(0, "{}"), large, record(2, "{}"));
    List<Outcome> alone = send(sender, large);

    assertThat(together).extracting(each -> failure(each).kind()).containsOnly(Kind.TOO_LARGE);
    assertThat(alone).extracting(each -> failure(each).kind()).containsExactly(Kind.REJECTED);
    assertThat(tables.items(table)).isEmpty();
  }

  @Test
  void send_twoWritesOfOneItem_neverShareACall() throws Exception {
    String table = tables.make("device:N");
    TargetSender sender = open(table, Map.of("partitionKey", "device:N"));
    List<FanoutRecord> records =
        List.of(
            record(0, "{\"device\":1,\"v\":1}"),
            record(1, "{\"device\":2,\"v\":2}"),
            record(2, "{\"device\":1.0,\"v\":3}"),
            record(3, "{\"device\":\"1e0\",\"v\":4}"));

    List<Message> messages = records.stream().map(Messages::of).toList();
    List<Outcome> outcomes = send(sender, Messages.batch(messages));

    assertThat(outcomes.subList(0, 2)).containsOnly(Outcome.accepted());
    assertThat(outcomes.subList(2, 4))
        .extracting(each -> failure(each).kind())
        .containsOnly(Kind.NOT_SENT);
    assertThat(messages.stream().map(sender::conflictKey).distinct()).hasSize(2);
    assertThat(sender.conflictKey(messages.get(0)))
        .isEqualTo(sender.conflictKey(messages.get(2)))
        .isEqualTo(sender.conflictKey(messages.get(3)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"other":1}
          {"device":null}
          {"device":""}
          {"device":[1]}
          {"device":{"a":1}}
          {"device":true}
          """)
  void send_recordWithoutAKey_isRejectedAloneAndHasNoConflictKey(String json) throws Exception {
    String table = tables.make("device:S");
    TargetSender sender = open(table, Map.of("partitionKey", "device"));
    FanoutRecord without = record(1, json);

    List<Outcome> outcomes = send(sender, record(0, "{\"device\":\"d\"}"), without);

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(failure(outcomes.get(1)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NoKey");
    assertThat(sender.conflictKey(Messages.of(without))).isNull();
  }

  @Test
  void send_keyOfALimit_isTakenAndALongerOneRejectedAlone() throws Exception {
    String table = tables.make("pk:S", "sk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "p={field:p}", "sortKey", "s"));
    TargetSender sound = open(table, Map.of("partitionKey", "pk={field:p}", "sortKey", "sk"));
    String json = "{\"p\":\"%s\",\"sk\":\"%s\"}";

    List<Outcome> outcomes =
        send(
            sound,
            record(0, json.formatted("\u00e9".repeat(1024), "s".repeat(1024))),
            record(1, json.formatted("p".repeat(2049), "s")),
            record(2, json.formatted("p", "s".repeat(1025))));

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(outcomes.subList(1, 3))
        .extracting(each -> failure(each).code())
        .containsOnly("NoKey");
    // The table's key has other names: a mistake of the target, which must not lose a record.
    assertThat(failure(send(sender, record(3, "{\"p\":\"p\",\"s\":\"s\"}")).get(0)).kind())
        .isEqualTo(Kind.FATAL);
  }

  @Test
  void send_keyWithTypes_turnsFieldsIntoThem() throws Exception {
    String table = tables.make("pk:S", "sk:N");
    TargetSender sender = open(table, Map.of("partitionKey", "pk:S", "sortKey", "sk:N={field:at}"));

    List<Outcome> outcomes =
        send(
            sender,
            record(0, "{\"pk\":17,\"at\":\"5\"}"),
            record(1, "{\"pk\":\"x\",\"at\":\"no number\"}"));

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(failure(outcomes.get(1)).code()).isEqualTo("NotANumber");
    assertThat(tables.items(table))
        .containsExactly(Map.of("pk", text("17"), "sk", number("5"), "at", text("5")));
  }

  @Test
  void send_addedAttributes_tellOfTheRecord() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender =
        open(
            table,
            Map.of(
                "partitionKey", "pk={id}",
                "attributes", "sequenceNumber, shardId,part,key,id,arrivedAt"));
    FanoutRecord user =
        Records.kinesis(7, "outer", "x").userRecord(3, "inner", null, Bytes.utf8("{}"));

    assertThat(send(sender, user)).containsExactly(Outcome.accepted());

    assertThat(tables.items(table))
        .containsExactly(
            Map.of(
                "pk", text(user.id() + "#3"),
                "sequenceNumber", text(user.sequenceNumber()),
                "shardId", text(Records.SHARD),
                "part", text("3"),
                "key", text("inner"),
                "id", text(user.id() + "#3"),
                "arrivedAt", text("2026-01-01T00:00:00.007Z")));
  }

  @Test
  void send_tombstone_deletesTheItemOfItsKey() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk=device#{key}"));
    send(sender, Records.kinesis(0, "a", "{}"), Records.kinesis(1, "b", "{}"));

    assertThat(send(sender, Records.kinesis(2, "a", null), Records.kinesis(3, "c", "{}")))
        .containsOnly(Outcome.accepted());

    assertThat(tables.items(table))
        .containsExactlyInAnyOrder(Map.of("pk", text("device#b")), Map.of("pk", text("device#c")));
  }

  @Test
  void send_datedTable_isThatOfEachRecordsArrival() throws Exception {
    String last = tables.makeNamed("events-2026-w53", "pk:S");
    String first = tables.makeNamed("events-2027-w01", "pk:S");
    TargetSender sender = open("events-{yyyy}-w{ww}", Map.of("partitionKey", "pk={key}"));
    FanoutRecord sunday = arrived("a", Instant.parse("2027-01-03T23:59:59.999Z"));
    FanoutRecord monday = arrived("b", Instant.parse("2027-01-04T00:00:00Z"));
    FanoutRecord never = arrived("c", null);

    List<Outcome> outcomes = send(sender, sunday, monday, never);

    assertThat(outcomes.subList(0, 2)).containsOnly(Outcome.accepted());
    assertThat(failure(outcomes.get(2)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NoArrivalTime");
    assertThat(tables.items(last)).containsExactly(Map.of("pk", text("a")));
    assertThat(tables.items(first)).containsExactly(Map.of("pk", text("b")));
    assertThat(proxied.proxy().calls("BatchWriteItem")).hasSize(1);
    assertThat(sender.conflictKey(Messages.of(sunday)))
        .isNotEqualTo(
            sender.conflictKey(Messages.of(arrived("a", Instant.parse("2027-01-04T00:00:00Z")))));
  }

  private static FanoutRecord arrived(String key, Instant at) {
    return FanoutRecord.builder(key, "1").key(key).data(Bytes.utf8("{}")).arrivedAt(at).build();
  }

  @Test
  void send_unprocessedItemsOfSeveralTables_areFoundByTheirKeys() throws Exception {
    tables.makeNamed("days-01", "pk:S");
    tables.makeNamed("days-02", "pk:S");
    TargetSender sender = open("days-{dd}", Map.of("partitionKey", "pk={key}"));
    List<Message> messages = new ArrayList<>();
    for (int number = 0; number < 6; number++) {
      Instant at = Instant.parse("2026-01-0" + (1 + number % 2) + "T00:00:00Z");
      messages.add(Messages.of(arrived("k" + number, at)));
    }
    // Entries are listed by table: 0, 2 and 4 in the first, 1, 3 and 5 in the second.
    proxied.proxy().next(Fault.failEntries(1, 5));

    List<Outcome> outcomes = send(sender, Messages.batch(messages));

    for (int number = 0; number < 6; number++) {
      if (number == 2 || number == 5) {
        assertThat(failure(outcomes.get(number)).kind()).isEqualTo(Kind.THROTTLED);
      } else {
        assertThat(outcomes.get(number)).isEqualTo(Outcome.accepted());
      }
    }
  }

  @Test
  void send_byArn_writesToTheTable() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender =
        open(
            "arn:aws:dynamodb:us-east-1:000000000000:table/" + table,
            Map.of("partitionKey", "pk={key}"));
    proxied.proxy().next(Fault.failEntries(0));

    assertThat(send(sender, record(0, "{}"), record(1, "{}")))
        .extracting(Outcome.accepted()::equals)
        .containsExactly(false, true);
    assertThat(tables.items(table)).containsExactly(Map.of("pk", text("key-1")));
  }

  @Test
  void send_newerOnly_neverWritesOverANewerItem() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender =
        open(table, Map.of("partitionKey", "pk", "newerOnly", "version", "attributes", "part"));
    // As texts they would compare the other way round.
    String older = "9".repeat(55);
    String newer = "1" + "0".repeat(55);

    assertThat(send(sender, record(newer, 1, "{\"pk\":\"a\",\"v\":2}")))
        .containsExactly(Outcome.accepted());
    for (FanoutRecord late :
        List.of(
            record(older, 5, "{\"pk\":\"a\",\"v\":1}"),
            record(newer, 0, "{\"pk\":\"a\",\"v\":0}"))) {
      assertThat(send(sender, late)).containsExactly(Outcome.accepted());
    }
    assertThat(tables.items(table).get(0)).containsEntry("v", number("2"));

    assertThat(send(sender, record(newer, 12, "{\"pk\":\"a\",\"v\":3}")))
        .containsExactly(Outcome.accepted());
    assertThat(tables.items(table))
        .containsExactly(
            Map.of(
                "pk", text("a"),
                "v", number("3"),
                "part", text("12"),
                "version", text("00000000" + newer + "#0000000012")));
  }

  @Test
  void send_newerOnlyTombstone_deletesWhatIsOlder() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk={key}", "newerOnly", "version"));
    send(sender, Records.kinesis(5, "a", "{}"));

    assertThat(send(sender, Records.kinesis(4, "a", null))).containsExactly(Outcome.accepted());
    assertThat(tables.items(table)).hasSize(1);
    assertThat(send(sender, Records.kinesis(6, "a", null))).containsExactly(Outcome.accepted());
    assertThat(tables.items(table)).isEmpty();
  }

  @Test
  void send_newerOnlyWithoutASequenceNumber_isRejected() throws Exception {
    String table = tables.make("pk:S");
    TargetSender sender = open(table, Map.of("partitionKey", "pk", "newerOnly", "version"));

    for (String number : List.of("", "x", "1".repeat(65))) {
      assertThat(failure(send(sender, record(number, -1, "{\"pk\":\"a\"}")).get(0)).code())
          .isEqualTo("NoSequenceNumber");
    }
  }

  @Test
  void check_comparesTheTablesKeyWithTheTargets() {
    String table = tables.make("pk:S", "sk:N");

    assertThat(check(table, Map.of("partitionKey", "pk={key}", "sortKey", "sk:N={part}")))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.OK);
    assertThat(check(table, Map.of("partitionKey", "pk={key}")))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.ERROR);
    assertThat(check(table, Map.of("partitionKey", "sk:N={part}", "sortKey", "pk={key}")))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.ERROR);
    assertThat(check(table, Map.of("partitionKey", "pk:N", "sortKey", "sk={key}")))
        .hasSize(2)
        .allSatisfy(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
              assertThat(finding.subject()).isEqualTo("t");
              assertThat(finding.text()).contains(table).contains("type");
            });
    assertThat(check("missing-table", Map.of("partitionKey", "pk")))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.ERROR);
    assertThat(proxied.proxy().calls()).allMatch(call -> call.action().equals("DescribeTable"));
  }

  private List<Finding> check(String table, Map<String, String> options) {
    return open(table, options).check(Deadline.after(Duration.ofSeconds(60)));
  }
}
