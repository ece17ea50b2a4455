package org.streamfanout.core.kpl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Position;

class KplDeaggregatorTest {

  @Test
  void deaggregate_aggregate_givesSlicesInOrder() {
    byte[] data =
        new KplEncoder()
            .add("k1", null, bytes("one"))
            .add("k2", "123", bytes(""))
            .add("k1", "123", bytes("three"))
            .aggregate();
    FanoutRecord source = KplEncoder.record(data);

    List<FanoutRecord> records = KplDeaggregator.deaggregate(source).records();

    assertThat(records).extracting(FanoutRecord::key).containsExactly("k1", "k2", "k1");
    assertThat(records).extracting(FanoutRecord::part).containsExactly(0, 1, 2);
    assertThat(records)
        .extracting(FanoutRecord::explicitHashKey)
        .containsExactly(null, "123", "123");
    assertThat(records)
        .extracting(record -> record.data().utf8())
        .containsExactly("one", "", "three");
    assertThat(records).allSatisfy(record -> assertThat(record.data().array()).isSameAs(data));
    assertThat(records).allSatisfy(record -> assertThat(record.id()).isEqualTo(source.id()));
    assertThat(records.get(0).key()).isSameAs(records.get(2).key());
  }

  @Test
  void deaggregate_sliceOfLargerArray_staysWithinTheSlice() {
    byte[] aggregate = new KplEncoder().add("k", null, bytes("data")).aggregate();
    byte[] larger = new byte[aggregate.length + 100];
    System.arraycopy(aggregate, 0, larger, 37, aggregate.length);
    FanoutRecord source =
        FanoutRecord.builder("id", "1").data(Bytes.wrap(larger, 37, aggregate.length)).build();

    List<FanoutRecord> records = KplDeaggregator.deaggregate(source).records();

    assertThat(records).hasSize(1);
    assertThat(records.get(0).data().utf8()).isEqualTo("data");
  }

  @Test
  void deaggregate_tablesAfterRecords_areUsed() {
    byte[] data = new KplEncoder().add("k", "9", bytes("x")).tablesLast().aggregate();

    FanoutRecord record = KplDeaggregator.deaggregate(KplEncoder.record(data)).records().get(0);

    assertThat(record.key()).isEqualTo("k");
    assertThat(record.explicitHashKey()).isEqualTo("9");
  }

  @Test
  void deaggregate_noAggregate_returnsTheSameRecord() {
    byte[] aggregate = new KplEncoder().add("k", null, bytes("data")).aggregate();
    byte[] badDigest = aggregate.clone();
    badDigest[badDigest.length - 1] ^= 1;
    byte[] badBody = aggregate.clone();
    badBody[5] ^= 1;
    byte[] badMagic = aggregate.clone();
    badMagic[0] ^= 1;
    for (byte[] data :
        List.of(
            bytes(""),
            bytes("plain"),
            bytes("a plain text longer than the trailer"),
            badDigest,
            badBody,
            badMagic,
            KplEncoder.seal(new byte[0]),
            new byte[] {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2})) {
      assertSame(KplEncoder.record(data));
    }
    assertSame(FanoutRecord.builder("id", "1").build());
  }

  @Test
  void deaggregate_recordTakenOutOfAnAggregate_isLeftAlone() {
    byte[] inner = new KplEncoder().add("k", null, bytes("data")).aggregate();

    assertSame(FanoutRecord.builder("id", "1").part(3).data(Bytes.wrap(inner)).build());
  }

  private static void assertSame(FanoutRecord record) {
    Deaggregated result = KplDeaggregator.deaggregate(record);
    assertThat(result.records()).hasSize(1);
    assertThat(result.records().get(0)).isSameAs(record);
    assertThat(result.rejections()).isEmpty();
  }

  @Test
  void deaggregate_badKeyIndex_rejectsThatRecordAloneInItsPlace() {
    byte[] data =
        new KplEncoder()
            .add("k", "7", bytes("good"))
            .addRaw(9L, null, bytes("bad key"))
            .addRaw(0L, -1L, bytes("bad hash key"))
            .add("k", null, bytes("good too"))
            .aggregate();

    Deaggregated result = KplDeaggregator.deaggregate(KplEncoder.record(data));

    assertThat(result.records()).extracting(FanoutRecord::part).containsExactly(0, 1, 2, 3);
    assertThat(result.records()).extracting(FanoutRecord::key).containsExactly("k", "a", "k", "k");
    assertThat(result.rejections()).containsOnlyKeys(1, 2);
    assertThat(result.rejections().values())
        .allSatisfy(
            failure -> {
              assertThat(failure.kind()).isEqualTo(Failure.Kind.REJECTED);
              assertThat(failure.code()).isEqualTo(KplDeaggregator.BAD_KEY_INDEX);
            });
    assertThat(result.records().get(1).data().utf8()).isEqualTo("bad key");
  }

