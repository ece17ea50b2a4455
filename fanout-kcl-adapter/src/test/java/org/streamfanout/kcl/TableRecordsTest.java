package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.AttributeValue.N;
import org.streamfanout.spi.AttributeValue.S;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Record;

final class TableRecordsTest {
  private static final Source STREAM =
      Source.of("arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/2026-01-01T00:00:00.000");

  private static final Record CHANGE =
      Record.builder()
          .eventID("e1")
          .eventName("MODIFY")
          .dynamodb(
              data ->
                  data.sequenceNumber("12")
                      .approximateCreationDateTime(Instant.ofEpochSecond(1_700_000_000))
                      .keys(
                          Map.of(
                              "sort", AttributeValue.fromN("07.0"),
                              "hash", AttributeValue.fromS("a|b")))
                      .newImage(Map.of("secret", AttributeValue.fromS("sesame"))))
          .build();

  private static FanoutRecord read(Record change, String... keyAttributes) {
    return new TableRecords(STREAM, List.of(keyAttributes)).of(change);
  }

  @Test
  void of_aChange_isARecordWithoutAShard() {
    FanoutRecord record = read(CHANGE, "hash", "sort");

    assertThat(record.id()).isEqualTo("e1");
    assertThat(record.position()).isEqualTo(Position.whole("12"));
    assertThat(record.shard()).isNull();
    assertThat(record.data()).isNull();
    assertThat(record.arrivedAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
    TableChange change = Objects.requireNonNull(record.change());
    assertThat(change.type()).isEqualTo(TableChange.Type.MODIFY);
    assertThat(change.newImage()).containsExactly(Map.entry("secret", new S("sesame")));
    assertThat(change.oldImage()).isNull();
  }

  @Test
  void of_compositeKey_hasTheOrderOfTheKeyAttributes() {
    FanoutRecord bySchema = read(CHANGE, "hash", "sort");
    FanoutRecord otherwise = read(CHANGE, "sort", "hash");

    assertThat(bySchema.key()).isEqualTo("a\\|b|07.0");
    assertThat(Objects.requireNonNull(bySchema.change()).keys())
        .containsExactly(Map.entry("hash", new S("a|b")), Map.entry("sort", new N("07.0")));
    assertThat(otherwise.key()).isEqualTo("07.0|a\\|b");
  }

  @Test
  void of_otherKeysThanTheTables_isAnErrorWithoutValues() {
    assertThatThrownBy(() -> read(CHANGE, "hash", "range"))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("[hash, range]")
        .hasMessageNotContaining("a|b");
  }

  @Test
  void of_anUnknownEventName_isAnError() {
    Record change = CHANGE.toBuilder().eventName("TRUNCATE").build();

    assertThatThrownBy(() -> read(change, "hash", "sort"))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'TRUNCATE'");
  }

  @Test
  void of_noEventName_isAnError() {
    Record change = CHANGE.toBuilder().eventName((String) null).build();

    assertThatThrownBy(() -> read(change, "hash", "sort"))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("eventName");
  }

  @Test
  void of_noEventId_isAnError() {
    Record change = CHANGE.toBuilder().eventID(null).build();

    assertThatThrownBy(() -> read(change, "hash", "sort"))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("no event id");
  }

  @Test
  void of_anAttributeOfNoKnownType_isAnErrorWithoutPayload() {
    Record change =
        CHANGE.toBuilder()
            .dynamodb(
                CHANGE.dynamodb().toBuilder()
                    .oldImage(Map.of("secret", AttributeValue.builder().build()))
                    .build())
            .build();

    assertThatThrownBy(() -> read(change, "hash", "sort"))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("type that this release of the AWS SDK does not know")
        .hasMessageNotContaining("sesame");
  }
}
