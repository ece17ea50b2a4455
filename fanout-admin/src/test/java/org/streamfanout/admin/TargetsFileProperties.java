package org.streamfanout.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.assertj.core.api.Assertions;
import org.streamfanout.spi.Bytes;

/** What is exported is imported as it was. */
class TargetsFileProperties {
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(40),
        Arbitraries.strings().withChars("{}[]:#&*!|>'\"%@`-?, \n\t\\0a").ofMaxLength(20),
        Arbitraries.of(
            "yes",
            "No",
            "on",
            "null",
            "~",
            "true",
            "1",
            "1e3",
            "0x1F",
            "012",
            "1_000",
            ".inf",
            "2026-01-01",
            "12:30:45",
            "",
            " ",
            "=",
            "<<",
            "{\"data\":{\"a\":[1]}}",
            "a: b",
            "# no",
            "- x",
            "|",
            "line\nline\n",
            "\u0085\u2028\ufeff"));
  }

  @Property(tries = 500)
  void read_whatWasWritten_isTheSame(@ForAll("texts") String text, @ForAll long number) {
    StoredTarget row =
        TableFixture.row(
            "t",
            "type",
            "sqs",
            "note",
            text,
            "active",
            true,
            "maxInFlight",
            new BigDecimal(number),
            "options",
            Map.of("x", text),
            "owners",
            List.of(text, "b"));

    for (TargetsFile format : TargetsFile.values()) {
      List<StoredTarget> read = format.read(format.write(List.of(row)), "file");

      assertThat(read).hasSize(1);
      assertThat(TargetsPlanner.difference(row, read.get(0)).isEmpty())
          .as(format.write(List.of(row)))
          .isTrue();
      assertThat(read.get(0).columns().keySet()).isEqualTo(row.columns().keySet());
    }
  }

  @Example
  void write_bytes_areLeftOut() {
    StoredTarget row = TableFixture.row("t", "badge", Bytes.utf8("x"), "type", "sqs");

    for (TargetsFile format : TargetsFile.values()) {
      assertThat(format.read(format.write(List.of(row)), "file").get(0).columns())
          .containsKey("type")
          .doesNotContainKey("badge");
    }
  }

  @Example
  void read_filterAsAnObject_isItsText() {
    List<StoredTarget> rows =
        TargetsFile.YAML.read(
            """
            - sourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/s
              id: t
              filter:
                data:
                  kind: [order]
            """,
            "file");

    assertThat(rows.get(0).text("filter")).isEqualTo("{\"data\":{\"kind\":[\"order\"]}}");
  }

  @Example
  void read_whatIsNoSuchFile_isAProblemWithItsPlace() {
    assertProblem(TargetsFile.JSON, "[{\"id\":1", "at line 1");
    assertProblem(TargetsFile.JSON, "{}", "array of rows");
    assertProblem(TargetsFile.JSON, "[{\"id\":\"t\"}]", "row 1 needs a sourceArn and an id");
    assertProblem(
        TargetsFile.JSON,
        "[{\"sourceArn\":\"s\",\"id\":\"t\",\"id\":\"u\"}]",
        "cannot be understood");
    assertProblem(TargetsFile.YAML, "- id: a\n  id: b\n", "at line 2");
    assertProblem(TargetsFile.YAML, "a: &a [*a]", "file");
    assertProblem(TargetsFile.YAML, "", "array of rows");
  }

  private static void assertProblem(TargetsFile format, String text, String problem) {
    Assertions.assertThatThrownBy(() -> format.read(text, "file"))
        .isInstanceOf(AdminException.class)
        .hasMessageContaining(problem);
  }

  @Example
  void of_nameOfAFile_saysTheFormat() {
    assertThat(TargetsFile.of("a.yaml")).isEqualTo(TargetsFile.YAML);
    assertThat(TargetsFile.of("a.yml")).isEqualTo(TargetsFile.YAML);
    assertThat(TargetsFile.of("a.json")).isEqualTo(TargetsFile.JSON);
    assertThat(TargetsFile.of("yaml")).isEqualTo(TargetsFile.JSON);
  }
}
