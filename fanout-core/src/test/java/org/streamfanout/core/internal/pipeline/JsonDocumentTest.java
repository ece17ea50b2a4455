package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.Bytes;

/** Where a document ends that is cut off, also within a larger array. */
class JsonDocumentTest {
  /** The text in the middle of what could go on from it. */
  private static Bytes within(String text, String behind) {
    byte[] bytes = ("\"" + text + behind).getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(bytes, 1, text.getBytes(StandardCharsets.UTF_8).length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"a|\"|2",
        "\"\\|\"\"|1",
        "\"\\u12|34\"|1",
        "\"\\u123|4\"|1",
        "\"a\\|n\"|2",
        "tru|e|3",
        "[1|]|2",
        "{\"a\"|:1}|4",
        "1e|5|2",
        "-|1|1",
        "1.|5|2"
      })
  void firstProblem_cutOff_isAtTheEndOrAtWhatIsNotWhole(String text, String behind, int at) {
    assertThat(JsonDocument.firstProblem(within(text, behind), false)).isEqualTo(at);
    assertThat(JsonDocument.firstProblem(Bytes.utf8(text + behind), false)).isEqualTo(-1);
  }

  @Test
  void trim_nothingButSpace_isEmpty_andNothingAroundIsTouched() {
    assertThat(JsonDocument.trim(within(" \t\r\n", " ")).length()).isZero();
    assertThat(JsonDocument.trim(within(" 1 ", " 2")).utf8()).isEqualTo("1");
    assertThat(JsonDocument.trim(within("", " ")).length()).isZero();
    Bytes whole = within("[1, 2]", " ");
    assertThat(JsonDocument.trim(whole)).isSameAs(whole);
  }

  @Test
  void firstNonText_isCountedFromTheTextsBeginning() {
    assertThat(Utf8.firstNonText(within("a\u00e9\u0001b", "c"))).isEqualTo(3);
    assertThat(Utf8.firstNonText(within("\u0001", "c"))).isZero();
    assertThat(Utf8.firstNonText(within("a\u00e9", "\u0001"))).isEqualTo(-1);
    assertThat(Utf8.firstNonText(Bytes.wrap(new byte[] {'a', (byte) 0xC3}))).isEqualTo(1);
    assertThat(Utf8.firstNonText(within("\u007f \t\r\n\uFFFD", ""))).isEqualTo(-1);
  }
}