  @Test
  void deaggregate_unreadableMessage_rejectsTheRecordAsAWhole() throws IOException {
    List<byte[]> messages =
        List.of(
            new byte[] {0x1a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07},
            new byte[] {0x1a, 0x7f, 0x08},
            new byte[] {0x0a, 0x7f, 'k'},
            new byte[] {0},
            new byte[] {(byte) 0x80},
            new byte[] {0x24},
            new byte[] {0x1a, 0x01, 0x1c},
            lengthOf(-1),
            lengthOf(Integer.MIN_VALUE),
            new KplEncoder().addRaw(null, null, bytes("x")).key("k").message(),
            new KplEncoder().addRaw(0L, null, null).key("k").message());
    for (byte[] message : messages) {
      FanoutRecord source = KplEncoder.record(KplEncoder.seal(message));

      Deaggregated result = KplDeaggregator.deaggregate(source);

      assertThat(result.records()).containsExactly(source);
      assertThat(result.records().get(0).part()).isEqualTo(Position.WHOLE);
      assertThat(result.rejections().get(0).code()).isEqualTo(KplDeaggregator.MALFORMED);
    }
  }

  private static byte[] lengthOf(int length) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeTag(3, 2);
    out.writeUInt32NoTag(length);
    out.flush();
    return bytes.toByteArray();
  }

  @Test
  void deaggregate_deeplyNestedUnknownGroups_areRejectedNotThrown() {
    byte[] groups = new byte[1 << 20];
    java.util.Arrays.fill(groups, (byte) 0x23);

    Deaggregated result = KplDeaggregator.deaggregate(KplEncoder.record(KplEncoder.seal(groups)));

    assertThat(result.rejections().get(0).code()).isEqualTo(KplDeaggregator.MALFORMED);
  }

  /** A later version of the format may add fields; what they hold may look like ours. */
  @Test
  void deaggregate_fieldsOfALaterVersion_areLeftOut() {
    byte[] key = {0x0A, 1, 'k'};
    byte[] laterField = {0x4A, 3, 0x0A, 1, 'x'};
    byte[] user = {0x1A, 11, 0x08, 0, 0x4A, 2, 0x08, 7, 0x1A, 3, 'o', 'n', 'e'};
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(laterField);
    message.writeBytes(user);
    message.writeBytes(laterField);
    message.writeBytes(key);

    Deaggregated parts =
        KplDeaggregator.deaggregate(KplEncoder.record(KplEncoder.seal(message.toByteArray())));

    assertThat(parts.rejections()).isEmpty();
    assertThat(parts.records()).extracting(FanoutRecord::key).containsExactly("k");
    assertThat(parts.records().get(0).data().utf8()).isEqualTo("one");
  }

  @Test
  void deaggregate_userRecordThatLacksSomething_tellsWhat() throws IOException {
    byte[] noKey = new KplEncoder().addRaw(null, null, bytes("x")).key("k").message();
    byte[] noData = new KplEncoder().addRaw(0L, null, null).key("k").message();

    assertThat(rejection(noKey).detail()).contains("user record 0 lacks a partition key index");
    assertThat(rejection(noData).detail()).contains("user record 0 lacks data");
  }

  private static Failure rejection(byte[] message) {
    return KplDeaggregator.deaggregate(KplEncoder.record(KplEncoder.seal(message)))
        .rejections()
        .get(0);
  }

  @Test
  void deaggregate_noUserRecords_givesAnEmptyList() {
    Deaggregated result =
        KplDeaggregator.deaggregate(KplEncoder.record(new KplEncoder().key("k").aggregate()));

    assertThat(result.records()).isEmpty();
    assertThat(result.rejections()).isEmpty();
  }

  @Test
  void deaggregate_tenThousandRecords_keepsEveryOne() {
    KplEncoder encoder = new KplEncoder();
    IntStream.range(0, 10_000)
        .forEach(number -> encoder.add("k" + number % 10, null, bytes("record " + number)));

    List<FanoutRecord> records =
        KplDeaggregator.deaggregate(KplEncoder.record(encoder.aggregate())).records();

    assertThat(records).hasSize(10_000);
    assertThat(records.get(9_999).data().utf8()).isEqualTo("record 9999");
    assertThat(records.get(9_999).position()).isEqualTo(new Position("1", 9_999));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void deaggregate_moreRecordsOrKeysThanTheBound_areRejectedAsAWhole() {
    byte[] user = {0x1A, 4, 0x08, 0, 0x1A, 0};
    byte[] key = {0x0A, 1, 'k'};
    byte[] hashKey = {0x12, 1, '7'};
    for (byte[] repeated : List.of(user, key, hashKey)) {
      FanoutRecord aggregate = repeated(key, repeated, KplDeaggregator.MAX_RECORDS + 1);

      Deaggregated parts = KplDeaggregator.deaggregate(aggregate);

      assertThat(parts.records()).containsExactly(aggregate);
      assertThat(parts.rejections().get(0).code()).isEqualTo(KplDeaggregator.TOO_MANY);
    }
  }

  @Test
  void deaggregate_asManyRecordsAsTheBound_keepsEveryOne() {
    byte[] user = {0x1A, 4, 0x08, 0, 0x1A, 0};
    byte[] key = {0x0A, 1, 'k'};

    Deaggregated parts =
        KplDeaggregator.deaggregate(repeated(key, user, KplDeaggregator.MAX_RECORDS));

    assertThat(parts.records()).hasSize(KplDeaggregator.MAX_RECORDS);
    assertThat(parts.rejections()).isEmpty();
  }

  private static FanoutRecord repeated(byte[] head, byte[] repeated, int times) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(head);
    for (int count = 0; count < times; count++) {
      message.writeBytes(repeated);
    }
    return KplEncoder.record(KplEncoder.seal(message.toByteArray()));
  }
}
