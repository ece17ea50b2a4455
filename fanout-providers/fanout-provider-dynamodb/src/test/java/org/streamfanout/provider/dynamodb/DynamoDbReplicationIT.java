package org.streamfanout.provider.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.provider.dynamodb.ProxiedTables.failure;
import static org.streamfanout.provider.dynamodb.ProxiedTables.send;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Failure.Kind;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TableChange;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Fault;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;

/** The changes of one table carried out on another, both in DynamoDB Local. */
@Timeout(300)
class DynamoDbReplicationIT {
  @AutoClose private static final Tables tables = new Tables();

  @AutoClose private final ProxiedTables proxied = new ProxiedTables(tables);

  private TargetSender open(String table, Map<String, String> more) {
    Map<String, String> options = new LinkedHashMap<>(more);
    options.put("replicate", "true");
    return proxied.open(Records.DYNAMODB, table, options);
  }

  /** Sends as the engine does: no two messages of a conflict key in one call, order kept. */
  private static void sendAccepted(TargetSender sender, int most, List<FanoutRecord> records)
      throws Exception {
    Map<String, Message> call = new LinkedHashMap<>();
    for (FanoutRecord record : records) {
      Message message = Messages.of(record);
      String key = Objects.requireNonNull(sender.conflictKey(message));
      if (call.size() == most || call.containsKey(key)) {
        assertThat(send(sender, Messages.batch(List.copyOf(call.values()))))
            .containsOnly(Outcome.accepted());
        call.clear();
      }
      call.put(key, message);
    }
    assertThat(send(sender, Messages.batch(List.copyOf(call.values()))))
        .containsOnly(Outcome.accepted());
  }

  /** A person: a source item with the key {@code id} and the key of the copy in {@code mail}. */
  private static Map<String, AttributeValue> person(String id, String mail, int version) {
    return Map.of(
        "id", new AttributeValue.S(id),
        "mail", new AttributeValue.S(mail),
        "v", new AttributeValue.N(Integer.toString(version)));
  }

  private static FanoutRecord change(
      int number, Map<String, AttributeValue> before, Map<String, AttributeValue> after) {
    TableChange.Type type =
        before == null
            ? TableChange.Type.INSERT
            : after == null ? TableChange.Type.REMOVE : TableChange.Type.MODIFY;
    Map<String, AttributeValue> any = after == null ? before : after;
    return Records.dynamoDb(
        number, "k", new TableChange(type, Map.of("id", any.get("id")), after, before));
  }

  private static List<String> mails(String table) {
    return tables.items(table).stream()
        .map(item -> item.get("mail").s() + "=" + item.get("id").s() + item.get("v").n())
        .sorted()
        .toList();
  }

  @Test
  void send_streamOfATable_makesItsCopy() throws Exception {
    SourceTable source = tables.makeSource();
    String copy = tables.make("id:S", "n:N");
    source.changeAtRandom(200);
    List<FanoutRecord> records = source.records();
    assertThat(records)
        .extracting(record -> Objects.requireNonNull(record.change()).type())
        .contains(TableChange.Type.values());

    sendAccepted(open(copy, Map.of()), 25, records);

    assertThat(tables.items(copy)).containsExactlyInAnyOrderElementsOf(tables.items(source.name()));
  }

  @Test
  void send_streamTwice_makesTheSameCopy() throws Exception {
    SourceTable source = tables.makeSource();
    String copy = tables.make("id:S", "n:N");
    source.changeAtRandom(60);
    TargetSender sender = open(copy, Map.of());

    sendAccepted(sender, 25, source.records());
    sendAccepted(sender, 7, source.records());

    assertThat(tables.items(copy)).containsExactlyInAnyOrderElementsOf(tables.items(source.name()));
  }

  @Test
  void send_newerOnly_isIndifferentToOlderChangesThatComeAgain() throws Exception {
    String copy = tables.make("id:S");
    TargetSender sender = open(copy, Map.of("newerOnly", "changed"));
    FanoutRecord insert = change(1, null, person("a", "m", 1));
    FanoutRecord modify = change(2, person("a", "m", 1), person("a", "m", 2));
    FanoutRecord remove = change(3, person("a", "m", 2), null);

    for (FanoutRecord record : List.of(insert, modify, insert)) {
      assertThat(send(sender, record)).containsExactly(Outcome.accepted());
    }
    assertThat(mails(copy)).containsExactly("m=a2");

    assertThat(send(sender, change(0, person("a", "m", 0), null)))
        .containsExactly(Outcome.accepted());
    assertThat(mails(copy)).containsExactly("m=a2");
    assertThat(send(sender, remove)).containsExactly(Outcome.accepted());
    assertThat(mails(copy)).isEmpty();
  }

