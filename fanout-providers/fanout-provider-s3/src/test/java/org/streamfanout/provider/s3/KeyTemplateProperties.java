package org.streamfanout.provider.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Source;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.Records;

class KeyTemplateProperties {
  private static final Instant NOW = Instant.parse("2026-11-21T23:59:59Z");

  private static KeyTemplate template(String text) {
    return KeyTemplate.parse(text, ".jsonl").orElseThrow();
  }

  private static String key(KeyTemplate template, FanoutRecord... records) {
    Batch batch = Messages.batch(records);
    return template.key(batch, batch.messages(), NOW);
  }

  @Example
  void key_standard_sortsByTimeAndPosition() {
    assertThat(
            key(
                template(KeyTemplate.STANDARD),
                Records.kinesis(7, "k", "{}"),
                Records.kinesis(8, "k", "{}")))
        .matches("2026/01/01/00/orders-shardId-000000000000-4966" + "0{51}7-[0-9a-f]{32}\\.jsonl");
  }

  @Example
  void key_everyPlace_isFilledIn() {
    FanoutRecord first =
        FanoutRecord.builder("s:1", "1")
            .part(3)
            .arrivedAt(Instant.parse("2025-02-03T04:05:06Z"))
            .build();
    FanoutRecord last = FanoutRecord.builder("s:9", "9/\u00e9").build();

    assertThat(
            key(
                template("{id}!y={yyyy}m={MM}d={dd}h={HH}({source})_{shard}*{first}.{last}"),
                first,
                last))
        .matches(
            "[0-9a-f]{32}!y=2025m=02d=03h=04\\(orders\\)_shardId-000000000000\\*1\\.3\\.9__"
                + "\\.jsonl");
  }

  @Example
  void key_withoutArrivalTimeOrShard_takesTheClocksAndABlank() {
    Batch batch =
        new Batch(
            Source.of("arn:aws:sqs:eu-west-1:111122223333:q.fifo"),
            null,
            List.of(Messages.of(FanoutRecord.builder("m", "m").build())));

    assertThat(template("{yyyy}{MM}{dd}{HH}/{source}/{shard}/x").key(batch, batch.messages(), NOW))
        .matches("2026112123/q\\.fifo/_/x-[0-9a-f]{32}\\.jsonl");
  }

  @Example
  void key_source_isItsOwnName() {
    for (Source source : List.of(Records.KINESIS, Records.DYNAMODB, Records.KAFKA)) {
      Batch batch =
          new Batch(source, null, List.of(Messages.of(FanoutRecord.builder("m", "m").build())));

      assertThat(template("{source}").key(batch, batch.messages(), NOW)).startsWith("orders-");
    }
  }

  /** Batches are cuts of one sequence: two of them have one name if and only if they are one. */
  @Property
  void key_ofTwoBatches_isOneIfTheyAreOne(
      @ForAll @IntRange(max = 5) int from,
      @ForAll @IntRange(min = 1, max = 5) int count,
      @ForAll @IntRange(max = 5) int otherFrom,
      @ForAll @IntRange(min = 1, max = 5) int otherCount) {
    KeyTemplate constant = template("x");

    assertThat(
            key(constant, records(from, count))
                .equals(key(constant, records(otherFrom, otherCount))))
        .isEqualTo(from == otherFrom && count == otherCount);
  }

  private static FanoutRecord[] records(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(number -> Records.kinesis(number, "k", "{}"))
        .toArray(FanoutRecord[]::new);
  }

  @Property
  void key_ofAnyRecords_isSoundAndWithinItsBound(
      @ForAll @Size(min = 1, max = 3) List<String> texts) {
    KeyTemplate template = template("a/{yyyy}/{MM}/{dd}/{HH}/{source}/{shard}/{first}/{last}/{id}");
    List<Message> messages =
        texts.stream()
            .map(
                text ->
                    Messages.of(
                        FanoutRecord.builder(text, text).key(text).data(Bytes.EMPTY).build()))
            .toList();
    Batch batch =
        new Batch(new Source(texts.get(0), Source.Type.KAFKA, null), texts.get(0), messages);

    String key = template.key(batch, messages, NOW);

    assertThat(key).matches("[A-Za-z0-9!_.*'()=/-]+").doesNotContain("//");
    assertThat(key.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(template.longest());
  }
}
