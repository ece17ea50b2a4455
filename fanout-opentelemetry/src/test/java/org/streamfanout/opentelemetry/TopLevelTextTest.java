package org.streamfanout.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Bytes;

class TopLevelTextTest {
  private static final byte[] NAME = "tp".getBytes(StandardCharsets.UTF_8);

  private static String find(String json, int most) {
    return TopLevelText.find(Bytes.utf8(json), NAME, most);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"tp\":\"x\"}",
        " {\n\"a\" : 1 , \"tp\" : \"x\" , \"b\":2}",
        "{\"a\":{\"tp\":\"no\",\"b\":[1,{\"tp\":\"no\"}]},\"tp\":\"x\"}",
        "{\"a\":\"}],\\\"tp\\\":\\\"no\\\"\",\"tp\":\"x\"}",
        "{\"a\":\"\\\\\",\"tp\":\"x\"}",
        "{\"a\":[],\"b\":{},\"c\":null,\"tp\":\"x\"",
        "{\"ü\":\"é\",\"tp\":\"x\"}"
      })
  void find_memberAtTheTop_isItsText(String json) {
    assertThat(find(json, 1_000)).isEqualTo("x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}",
        "[{\"tp\":\"x\"}]",
        "\"tp\"",
        "{\"tp\"",
        "{\"tp\":",
        "{\"tp\":\"",
        "{\"tp\":\"x",
        "{\"tp\":\"x\\",
        "{\"tp\":\"x\\\"",
        "{\"tp\":1}",
        "{\"tp\":null}",
        "{\"tp\":\"\\u0078\"}",
        "{\"TP\":\"x\"}",
        "{\"a\":{\"tp\":\"x\"}}",
        "{\"a\":\"tp\"}",
        "{\"a\" \"tp\":\"x\"}",
        "{\"a\":1;\"tp\":\"x\"}",
        "tp:x"
      })
  void find_noSuchText_isNone(String json) {
    assertThat(find(json, 1_000)).isNull();
  }

  @Test
  void find_beyondTheBytesLookedAt_isNone() {
    String json = "{\"a\":\"" + "y".repeat(100) + "\",\"tp\":\"x\"}";
    for (int most = 0; most < json.length() - 1; most++) {
      assertThat(find(json, most)).isNull();
    }
    assertThat(find(json, json.length())).isEqualTo("x");
  }

  @Test
  void find_longText_isNone() {
    assertThat(find("{\"tp\":\"" + "x".repeat(513) + "\"}", 10_000)).isNull();
  }
}