  @Test
  void send_everySubsetHandedBack_isMappedToItsPutOrDelete() throws Exception {
    String copy = tables.make("id:S");
    TargetSender sender = open(copy, Map.of());
    for (int mask = 0; mask < 1 << 5; mask++) {
      List<Message> messages = new ArrayList<>();
      for (int place = 0; place < 5; place++) {
        Map<String, AttributeValue> item = person("id" + place, "m", place);
        messages.add(
            Messages.of(place % 2 == 0 ? change(place, null, item) : change(place, item, null)));
      }
      int failing = mask;
      proxied.proxy().next(Fault.failEntriesIf(place -> (failing & 1 << place) != 0));

      List<Outcome> outcomes = send(sender, Messages.batch(messages));

      for (int place = 0; place < 5; place++) {
        if ((mask & 1 << place) == 0) {
          assertThat(outcomes.get(place)).isEqualTo(Outcome.accepted());
        } else {
          assertThat(failure(outcomes.get(place)).kind()).isEqualTo(Kind.THROTTLED);
        }
      }
    }
  }

  @Test
  void send_toAnotherKey_followsTheItem() throws Exception {
    String copy = tables.make("mail:S");
    TargetSender sender = open(copy, Map.of("partitionKey", "mail"));

    sendAccepted(
        sender,
        1,
        List.of(
            change(1, null, person("a", "a@x", 1)),
            change(2, null, person("b", "b@x", 1)),
            change(3, person("a", "a@x", 1), person("a", "a@x", 2)),
            change(4, person("a", "a@x", 2), person("a", "new@x", 3)),
            change(5, person("b", "b@x", 1), null)));

    assertThat(mails(copy)).containsExactly("new@x=a3");
  }

  @Test
  void send_toAnotherKeyThatAnotherItemHasTaken_leavesThatAlone() throws Exception {
    String copy = tables.make("mail:S");
    TargetSender sender = open(copy, Map.of("partitionKey", "mail"));
    send(sender, change(1, null, person("a", "x", 1)));
    // Another shard's change overtakes: b has the key by now that a is about to give up.
    send(sender, change(1, null, person("b", "x", 7)));

    assertThat(send(sender, change(2, person("a", "x", 1), person("a", "y", 2))))
        .containsExactly(Outcome.accepted());
    assertThat(send(sender, change(3, person("a", "x", 2), null)))
        .containsExactly(Outcome.accepted());

    assertThat(mails(copy)).containsExactly("x=b7", "y=a2");
  }

  @Test
  void send_toAKeyThatHidesTheSourcesKey_stillDeletes() throws Exception {
    String copy = tables.make("id:S");
    TargetSender sender = open(copy, Map.of("partitionKey", "id=mail#{field:mail}"));

    sendAccepted(
        sender,
        1,
        List.of(
            change(1, null, person("a", "x", 1)),
            change(2, person("a", "x", 1), person("a", "y", 2))));
    assertThat(mails(copy)).containsExactly("y=mail#y2");
    sendAccepted(sender, 1, List.of(change(3, person("a", "y", 2), null)));

    assertThat(tables.items(copy)).isEmpty();
  }

  @Test
  void send_removalWithoutOldImage_isRejectedUnlessTheSourcesKeyTellsTheCopys() throws Exception {
    String byMail = tables.make("mail:S");
    String byId = tables.make("who:S");
    TableChange bare =
        new TableChange(
            TableChange.Type.REMOVE, Map.of("id", new AttributeValue.S("a")), null, null);
    TargetSender toId = open(byId, Map.of("partitionKey", "who=person#{field:id}"));
    send(toId, change(1, null, person("a", "x", 1)));

    assertThat(
            failure(
                send(open(byMail, Map.of("partitionKey", "mail")), Records.dynamoDb(2, "k", bare))
                    .get(0)))
        .extracting(Failure::kind, Failure::code)
        .containsExactly(Kind.REJECTED, "NoOldImage");
    assertThat(send(toId, Records.dynamoDb(2, "k", bare))).containsExactly(Outcome.accepted());
    assertThat(tables.items(byId)).isEmpty();
  }

