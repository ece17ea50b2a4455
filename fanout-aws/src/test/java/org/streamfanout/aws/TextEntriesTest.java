package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;

class TextEntriesTest {
  private static TargetConfig target(String queue, Map<String, String> options) {
    return TargetConfig.builder(
            Records.KINESIS, "t", "sqs", "arn:aws:sqs:eu-west-1:111122223333:" + queue)
        .options(options)
        .build();
  }

  private static TextEntries withAttributes() {
    return new TextEntries(target("q", Map.of("attributes", "true")));
  }

  private static Map<String, String> attributes(Message message) {
    return withAttributes().of(List.of(message), new EntryOutcomes("SQS", 1)).get(0).attributes();
  }

  @Test
  void of_withoutTheOption_hasNoAttributes() {
    List<TextEntries.Entry> entries =
        new TextEntries(target("q", Map.of()))
            .of(Messages.batchOf("k", "a").messages(), new EntryOutcomes("SQS", 1));

    assertThat(entries).containsExactly(new TextEntries.Entry("0", "a", Map.of(), null, null));
  }

  @Test
  void of_oneRecord_saysWhereItComesFrom() {
    FanoutRecord record = Records.kinesis(7, "k-\u00fc \ud83d\ude00", "a");

    assertThat(attributes(Messages.of(record)))
        .containsExactly(
            Map.entry("source", Records.KINESIS.id()),
            Map.entry("shard", Records.SHARD),
            Map.entry("sequence", record.sequenceNumber()),
            Map.entry("key", "k-\u00fc \ud83d\ude00"));
  }

  @Test
  void of_claimCheck_saysHowManyBytesAreStoredAndCountsThat() {
    FanoutRecord record = Records.kinesis(7, "k", "[\"pointer\"]");
    Message message = Message.builder("id", List.of(record)).storedLength(300_000).build();
    TextEntries entries = new TextEntries(target("q", Map.of()));
    TextEntries.Entry entry = entries.of(List.of(message), new EntryOutcomes("SQS", 1)).get(0);

    assertThat(entry.attributes((type, value) -> type + " " + value))
        .containsExactly(Map.entry("ExtendedPayloadSize", "Number 300000"));
    assertThat(entries.sizeInBytes(message))
        .isEqualTo(
            "[\"pointer\"]".length()
                + "ExtendedPayloadSize".length()
                + "Number".length()
                + "300000".length());
    assertThat(attributes(message))
        .as("with all others, fewer than the ten that SQS takes")
        .containsKeys("ExtendedPayloadSize", "source", "shard", "sequence", "key")
        .hasSizeLessThan(10);
  }

  @Test
  void of_joinedRecords_saysItOfTheFirstAndHowMany() {
    List<FanoutRecord> records = Records.kinesis(3, 3);

    assertThat(attributes(Messages.joined(records, Bytes.utf8("[]"))))
        .containsEntry("sequence", records.get(0).sequenceNumber())
        .containsEntry("key", "key-0")
        .containsEntry("records", "3");
  }

  @Test
  void of_recordOutOfAnAggregate_saysItsPart() {
    FanoutRecord user =
        Records.kinesis(1, "outer", "x").userRecord(4, "inner", null, Bytes.utf8("u"));

    assertThat(attributes(Messages.of(user)))
        .containsEntry("part", "4")
        .containsEntry("key", "inner");
  }

  @Test
  void of_whatIsMissingEmptyOrIllegal_isLeftOut() {
    assertThat(attributes(Messages.of(Records.kafka(0, "", "a"))))
        .doesNotContainKey("key")
        .containsEntry("shard", "orders-0");
    for (String key : List.of("nul \u0000", "half \ud83d", "\ude00", "\uffff", "\u001b")) {
      assertThat(attributes(Messages.of(Records.kinesis(0, key, "a"))))
          .as(key)
          .containsOnlyKeys("source", "shard", "sequence");
    }
  }

  @Test
  void sizeInBytes_isBodyAndNameTypeAndValueOfEachAttribute() {
    TextEntries entries = withAttributes();
    Message message = Messages.of(Records.kinesis(7, "k-\u00fc \ud83d\ude00", "b\u00f6dy"));
    TextEntries.Entry entry = entries.of(List.of(message), new EntryOutcomes("SQS", 1)).get(0);
    long expected = utf8(entry.text());
    for (Map.Entry<String, String> attribute : entry.attributes().entrySet()) {
      expected += utf8(attribute.getKey()) + utf8("String") + utf8(attribute.getValue());
    }

    assertThat(entries.sizeInBytes(message)).isEqualTo(expected);
    assertThat(entry.attributes((type, value) -> type + " " + value))
        .containsEntry("shard", "String " + Records.SHARD);
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void problems_ofTheOption_areNamed() {
    assertThat(TextEntries.problems(target("q", Map.of()))).isEmpty();
    assertThat(TextEntries.problems(target("q", Map.of("attributes", "false")))).isEmpty();
    assertThat(TextEntries.problems(target("q", Map.of("attributes", "yes")))).hasSize(1);
  }

  @Test
  void of_aFifoDestination_groupsByKeyAndNamesTheMessage() {
    Message message = Messages.of(Records.kinesis(0, "k", "a"));

    assertThat(
            new TextEntries(target("q.fifo", Map.of()))
                .of(List.of(message), new EntryOutcomes("SQS", 1)))
        .containsExactly(new TextEntries.Entry("0", "a", Map.of(), "k", message.id()));
  }
}
