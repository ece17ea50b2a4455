package org.streamfanout.core.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.AttributeValue;

class DynamoDbJsonTest {
  private static final JsonFactory JSON = new JsonFactory();

  @Test
  void readItem_everyType_isWrittenBackAsItWas() throws IOException {
    String json =
        "{\"s\":{\"S\":\"x\"},\"n\":{\"N\":\"1.50\"},\"b\":{\"B\":\"AAEC/w==\"},"
            + "\"t\":{\"BOOL\":true},\"f\":{\"BOOL\":false},\"z\":{\"NULL\":true},"
            + "\"ss\":{\"SS\":[\"a\"]},\"ns\":{\"NS\":[\"1\",\"2\"]},\"bs\":{\"BS\":[\"AQ==\"]},"
            + "\"l\":{\"L\":[{\"S\":\"\"},{\"L\":[]}]},\"m\":{\"M\":{\"k\":{\"M\":{}}}}}";

    assertThat(DynamoDbJson.write(read(json)).utf8()).isEqualTo(json);
  }

  @Test
  void readItem_parser_endsAtTheItemsEnd() throws IOException {
    try (JsonParser parser = JSON.createParser("[{\"a\":{\"S\":\"x\"}},1]")) {
      parser.nextToken();
      parser.nextToken();
      DynamoDbJson.readItem(parser);
      assertThat(parser.currentToken()).isEqualTo(JsonToken.END_OBJECT);
      assertThat(parser.nextToken()).isEqualTo(JsonToken.VALUE_NUMBER_INT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{\"a\":1}",
        "{\"a\":{}}",
        "{\"a\":{\"S\":1}}",
        "{\"a\":{\"N\":1}}",
        "{\"a\":{\"B\":\"*\"}}",
        "{\"a\":{\"BOOL\":\"true\"}}",
        "{\"a\":{\"NULL\":false}}",
        "{\"a\":{\"SS\":\"x\"}}",
        "{\"a\":{\"NS\":[1]}}",
        "{\"a\":{\"L\":[1]}}",
        "{\"a\":{\"M\":[]}}",
        "{\"a\":{\"X\":\"x\"}}",
        "{\"a\":{\"S\":\"x\",\"N\":\"1\"}}"
      })
  void readItem_noAttributeValues_isRefused(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(DynamoDbFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SS", "NS", "BS", "L"})
  void readItem_noArrayWhereOneBelongs_isToldByTheType(String type) {
    for (String value : List.of("\"eA==\"", "{}", "true", "1")) {
      assertThatThrownBy(() -> read("{\"a\":{\"" + type + "\":" + value + "}}"))
          .isInstanceOf(DynamoDbFormatException.class)
          .hasMessageContaining("an array for " + type);
    }
  }

  @Test
  void readItem_noObjectWhereOneBelongs_isTold() {
    assertThatThrownBy(() -> read("{\"a\":\"text\"}"))
        .isInstanceOf(DynamoDbFormatException.class)
        .hasMessageContaining("an attribute value such as");
    assertThatThrownBy(() -> read("{\"a\":{\"M\":[]}}"))
        .isInstanceOf(DynamoDbFormatException.class)
        .hasMessageContaining("an object of attributes");
  }

  @Test
  void readValue_oneValue_endsAtItsEnd() throws IOException {
    try (JsonParser parser = JSON.createParser("{\"N\":\"42\"} 7")) {
      parser.nextToken();
      assertThat(DynamoDbJson.readValue(parser)).isEqualTo(new AttributeValue.N("42"));
      assertThat(parser.nextToken()).isEqualTo(JsonToken.VALUE_NUMBER_INT);
    }
  }

  @Test
  void readItem_truncated_throwsWithoutHanging() {
    String json = "{\"a\":{\"L\":[{\"M\":{\"k\":{\"SS\":[\"x\",\"y\"]}}}]}}";
    for (int length = 1; length < json.length(); length++) {
      String part = json.substring(0, length);
      assertThatThrownBy(() -> read(part))
          .isInstanceOfAny(IOException.class, DynamoDbFormatException.class);
    }
  }

  @Test
  void readItem_nestedTooDeep_isRefused() {
    String json = "{\"a\":" + "{\"L\":[".repeat(400) + "]}".repeat(400) + "}";

    assertThatThrownBy(() -> read(json))
        .isInstanceOf(DynamoDbFormatException.class)
        .hasMessageContaining("levels deep");
  }

  private static Map<String, AttributeValue> read(String json) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      return DynamoDbJson.readItem(parser);
    }
  }
}
