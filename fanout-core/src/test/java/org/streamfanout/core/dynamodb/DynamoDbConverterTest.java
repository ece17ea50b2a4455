package org.streamfanout.core.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.TableChange;

class DynamoDbConverterTest {

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-0,-0",
    "101,101",
    "1.50,1.50",
    "-3.14,-3.14",
    "12345678901234567890123456789012345678,12345678901234567890123456789012345678",
    "0.12345678901234567890123456789012345678,0.12345678901234567890123456789012345678",
    "-1e3,-1000",
    "1E+2,100",
    "1.5e-3,0.0015",
    "1E-130,1e-130",
    "9.9999999999999999999999999999999999999E+125,9.9999999999999999999999999999999999999e+125",
    "1e99999999999,1e99999999999",
    "+5,5",
    ".5,0.5",
    "-.5,-0.5",
    "5.,5",
    "007,7",
    "00,0",
    "+.5e1,5",
    "1e20,100000000000000000000",
    "1e21,1e21",
    "-1e20,-100000000000000000000",
    "1e-7,0.0000001",
    "1e-8,1e-8",
    "1e0001,10",
    "1e00001,1e00001",
    "-0,-0",
    "0.50,0.50"
  })
  void json_plainNumber_isLegalJsonOfTheSameValue(String text, String expected) {
    assertThat(plain(new AttributeValue.N(text))).isEqualTo("{\"a\":" + expected + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "+",
        ".",
        "NaN",
        "Infinity",
        "1e",
        "1e+",
        "e5",
        "1 ",
        "1,0",
        "0x1",
        "--1",
        "1.2.3",
        "\u0661"
      })
  void json_plainNumberThatIsNone_isRefusedWithoutQuotingIt(String text) {
    assertThatThrownBy(() -> plain(new AttributeValue.N(text)))
        .isInstanceOf(DynamoDbFormatException.class)
        .hasMessageContaining("is no number");
  }

  @Test
  void json_specialCharacters_areEscapedAsJsonStringifyDoes() {
    String text = "\"\\\b\f\n\r\t\u0001\u007f\u00e9\u4e2d\ud83d\ude00\ud800/";

    assertThat(plain(new AttributeValue.S(text)))
        .isEqualTo(
            "{\"a\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\u007f\u00e9\u4e2d\ud83d\ude00\\ud800/\"}");
  }

  @Test
  void key_oneAttribute_isNeverEscaped() {
    assertThat(DynamoDbConverter.key(Map.of("pk", new AttributeValue.S("a|b\\c"))))
        .isEqualTo("a|b\\c");
  }

  @Test
  void key_severalAttributes_areJoinedInOrderAndEscaped() {
    Map<String, AttributeValue> keys = new LinkedHashMap<>();
    keys.put("z", new AttributeValue.S("a|b\\"));
    keys.put("a", new AttributeValue.N("1.50"));
    assertThat(DynamoDbConverter.key(keys)).isEqualTo("a\\|b\\\\|1.50");

    keys.put("b", new AttributeValue.B(Bytes.wrap(new byte[] {0, 1, 2})));
    assertThat(DynamoDbConverter.key(keys)).isEqualTo("a\\|b\\\\|1.50|AAEC");
  }

  @Test
  void key_equalValues_areBothKept() {
    AttributeValue value = new AttributeValue.S("");
    Map<String, AttributeValue> keys = new LinkedHashMap<>();
    keys.put("pk", value);
    keys.put("sk", value);

    assertThat(DynamoDbConverter.key(keys)).isEqualTo("|");
    assertThat(DynamoDbConverter.key(Map.of())).isEmpty();
  }

  @Test
  void key_typeThatIsNoKey_isRefused() {
    assertThatThrownBy(() -> DynamoDbConverter.key(Map.of("pk", new AttributeValue.Null())))
        .isInstanceOf(DynamoDbFormatException.class);
  }

  @Test
  void json_charactersAtTheBoundsOfTheirEncoding_areWhatTheyWere() {
    String text = "\u007e\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\ud800\udc00\udbff\udfff";

    assertThat(plain(new AttributeValue.S(text))).isEqualTo("{\"a\":\"" + text + "\"}");
  }

  @Test
  void json_halfOfAPair_isWrittenAsItsCode() {
    assertThat(plain(new AttributeValue.S("\udc00a"))).isEqualTo("{\"a\":\"\\udc00a\"}");
    assertThat(plain(new AttributeValue.S("a\udbff"))).isEqualTo("{\"a\":\"a\\udbff\"}");
    assertThat(plain(new AttributeValue.S("\ud8f1\ud83d\ude00")))
        .isEqualTo("{\"a\":\"\\ud8f1\ud83d\ude00\"}");
  }

  @Test
  void json_longNumber_isWrittenOutAsFarAsItIsShort() {
    String sixtyFour = "0." + "1".repeat(60);

    assertThat(plain(new AttributeValue.N(sixtyFour + "e0"))).contains(":" + sixtyFour + "}");
    assertThat(plain(new AttributeValue.N(sixtyFour + "1e0"))).contains(":" + sixtyFour + "1e0}");
  }

  @Test
  void json_manyLongValues_areAllThere() {
    String text = "\u4e2d".repeat(3_000);
    byte[] larger = new byte[1_000];
    Arrays.fill(larger, (byte) 7);
    byte[] alone = Arrays.copyOfRange(larger, 1, 999);
    AttributeValue.M all =
        new AttributeValue.M(
            new TreeMap<>(
                Map.of(
                    "b",
                    new AttributeValue.B(Bytes.wrap(larger, 1, 998)),
                    "c",
                    new AttributeValue.B(Bytes.wrap(larger)),
                    "t",
                    new AttributeValue.S(text))));

    assertThat(plain(all))
        .isEqualTo(
            "{\"a\":{\"b\":\""
                + Base64.getEncoder().encodeToString(alone)
                + "\",\"c\":\""
                + Base64.getEncoder().encodeToString(larger)
                + "\",\"t\":\""
                + text
                + "\"}}");
  }

  @Test
  void wholeChange_removal_tellsWhatWasRemoved() {
    TableChange change =
        new TableChange(
            TableChange.Type.REMOVE,
            Map.of("Id", new AttributeValue.N("1")),
            null,
            Map.of("Id", new AttributeValue.N("1")));

    assertThat(DynamoDbConverter.wholeChange(change, "42", true).utf8())
        .isEqualTo(
            "{\"eventName\":\"REMOVE\",\"Keys\":{\"Id\":1},\"OldImage\":{\"Id\":1},"
                + "\"SequenceNumber\":\"42\"}");
    assertThat(DynamoDbConverter.wholeChange(change, "42", false).utf8())
        .isEqualTo(
            "{\"eventName\":\"REMOVE\",\"Keys\":{\"Id\":{\"N\":\"1\"}},"
                + "\"OldImage\":{\"Id\":{\"N\":\"1\"}},\"SequenceNumber\":\"42\"}");
    assertThat(DynamoDbConverter.image(change, true).utf8()).isEqualTo("{}");
  }

  @Test
  void json_nestedTooDeep_isRefusedInBothForms() {
    AttributeValue value = new AttributeValue.S("x");
    for (int level = 1; level < DynamoDbJson.MAX_DEPTH; level++) {
      value = level % 2 == 0 ? new AttributeValue.L(List.of(value)) : map(value);
    }
    Map<String, AttributeValue> allowed = Map.of("a", value);
    Map<String, AttributeValue> tooDeep = Map.of("a", map(value));

    for (boolean plain : new boolean[] {true, false}) {
      assertThat(DynamoDbConverter.json(allowed, plain).length()).isPositive();
      assertThatThrownBy(() -> DynamoDbConverter.json(tooDeep, plain))
          .isInstanceOf(DynamoDbFormatException.class)
          .hasMessageContaining("levels deep");
    }
  }

  private static AttributeValue map(AttributeValue value) {
    return new AttributeValue.M(Map.of("k", value));
  }

  private static String plain(AttributeValue value) {
    return DynamoDbConverter.json(Map.of("a", value), true).utf8();
  }
}
