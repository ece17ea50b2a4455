package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
  private static List<String> read(String text) throws IOException {
    List<String> events = new ArrayList<>();
    try (EventReader reader =
        new EventReader(
            new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "the input")) {
      for (byte[] event = reader.next(); event != null; event = reader.next()) {
        events.add(new String(event, StandardCharsets.UTF_8));
      }
    }
    return events;
  }

  @Test
  void next_oneEventOverManyLines_isOne() throws IOException {
    String event = "{\n  \"a\": {\n \"b\": [ {} ] }\n}";
    assertThat(read("\uFEFF" + event + "\n\n")).containsExactly(event);
  }

  @Test
  void next_oneEventPerLine_eachInOrder() throws IOException {
    assertThat(read("{\"a\":1}\n{\"a\":2}\r\n{\"a\":3}"))
        .containsExactly("{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
  }

  @Test
  void next_bracesAndQuotesWithinText_doNotCount() throws IOException {
    String event = "{\"a\":\"}\\\"}{\\\\\",\"é\":\"\\\\\"}";
    assertThat(read(event + event)).containsExactly(event, event);
  }

  @Test
  void next_nothing_noEvent() throws IOException {
    assertThat(read(" \n\t")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "x{}", "\u00efx{}"})
  void next_somethingElse_error(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(UnusableException.class)
        .hasMessage("the input, event 1 does not start with '{'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}{", "{}{\"a", "{}{\"a\":\"}", "{} {\"a\":{}"})
  void next_halfAnEvent_error(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(UnusableException.class)
        .hasMessage("the input, event 2 ends before its last '}'");
  }
}
