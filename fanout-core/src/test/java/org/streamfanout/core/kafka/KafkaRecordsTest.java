package org.streamfanout.core.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Source;

class KafkaRecordsTest {
  private static final String CLUSTER =
      "arn:aws:kafka:eu-central-1:123456789012:cluster/sensors/0f3c-2";

  private static Bytes utf8(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void source_serversInAnyOrder_isOne() {
    Source source = KafkaRecords.source("b-2:9094, b-1:9094", "sensors-0");

    assertThat(source).isEqualTo(KafkaRecords.source("b-1:9094,b-2:9094", "sensors-0"));
    assertThat(source.id()).isEqualTo("kafka://b-1:9094,b-2:9094/sensors-0");
  }

  @Test
  void mskSource_cluster_isTheTopicsArn() {
    Source source = KafkaRecords.mskSource(CLUSTER, "sensors-0");

    assertThat(source.id())
        .isEqualTo("arn:aws:kafka:eu-central-1:123456789012:topic/sensors/0f3c-2/sensors-0");
    assertThat(source.type()).isEqualTo(Source.Type.KAFKA);
    assertThat(source.region()).isEqualTo("eu-central-1");
  }

  @Test
  void mskSource_anotherArn_isRefused() {
    assertThatThrownBy(() -> KafkaRecords.mskSource("arn:aws:sqs:eu-west-1:123456789012:q", "t"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cluster/<name>/<uuid>");
  }

  @Test
  void record_timeIsKnownFromTheFirstMillisecondOn() {
    assertThat(KafkaRecords.record("t", 0, 0, null, null, List.of(), 0).arrivedAt())
        .isEqualTo(Instant.EPOCH);
    assertThat(KafkaRecords.record("t", 0, 0, null, null, List.of(), -1).arrivedAt()).isNull();
  }

  @Test
  void record_everything_isKept() {
    List<Header> headers = List.of(new Header("h", utf8("1")), new Header("h", null));

    FanoutRecord record = KafkaRecords.record("t", 3, 42, utf8("k"), utf8("v"), headers, 1000);

    assertThat(record.id()).isEqualTo("t-3:42");
    assertThat(record.shard()).isEqualTo("t-3");
    assertThat(record.sequenceNumber()).isEqualTo("42");
    assertThat(record.key()).isEqualTo("k");
    assertThat(record.keyBytes()).isEqualTo(utf8("k"));
    assertThat(record.data()).isEqualTo(utf8("v"));
    assertThat(record.headers()).isEqualTo(headers);
    assertThat(record.arrivedAt()).isEqualTo(Instant.ofEpochSecond(1));
  }

  @Test
  void record_nothingButItsPlace_isATombstoneWithoutKey() {
    FanoutRecord record = KafkaRecords.record("t", 0, 0, null, null, List.of(), -1);

    assertThat(record.isTombstone()).isTrue();
    assertThat(record.key()).isEmpty();
    assertThat(record.keyBytes()).isNull();
    assertThat(record.arrivedAt()).isNull();
  }

  @Test
  void record_keysThatAreNoText_stayDifferent() {
    FanoutRecord one = record(new byte[] {(byte) 0xff});
    FanoutRecord other = record(new byte[] {(byte) 0xfe});

    assertThat(one.key()).isEqualTo("base64:/w==");
    assertThat(other.key()).isEqualTo("base64:/g==");
  }

  @Test
  void record_ofALambdaEvent_hasItsEnvelope() {
    FanoutRecord record =
        KafkaRecords.record("t", 0, 7, null, utf8("v"), List.of(), -1, utf8("{}"));

    assertThat(record.envelope()).isEqualTo(utf8("{}"));
    assertThat(record.id()).isEqualTo("t-0:7");
  }

  private static FanoutRecord record(byte[] key) {
    return KafkaRecords.record("t", 0, 0, Bytes.wrap(key), null, List.of(), -1);
  }
}
