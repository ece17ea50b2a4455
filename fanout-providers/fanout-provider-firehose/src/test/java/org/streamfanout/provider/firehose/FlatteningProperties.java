package org.streamfanout.provider.firehose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

class FlatteningProperties {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Property
  void length_ofAnyImage_isThatOfTheLine(
      @ForAll("images") Map<String, AttributeValue> image, @ForAll Set<Flattening.Type> types) {
    Flattening flattening = new Flattening(types, false);

    assertThat(flattening.length(image)).isEqualTo(flattening.line(image).length());
  }

  @Property
  void line_ofAnyImage_isJsonOfTheAttributesAsked(
      @ForAll("images") Map<String, AttributeValue> image) throws Exception {
    Flattening flattening = new Flattening(EnumSet.allOf(Flattening.Type.class), false);
    Map<String, String> expected = new LinkedHashMap<>();
    image.forEach(
        (name, value) -> {
          if (value instanceof AttributeValue.S text) {
            expected.put(name, text.value());
          } else if (value instanceof AttributeValue.N number) {
            expected.put(name, number.value());
          } else if (value instanceof AttributeValue.B binary) {
            expected.put(name, binary.value().toBase64());
          }
        });

    String line = flattening.line(image).utf8();

    assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
    Map<String, String> found = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : JSON.readTree(line).properties()) {
      assertThat(field.getValue().isTextual()).isTrue();
      found.put(field.getKey(), field.getValue().textValue());
    }
    assertThat(found).isEqualTo(expected);
  }

  @Provide
  Arbitrary<Map<String, AttributeValue>> images() {
    Arbitrary<AttributeValue> values =
        Arbitraries.oneOf(
            texts().map(AttributeValue.S::new),
            Arbitraries.bigDecimals().map(number -> new AttributeValue.N(number.toString())),
            Arbitraries.bytes()
                .array(byte[].class)
                .ofMaxSize(40)
                .map(bytes -> new AttributeValue.B(Bytes.wrap(bytes))),
            Arbitraries.of(true, false).map(AttributeValue.Bool::new),
            texts().list().ofMaxSize(3).map(AttributeValue.Ss::new),
            texts().map(text -> new AttributeValue.M(Map.of("inner", new AttributeValue.S(text)))),
            Arbitraries.of(new AttributeValue.Null()));
    return Arbitraries.maps(texts(), values).ofMaxSize(8);
  }

  /** Quotes, controls, every length of UTF-8 and halves of pairs. */
  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars('"', '\\', '\n', '\u0000', '\u001f', 'a', '\u007f', '\u0080', '\u07ff')
        .withChars('\u0800', '\uffff', '\ud83d', '\ude00')
        .ofMaxLength(12);
  }
}
