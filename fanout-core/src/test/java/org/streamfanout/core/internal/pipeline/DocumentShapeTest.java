package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much work a document is for patterns over some fields. */
class DocumentShapeTest {
  private static long values(String json) throws IOException {
    return DocumentShape.of(json.replace('\'', '"')).values(1_000_000);
  }

  private static long combinations(String fields, String json, long most) throws IOException {
    return DocumentShape.of(json.replace('\'', '"'))
        .combinations(FilterFields.of(new HashSet<>(Arrays.asList(fields.split(" ")))), most);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "1; 1",
        "null; 1",
        "{}; 0",
        "[]; 0",
        "{'a':1,'b':2}; 2",
        "[1,2]; 4",
        "{'a':1,'b':[1,2]}; 5",
        "[[1]]; 3",
        "[{'a':[1]},2]; 5",
        "{'a':1,'a':2}; 4"
      })
  void values_countOnceAndOnceMoreForEachArrayAround(String json, long expected)
      throws IOException {
    assertThat(values(json)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "d; {'d':1}; 1",
        "d; {'e':[1,2,3]}; 1",
        "d; {'d':[1,2,3]}; 3",
        "d; {'d':[]}; 1",
        "d; {'d':{'x':[1,2]}}; 1",
        "d; {'d':[[1,2],[3]]}; 3",
        "a.b; {'a.b':[1,2]}; 2",
        "a.b.c; {'a.b.c':[1,2]}; 2",
        "a.b a.c d; {'a':[{'b':1,'c':2},{'b':3}],'d':[1,2,3]}; 6",
        "a.b a.c; {'a':{'b':[1,2],'c':[1,2,3]}}; 6",
        "d; {'d':1,'d':2}; 2",
        "d; {'d':[1],'d':[2]}; 4",
        "a.b; {'a':{'b':[1,2]},'a':{'c':1}}; 2",
        "a.b; {'a':{'b':1},'a':{'b':2}}; 2"
      })
  void combinations_alternativesAdd_fieldsMultiply(String fields, String json, long expected)
      throws IOException {
    assertThat(combinations(fields, json, 1_000)).isEqualTo(expected);
  }

  private static String array(int size) {
    return IntStream.range(0, size)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void combinations_aboveTheBound_areOneMore() throws IOException {
    String document = "{'a':" + array(10) + ",'b':" + array(10) + ",'c':" + array(10) + "}";

    assertThat(combinations("a b c", document, 1_000)).isEqualTo(1_000);
    assertThat(combinations("a b c", document, 999)).isEqualTo(1_000);
    assertThat(combinations("a b c", document, 500)).isEqualTo(501);
    assertThat(combinations("a", document, 9)).isEqualTo(10);
    assertThat(combinations("a", document, 3)).isEqualTo(4);
  }

  @Test
  void filterCost_asManyCombinationsAsAllowed_areTried() throws IOException {
    FilterCost cost = new FilterCost(List.of(new HashSet<>(Arrays.asList("a", "b"))));
    String allowed = "{\"a\":" + array(100) + ",\"b\":" + array(1_000) + "}";
    String tooMany = "{\"a\":" + array(100) + ",\"b\":" + array(1_001) + "}";

    assertThat(cost.exceeded(allowed)).isNull();
    assertThat(cost.exceeded(tooMany)).contains("100000 combinations");
  }

  @Test
  void of_noJson_isTold() {
    assertThatThrownBy(() -> DocumentShape.of("{\"a\":")).isInstanceOf(IOException.class);
  }
}