  @Test
  void send_changeWithoutWhatItNeeds_isRejectedAlone() throws Exception {
    String copy = tables.make("id:S");
    TargetSender sender = open(copy, Map.of());
    TableChange keysOnly =
        new TableChange(
            TableChange.Type.MODIFY, Map.of("id", new AttributeValue.S("b")), null, null);
    FanoutRecord transformed =
        change(3, null, person("c", "m", 1)).withData(Bytes.utf8("{\"id\":\"c\"}"));

    List<Outcome> outcomes =
        send(
            sender,
            change(1, null, person("a", "m", 1)),
            Records.dynamoDb(2, "k", keysOnly),
            transformed);

    assertThat(outcomes.get(0)).isEqualTo(Outcome.accepted());
    assertThat(failure(outcomes.get(1)).code()).isEqualTo("NoNewImage");
    assertThat(failure(outcomes.get(2)).code()).isEqualTo("NoTableChange");
    assertThat(sender.conflictKey(Messages.of(transformed))).isNull();
  }

  @Test
  void send_withAddedAttributes_keepsTheLabelOfTheStreamAsShard() throws Exception {
    String copy = tables.make("id:S");
    TargetSender sender = open(copy, Map.of("attributes", "sequenceNumber,shardId"));
    FanoutRecord record = change(1, null, person("a", "m", 1));

    assertThat(send(sender, record)).containsExactly(Outcome.accepted());

    assertThat(tables.items(copy).get(0))
        .containsEntry(
            "shardId",
            software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS(
                "2026-01-01T00:00:00.000"))
        .containsEntry(
            "sequenceNumber",
            software.amazon.awssdk.services.dynamodb.model.AttributeValue.fromS(
                record.sequenceNumber()));
  }

  @Test
  void send_whatOptionsAdd_neverReplacesTheSourcesKey() throws Exception {
    String copy = tables.make("id:S");
    FanoutRecord record = change(1, null, person("a", "m", 1));

    assertThat(send(open(copy, Map.of("attributes", "id,part")), record))
        .containsExactly(Outcome.accepted());
    assertThat(mails(copy)).containsExactly("m=a1");
    assertThat(failure(send(open(copy, Map.of("newerOnly", "id")), record).get(0)).kind())
        .isEqualTo(Kind.REJECTED);
  }

  @Test
  void send_toAnotherKeyAndNewerOnly_followsTheItemAndIgnoresWhatIsLate() throws Exception {
    String copy = tables.make("mail:S");
    TargetSender sender = open(copy, Map.of("partitionKey", "mail", "newerOnly", "changed"));
    List<FanoutRecord> changes =
        List.of(
            change(1, null, person("a", "x", 1)),
            change(2, person("a", "x", 1), person("a", "x", 2)),
            change(3, person("a", "x", 2), person("a", "y", 3)));

    sendAccepted(sender, 1, changes);
    sendAccepted(sender, 1, changes.subList(2, 3));
    assertThat(mails(copy)).containsExactly("y=a3");
    sendAccepted(sender, 1, List.of(change(2, person("a", "y", 1), null)));
    assertThat(mails(copy)).containsExactly("y=a3");
  }

  /** An image has been an item: it is never too large for a copy, however large its JSON is. */
  @Test
  void sizeInBytes_ofAnImage_isTheItemsAndNotItsJsons() throws Exception {
    String copy = tables.make("id:S");
    TargetSender sender = open(copy, Map.of());
    Bytes binary = Bytes.wrap(new byte[409_000]);
    Map<String, AttributeValue> item =
        Map.of("id", new AttributeValue.S("a"), "b", new AttributeValue.B(binary));
    Message message = Messages.of(change(1, null, item));

    assertThat(sender.sizeInBytes(message)).isEqualTo(2 + 1 + 1 + 409_000);
    assertThat(send(sender, Messages.batch(List.of(message)))).containsExactly(Outcome.accepted());
  }
}
