package org.streamfanout.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.spi.RegistryException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

class JsonTargetRegistryTest {
  private static final String ONE = "arn:aws:kinesis:us-east-1:123456789012:stream/one";
  private static final String TWO = "kafka://b:1,a:1/topic";

  @Test
  void parse_rowsOfTwoSources_eachSourceHasItsOwn() {
    JsonTargetRegistry registry =
        JsonTargetRegistry.parse(
            """
            [{"sourceArn":"%s","id":"a","type":"t","destination":"d","active":true,"maxInFlight":3},
             {"sourceArn":"%s","id":"a","type":"t","destination":"d","active":true},
             {"sourceArn":"%s","id":"b","type":"t","destination":"d"}]
            """
                .formatted(ONE, TWO, ONE));

    Targets one = registry.targetsFor(Source.of(ONE));
    assertThat(registry.sources()).containsExactly(Source.of(ONE), Source.of(TWO));
    assertThat(one.valid()).singleElement().extracting(TargetConfig::maxInFlight).isEqualTo(3);
    assertThat(one.inactive()).containsExactly("b");
    assertThat(registry.targetsFor(Source.of("kafka://a:1,b:1/topic")).valid()).hasSize(1);
    assertThat(registry.targetsFor(Source.of("kafka://x:1/y")).isEmpty()).isTrue();
    assertThat(registry.unplaced()).isEmpty();
  }

  @Test
  void parse_filterAsObject_becomesItsText() {
    JsonTargetRegistry registry =
        JsonTargetRegistry.parse(
            """
            [{"sourceArn":"%s","id":"a","type":"t","destination":"d","active":true,
              "filter":{"data":{"n":[{"numeric":[">",1.50]}]}}}]
            """
                .formatted(ONE));

    assertThat(registry.targetsFor(Source.of(ONE)).valid().get(0).filter())
        .isEqualTo("{\"data\":{\"n\":[{\"numeric\":[\">\",1.50]}]}}");
  }

  @Test
  void parse_rowsWithoutUsableSource_reportedUnlessInactive() {
    JsonTargetRegistry registry =
        JsonTargetRegistry.parse(
            """
            [{"id":"a","type":"t","destination":"d","active":true},
             {"sourceArn":"stream/x","id":"b","type":"t","active":true},
             {"sourceArn":7,"id":"c","type":"t","destination":"d","active":true},
             {"sourceArn":"stream/x","id":"d","type":"t","destination":"d","active":false}]
            """);

    assertThat(registry.sources()).isEmpty();
    assertThat(registry.unplaced()).extracting(Targets.Invalid::id).containsExactly("a", "b", "c");
    assertThat(registry.unplaced().get(1).problems())
        .hasSize(2)
        .allMatch(text -> text.startsWith("row 2: "))
        .anyMatch(text -> text.contains("'stream/x' is neither an ARN nor kafka://"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}|must be an array of rows, [{...}, ...], and is an object",
        "[1]|row 1 must be an object, and is a number",
        "[{}, []]|row 2 must be an object, and is an array",
        "[{\"id\":\"a\",\"id\":\"b\"}]|line 1",
        "[{\"filter\":{\"a\":[1],\"a\":[2]}}]|Duplicate",
        "[{\"id\":|cannot be understood at line 1",
        "[] []|cannot be understood at line 1",
        "``|must be an array of rows, [{...}, ...], and is empty",
        "null|and is null"
      })
  void parse_notAnArrayOfRows_errorSaysWhere(String json, String text) {
    assertThatThrownBy(() -> JsonTargetRegistry.parse(json))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(text);
  }

  @Test
  void parse_absurdNesting_error() {
    assertThatThrownBy(() -> JsonTargetRegistry.parse("[".repeat(100_000)))
        .isInstanceOf(RegistryException.class);
  }

  @Test
  void read_file_itsRows(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("targets.json"), "[]");

    assertThat(JsonTargetRegistry.read(file).sources()).isEmpty();
    assertThatThrownBy(() -> JsonTargetRegistry.read(directory.resolve("none.json")))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("none.json' does not exist");
    assertThatThrownBy(() -> JsonTargetRegistry.read(directory))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void parse_numberWithAnExponentThatFitsNoInteger_isAnErrorOfTheRegistry() {
    assertThatThrownBy(() -> JsonTargetRegistry.parse("[{\"maxMessages\":1e999999999999}]"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("a number that is too large");
  }

  @Test
  void parse_valueWithoutQuotes_isNotQuotedInTheError() {
    assertThatThrownBy(() -> JsonTargetRegistry.parse("[{\"externalId\": hidden}]"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("line 1, column 17")
        .hasMessageNotContaining("hidden")
        .hasNoCause();
  }

  @Test
  void parse_textLargerThanTheBound_isRefused() {
    String large = "[" + " ".repeat(JsonTargetRegistry.MAX_BYTES) + "]";

    assertThatThrownBy(() -> JsonTargetRegistry.parse(large))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("is larger than 16777216 bytes");
  }
}
