package org.streamfanout.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.TableChange;

class HeldBytesTest {
  private static long of(FanoutRecord record) {
    return HeldBytes.of(new SourceBatch(Fixture.SOURCE, Fixture.SHARD, List.of(record)));
  }

  @Test
  void of_keyDataAndHeaders_areCounted() {
    FanoutRecord record =
        FanoutRecord.builder("s:1", "1")
            .key("key")
            .data(Bytes.utf8("12345"))
            .headers(List.of(new Header("h1", Bytes.utf8("abc")), new Header("h2", null)))
            .build();

    assertThat(of(record)).isEqualTo(3 + 5 + 2 + 3 + 2);
  }

  @Test
  void of_change_countsNamesAndValuesOfEveryKind() {
    Map<String, AttributeValue> image =
        Map.of(
            "s", new AttributeValue.S("1234"),
            "n", new AttributeValue.N("42"),
            "b", new AttributeValue.B(Bytes.utf8("abc")),
            "l", new AttributeValue.L(List.of(new AttributeValue.Bool(true))),
            "m", new AttributeValue.M(Map.of("x", new AttributeValue.Null())),
            "ss", new AttributeValue.Ss(List.of("a", "bc")),
            "ns", new AttributeValue.Ns(List.of("1")),
            "bs", new AttributeValue.Bs(List.of(Bytes.utf8("z"))));
    FanoutRecord record =
        FanoutRecord.builder("s:1", "1")
            .key("k")
            .change(
                new TableChange(
                    TableChange.Type.INSERT,
                    Map.of("s", new AttributeValue.S("1234")),
                    image,
                    null))
            .build();

    long names = 5 + 6;
    long values = 4 + 2 + 3 + 1 + (1 + 1) + 3 + 1 + 1;
    assertThat(of(record)).isEqualTo(1 + (1 + 4) + names + values);
  }

  @Test
  void of_bothImagesAndEveryRecord_areCounted() {
    FanoutRecord record =
        FanoutRecord.builder("s:1", "1")
            .key("k")
            .change(
                new TableChange(
                    TableChange.Type.MODIFY,
                    Map.of("s", new AttributeValue.S("1")),
                    Map.of("s", new AttributeValue.S("12")),
                    Map.of("s", new AttributeValue.S("1234"))))
            .build();

    long each = 1 + (1 + 1) + (1 + 2) + (1 + 4);
    assertThat(of(record)).isEqualTo(each);
    assertThat(
            HeldBytes.of(
                new SourceBatch(Fixture.SOURCE, Fixture.SHARD, List.of(record, record, record))))
        .isEqualTo(3 * each);
  }
}
