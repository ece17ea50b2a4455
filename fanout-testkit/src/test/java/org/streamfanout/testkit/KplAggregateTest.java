package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Bytes;

class KplAggregateTest {

  @Test
  void toBytes_userRecords_areWrittenAsThePublishedFormatSays() throws Exception {
    byte[] bytes =
        new KplAggregate()
            .add("k", "1")
            .add("l", "7", Bytes.utf8("2"))
            .add("k", "")
            .toBytes()
            .toByteArray();

    byte[] message = Arrays.copyOfRange(bytes, 4, bytes.length - 16);
    assertThat(hex(bytes, 0, 4)).isEqualTo("f3899ac2");
    assertThat(HexFormat.of().formatHex(message))
        .isEqualTo(
            "0a016b" // key 0: k
                + "0a016c" // key 1: l
                + "120137" // explicit hash key 0: 7
                + "1a0508001a0131" // key 0, data 1
                + "1a07080110001a0132" // key 1, explicit hash key 0, data 2
                + "1a0408001a00"); // key 0, no bytes
    assertThat(hex(bytes, bytes.length - 16, bytes.length))
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(message)));
  }

  @Test
  void toBytes_longData_hasALengthOfSeveralBytes() {
    byte[] bytes = new KplAggregate().add("k", "x".repeat(300)).toBytes().toByteArray();

    assertThat(hex(bytes, 7, 15)).isEqualTo("1ab10208001aac02");
  }

  @Test
  void withWrongDigest_differsInTheDigestOnly() {
    byte[] right = new KplAggregate().add("k", "1").toBytes().toByteArray();
    byte[] wrong = new KplAggregate().add("k", "1").withWrongDigest().toBytes().toByteArray();

    assertThat(Arrays.mismatch(right, wrong)).isEqualTo(right.length - 16);
  }

  private static String hex(byte[] bytes, int from, int to) {
    return HexFormat.of().formatHex(bytes, from, to);
  }
}
