package org.streamfanout.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ValuesTest {
  private static final FanoutRecord RECORD =
      FanoutRecord.builder("s:1", "1")
          .shard("s")
          .key("k")
          .keyBytes(Bytes.utf8("k"))
          .explicitHashKey("12")
          .data(Bytes.utf8("secret"))
          .change(new TableChange(TableChange.Type.INSERT, Map.of(), Map.of(), null))
          .arrivedAt(Instant.EPOCH)
          .headers(List.of(new Header("h", null), new Header("h", Bytes.EMPTY)))
          .envelope(Bytes.utf8("{secret}"))
          .build();

  @Test
  void bytes_slices_areEqualByValueAndShareTheArray() {
    Bytes whole = Bytes.utf8("abcabc");

    assertThat(whole.slice(0, 3)).isEqualTo(whole.slice(3, 3)).hasSameHashCodeAs(Bytes.utf8("abc"));
    assertThat(whole.slice(3, 3).array()).isSameAs(whole.array());
    assertThat(whole.slice(3, 3).toBase64()).isEqualTo("YWJj");
    assertThat(Bytes.fromBase64("YWJj")).isEqualTo(whole.slice(0, 3));
    assertThat(whole.slice(1, 2).asByteBuffer().get(1)).isEqualTo((byte) 'c');
    assertThat(whole.slice(1, 2).asByteBuffer().isReadOnly()).isTrue();
    assertThatThrownBy(() -> whole.slice(4, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> whole.slice(1, 2).at(2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void bytes_copyOf_isNotTouchedByTheArray() {
    byte[] array = {1, 2};
    Bytes copy = Bytes.copyOf(array);
    array[0] = 9;

    assertThat(copy.at(0)).isEqualTo((byte) 1);
  }

  @Test
  void position_firstPartAndWhole_areDifferent() {
    assertThat(new Position("1", 0)).isNotEqualTo(Position.whole("1"));
    assertThat(Position.whole("1").subSequenceNumber()).isZero();
    assertThatThrownBy(() -> new Position("1", -2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void record_withData_dropsWhatCouldLeak() {
    FanoutRecord redacted = RECORD.withData(Bytes.utf8("clean"));

    assertThat(redacted.change()).isNull();
    assertThat(redacted.envelope()).isNull();
    assertThat(redacted.id()).isEqualTo("s:1");
    assertThat(redacted.position()).isEqualTo(Position.whole("1"));
    assertThat(redacted.headers()).hasSize(2);
    assertThat(redacted.arrivedAt()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void record_withKey_dropsTheOldKeysForms() {
    FanoutRecord moved = RECORD.withKey("other");

    assertThat(moved.key()).isEqualTo("other");
    assertThat(moved.keyBytes()).isNull();
    assertThat(moved.explicitHashKey()).isNull();
    assertThat(moved.data()).isEqualTo(RECORD.data());
  }

  @Test
  void record_userRecord_sharesTheOrigin() {
    FanoutRecord user = RECORD.userRecord(3, "u", null, Bytes.utf8("x"));

    assertThat(user.id()).isEqualTo("s:1");
    assertThat(user.position()).isEqualTo(new Position("1", 3));
    assertThat(user.shard()).isEqualTo("s");
    assertThat(user.envelope()).isNull();
    assertThatThrownBy(() -> RECORD.userRecord(-1, "u", null, Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void toString_nowhere_showsPayload() {
    Message message = Message.builder("id", List.of(RECORD)).build();

    assertThat(RECORD + " " + message + " " + RECORD.data()).doesNotContain("secret");
  }

  @Test
  void message_body_isEncodedOnceAndOnlyWhenAsked() {
    AtomicInteger encodings = new AtomicInteger();
    Message message =
        Message.builder("id", List.of(RECORD))
            .body(
                2,
                () -> {
                  encodings.incrementAndGet();
                  return Bytes.utf8("ab");
                })
            .build();
    assertThat(message.bodyLength()).isEqualTo(2);
    assertThat(encodings).hasValue(0);

    message.body();
    message.body();

    assertThat(encodings).hasValue(1);
    assertThat(message.isTombstone()).isFalse();
    assertThatThrownBy(() -> Message.builder("id", List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void limits_lower_isTheLowerOfEach() {
    assertThat(Limits.of(10, 100, 50).lower(Limits.of(5, 200, 80)))
        .isEqualTo(Limits.of(5, 100, 50));
    assertThat(Limits.of(10, 100, 100).lower(Limits.of(10, 60, 60)))
        .isEqualTo(Limits.of(10, 60, 60));
    assertThatThrownBy(() -> Limits.of(1, 1, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void deadline_followsItsClock() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    Deadline deadline = Deadline.after(Duration.ofNanos(10), nanos::get);
    nanos.addAndGet(4);
    assertThat(deadline.remaining()).isEqualTo(Duration.ofNanos(6));
    assertThat(deadline.atMost(Duration.ofNanos(2)).remainingNanos()).isEqualTo(2);
    assertThat(deadline.atMost(Duration.ofNanos(20)).remainingNanos()).isEqualTo(6);
    nanos.addAndGet(6);

    assertThat(deadline.isExpired()).isTrue();
    assertThat(Deadline.after(Duration.ofDays(1_000_000)).isExpired()).isFalse();
  }

  @Test
  void collapse_column_roundTrips() {
    for (Collapse mode : Collapse.values()) {
      assertThat(Collapse.ofColumn(mode.column())).contains(mode);
    }
    assertThat(Collapse.ofColumn("json")).contains(Collapse.JSON);
    assertThat(Collapse.ofColumn("zip")).isEmpty();
  }

  @Test
  void counts_areConserved_onlyWhenTheyAddUp() {
    assertThat(new TargetCounts(7, 1, 1, 1, 1, 1, 1, 1, 0, 0).areConserved()).isTrue();
    assertThat(new TargetCounts(8, 1, 1, 1, 1, 1, 1, 1, 0, 0).areConserved()).isFalse();
  }
}
