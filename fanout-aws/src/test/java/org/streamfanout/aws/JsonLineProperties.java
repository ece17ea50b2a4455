package org.streamfanout.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.streamfanout.spi.Bytes;

class JsonLineProperties {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Property
  void ofObject_anyObjectHoweverItIsLaidOut_isTheSameOnOneLine(
      @ForAll @Size(max = 5) Map<String, String> texts,
      @ForAll List<Long> numbers,
      @ForAll boolean pretty)
      throws Exception {
    ObjectNode object = JSON.createObjectNode();
    texts.forEach(object::put);
    numbers.forEach(object.putArray("numbers")::add);
    String text = pretty ? object.toPrettyString().replace("\n", "\r\n") : object.toString();

    Bytes line = JsonLine.ofObject(Bytes.utf8("\n" + text + "\n")).orElseThrow();

    assertThat(line.utf8()).doesNotContain("\n", "\r").hasSameSizeAs("\n" + text + "\n");
    assertThat(JSON.readTree(line.utf8())).isEqualTo(JSON.readTree(text));
  }

  /** What is taken is JSON to another reader as well, and nothing but line breaks has changed. */
  @Property(tries = 5_000)
  void ofValue_anyBytes_areJsonOrNothing(@ForAll byte[] bytes) throws Exception {
    Optional<Bytes> line = JsonLine.ofValue(Bytes.wrap(bytes));

    if (line.isPresent()) {
      JsonNode value = JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
      assertThat(value.isMissingNode()).isFalse();
      assertThat(line.get().utf8())
          .isEqualTo(new String(bytes, StandardCharsets.UTF_8).replaceAll("[\r\n]", " "));
    }
  }

  @Property(tries = 50)
  void ofObject_cutShort_isNothing(@ForAll @Size(min = 1, max = 3) Map<String, String> texts) {
    ObjectNode object = JSON.createObjectNode();
    texts.forEach(object::put);
    byte[] whole = object.toString().getBytes(StandardCharsets.UTF_8);

    for (int length = 0; length < whole.length; length++) {
      assertThat(JsonLine.ofObject(Bytes.wrap(whole, 0, length))).isEmpty();
    }
    assertThat(JsonLine.ofObject(Bytes.wrap(whole))).isPresent();
  }

  @Example
  void ofValue_everyKindOfValue_isTaken() {
    for (String value : List.of("1", "-2.50e3", "\"a\\n\"", "true", "null", "[1]", "{}", " {} ")) {
      assertThat(JsonLine.ofValue(Bytes.utf8(value))).contains(Bytes.utf8(value));
    }
    assertThat(JsonLine.ofObject(Bytes.utf8("[{}]"))).isEmpty();
  }

  @Example
  void ofValue_whatIsNotExactlyOneValue_isNothing() {
    for (String text :
        List.of(
            "",
            " ",
            "1 2",
            "{} {}",
            "{}]",
            "a",
            "'a'",
            "tru",
            "01",
            "+1",
            ".5",
            "\"a",
            "\"\n\"",
            "\ufeff{}",
            "[1,]",
            "NaN",
            "/* */ 1",
            "{\"a\":1 \"b\":2}")) {
      assertThat(JsonLine.ofValue(Bytes.utf8(text))).as(text).isEmpty();
    }
    assertThat(JsonLine.ofValue(Bytes.wrap("{}".getBytes(StandardCharsets.UTF_16LE)))).isEmpty();
    assertThat(JsonLine.ofValue(Bytes.wrap("{}".getBytes(StandardCharsets.UTF_16)))).isEmpty();
  }

  @Example
  void ofObject_sliceOfALargerArray_isReadWithinItsBounds() {
    byte[] bytes = "x{\"a\":\n1}y".getBytes(StandardCharsets.UTF_8);

    Bytes line = JsonLine.ofObject(Bytes.wrap(bytes, 1, 8)).orElseThrow();

    assertThat(line.utf8()).isEqualTo("{\"a\": 1}");
    assertThat(bytes[6]).as("the record's own bytes are left alone").isEqualTo((byte) '\n');
  }
}
