package org.streamfanout.core.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;

class DynamoDbProperties {
  private static final ObjectMapper EXACT =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  @Provide
  Arbitrary<Map<String, AttributeValue>> items() {
    return Arbitraries.maps(texts(), values(3)).ofMaxSize(5);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("ab|\\\"\u0000\n\u00e9\u4e2d")
        .ofMaxLength(6)
        .map(text -> text.endsWith("a") ? text + "\ud83d\ude00" : text);
  }

  @Provide
  Arbitrary<String> numbers() {
    return Arbitraries.of("", "-", "+")
        .flatMap(
            sign ->
                Arbitraries.strings()
                    .numeric()
                    .ofMinLength(1)
                    .ofMaxLength(38)
                    .flatMap(
                        digits ->
                            Arbitraries.of("", "." + digits, ".0", ".")
                                .map(fraction -> sign + digits + fraction)))
        .flatMap(
            number ->
                Arbitraries.integers()
                    .between(-130, 125)
                    .injectNull(0.5)
                    .map(exponent -> exponent == null ? number : number + "E" + exponent));
  }

  private Arbitrary<AttributeValue> values(int depth) {
    Arbitrary<Bytes> binaries =
        Arbitraries.bytes().array(byte[].class).ofMaxSize(5).map(Bytes::wrap);
    Arbitrary<AttributeValue> leaves =
        Arbitraries.oneOf(
            texts().map(AttributeValue.S::new),
            numbers().map(AttributeValue.N::new),
            binaries.map(AttributeValue.B::new),
            Arbitraries.of(true, false).map(AttributeValue.Bool::new),
            Arbitraries.just(new AttributeValue.Null()),
            texts().list().ofMaxSize(3).map(AttributeValue.Ss::new),
            numbers().list().ofMaxSize(3).map(AttributeValue.Ns::new),
            binaries.list().ofMaxSize(3).map(AttributeValue.Bs::new));
    if (depth == 0) {
      return leaves;
    }
    return Arbitraries.oneOf(
        leaves,
        Arbitraries.lazy(() -> values(depth - 1)).list().ofMaxSize(3).map(AttributeValue.L::new),
        Arbitraries.maps(texts(), Arbitraries.lazy(() -> values(depth - 1)))
            .ofMaxSize(3)
            .map(AttributeValue.M::new));
  }

  @Property(tries = 300)
  void write_item_isReadBackEqual(@ForAll("items") Map<String, AttributeValue> item)
      throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(DynamoDbJson.write(item).utf8())) {
      parser.nextToken();
      assertThat(DynamoDbJson.readItem(parser)).isEqualTo(item);
    }
  }

  @Property(tries = 300)
  void json_plain_isJsonThatOthersRead(@ForAll("items") Map<String, AttributeValue> item)
      throws IOException {
    JsonNode plain = EXACT.readTree(DynamoDbConverter.json(item, true).toByteArray());

    assertThat(plain.size()).isEqualTo(item.size());
    item.forEach(
        (name, value) -> {
          if (value instanceof AttributeValue.S text) {
            assertThat(plain.get(name).textValue()).isEqualTo(text.value());
          } else if (value instanceof AttributeValue.B binary) {
            assertThat(plain.get(name).textValue()).isEqualTo(binary.value().toBase64());
          }
        });
  }

  @Property(tries = 1000)
  void json_plainNumber_keepsEveryDigit(@ForAll("numbers") String number) throws IOException {
    JsonNode plain =
        EXACT.readTree(
            DynamoDbConverter.json(Map.of("n", new AttributeValue.N(number)), true).utf8());

    assertThat(plain.get("n").isNumber()).isTrue();
    assertThat(plain.get("n").decimalValue()).isEqualByComparingTo(new BigDecimal(number));
  }

  @Property(tries = 1000)
  void key_differentKeys_neverLookAlike(
      @ForAll("texts") String first,
      @ForAll("texts") String second,
      @ForAll("texts") String otherFirst,
      @ForAll("texts") String otherSecond) {
    boolean same = first.equals(otherFirst) && second.equals(otherSecond);

    assertThat(key(first, second).equals(key(otherFirst, otherSecond))).isEqualTo(same);
  }

  private static String key(String first, String second) {
    Map<String, AttributeValue> keys = new LinkedHashMap<>();
    int index = 0;
    for (String value : List.of(first, second)) {
      keys.put("k" + index++, new AttributeValue.S(value));
    }
    return DynamoDbConverter.key(keys);
  }
}
