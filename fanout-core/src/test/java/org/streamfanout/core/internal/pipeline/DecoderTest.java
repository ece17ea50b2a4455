package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

class DecoderTest {
  private static final DecodeOptions PLAIN_JSON = new DecodeOptions(false, true, false, false);
  private static final DecodeOptions NOTHING = new DecodeOptions(false, false, false, false);
  private static final DecodeOptions AGGREGATES = new DecodeOptions(true, false, false, false);
  private static final DecodeOptions LINES = new DecodeOptions(true, false, true, false);

  /** Two user records, the second with a key index outside the table. */
  private static final byte[] AGGREGATE =
      Base64.getDecoder().decode("84mawgoBaxoHCAAaA29uZRoHCAcaA3R3b+eML/nlKSKcCCIVRdVTcm4=");

  @Test
  void decode_nothingToDo_returnsTheSameRecord() {
    FanoutRecord record = record().data(Bytes.wrap(AGGREGATE)).build();

    assertThat(Decoder.decode(Source.Type.KINESIS, record, NOTHING).records().get(0))
        .isSameAs(record);
    assertThat(Decoder.decode(Source.Type.KAFKA, record, AGGREGATES).records().get(0))
        .isSameAs(record);
  }

  @Test
  void decode_aggregateWithNewlines_leavesRejectedOnesAsTheyAre() {
    FanoutRecord record = record().data(Bytes.wrap(AGGREGATE)).build();

    Decoded decoded = Decoder.decode(Source.Type.KINESIS, record, LINES);

    assertThat(decoded.records())
        .extracting(part -> part.data().utf8())
        .containsExactly("one\n", "two");
    assertThat(decoded.rejection(0)).isNull();
    assertThat(decoded.rejection(1).code()).isEqualTo("KplBadKeyIndex");
  }

  @Test
  void decode_newlines_keepTheEnvelopeAndSkipTombstones() {
    FanoutRecord record = record().data(Bytes.utf8("x")).envelope(Bytes.utf8("{}")).build();
    FanoutRecord tombstone = record().build();

    FanoutRecord line = Decoder.decode(Source.Type.KAFKA, record, LINES).records().get(0);

    assertThat(line.data().utf8()).isEqualTo("x\n");
    assertThat(line.envelope()).isEqualTo(record.envelope());
    assertThat(Decoder.decode(Source.Type.KAFKA, tombstone, LINES).records().get(0))
        .isSameAs(tombstone);
  }

  @Test
  void decode_change_isConvertedAndKept() {
    FanoutRecord record = record().change(change(new AttributeValue.N("1.0"))).build();

    FanoutRecord raw = Decoder.decode(Source.Type.DYNAMODB, record, NOTHING).records().get(0);
    FanoutRecord plain = Decoder.decode(Source.Type.DYNAMODB, record, PLAIN_JSON).records().get(0);

    assertThat(raw.data().utf8()).isEqualTo("{\"n\":{\"N\":\"1.0\"}}");
    assertThat(plain.data().utf8()).isEqualTo("{\"n\":1.0}");
    assertThat(plain.change()).isSameAs(record.change());
  }

  @Test
  void decode_wholeChange_hasTheSequenceNumber() {
    FanoutRecord record = record().change(change(new AttributeValue.Null())).build();
    DecodeOptions options = new DecodeOptions(false, true, true, true);

    assertThat(Decoder.decode(Source.Type.DYNAMODB, record, options).records().get(0).data().utf8())
        .isEqualTo(
            "{\"eventName\":\"INSERT\",\"Keys\":{\"pk\":\"k\"},\"NewImage\":{\"n\":null},"
                + "\"SequenceNumber\":\"1\"}\n");
  }

  @Test
  void decode_changeThatCannotBeConverted_isRejectedAsAWhole() {
    FanoutRecord record = record().change(change(new AttributeValue.N("NaN"))).build();

    Decoded decoded = Decoder.decode(Source.Type.DYNAMODB, record, PLAIN_JSON);

    assertThat(decoded.records()).containsExactly(record);
    assertThat(decoded.rejection(0).code()).isEqualTo("DynamoDbBadValue");
    assertThat(Decoder.decode(Source.Type.DYNAMODB, record, NOTHING).rejections()).isEmpty();
  }

  private static TableChange change(AttributeValue value) {
    return new TableChange(
        TableChange.Type.INSERT, Map.of("pk", new AttributeValue.S("k")), Map.of("n", value), null);
  }

  private static FanoutRecord.Builder record() {
    return FanoutRecord.builder("id", "1").key("k");
  }
}
