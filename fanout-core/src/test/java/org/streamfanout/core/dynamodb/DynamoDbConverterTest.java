package org.streamfanout.core.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    "+.5e1,5"
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
