package org.streamfanout.core.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.FanoutRecord;

class CollapserProperties {
  private static final ObjectMapper STRICT =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  @Provide
  Arbitrary<List<byte[]>> payloads() {
    return Arbitraries.oneOf(
            Arbitraries.bytes().array(byte[].class).ofMaxSize(40),
            documents().map(text -> text.getBytes(StandardCharsets.UTF_8)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<String> documents() {
    Arbitrary<String> space = Arbitraries.of("", " ", "\n", "\r\n", "\t ");
    return Arbitraries.of(
            "{}",
            "[]",
            "0",
            "-1.5e+3",
            "null",
            "true",
            "false",
            "\"\u00e9\u4e2d\ud83d\ude00\\u00e9\\\"\"",
            "{\"a\":[1,{\"b\":[]},\"]}\"]}",
            "[[[]],{\"\":{}}]")
        .flatMap(text -> space.flatMap(before -> space.map(after -> before + text + after)));
  }

  @Property(tries = 500)
  void length_recordsThatPass_isThatOfTheEncoding(
      @ForAll("payloads") List<byte[]> payloads,
      @ForAll Collapse collapse,
      @ForAll BodyFormat format) {
    Collapser collapser = Collapsers.of(collapse, format);
    List<FanoutRecord> records =
        payloads.stream()
            .map(CollapserProperties::record)
            .filter(record -> collapser.check(record) == null)
            .limit(collapse == Collapse.NONE ? 1 : Long.MAX_VALUE)
            .toList();
    if (records.isEmpty()) {
      return;
    }
    long contributions = records.stream().mapToLong(collapser::contribution).sum();

    assertThat(collapser.encode(records).length())
        .isEqualTo(collapser.length(records.size(), contributions));
  }

  @Property(tries = 300)
  void encode_json_isADocumentOfExactlyTheRecords(
      @ForAll("documents") String first, @ForAll("documents") String second) throws IOException {
    Collapser collapser = Collapsers.of(Collapse.JSON, BodyFormat.TEXT);
    List<FanoutRecord> records = List.of(record(utf8(first)), record(utf8(second)));
    assertThat(records).allSatisfy(record -> assertThat(collapser.check(record)).isNull());

    JsonNode body = STRICT.readTree(collapser.encode(records).utf8());

    assertThat(body.size()).isEqualTo(1);
    assertThat(body.get("Records"))
        .containsExactly(STRICT.readTree(first), STRICT.readTree(second));
  }

  @Property(tries = 300)
  void encode_concatB64_decodesToTheConcatenation(@ForAll("payloads") List<byte[]> payloads) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    payloads.forEach(all::writeBytes);

    Bytes body =
        Collapsers.of(Collapse.CONCAT_B64, BodyFormat.TEXT)
            .encode(payloads.stream().map(CollapserProperties::record).toList());

    assertThat(Base64.getDecoder().decode(body.toByteArray())).isEqualTo(all.toByteArray());
  }

  @Property(tries = 2000)
  void check_mutatedJson_agreesWithAStrictReader(
      @ForAll("documents") String document, @ForAll byte value, @ForAll int place) {
    byte[] mutated = utf8(document);
    mutated[Math.floorMod(place, mutated.length)] = value;

    assertThat(JsonDocument.firstProblem(Bytes.wrap(mutated), false) < 0)
        .isEqualTo(isUtf8(mutated) && isJson(new String(mutated, StandardCharsets.UTF_8)));
  }

  @Property(tries = 2000)
  void check_textBytes_agreesWithTheJdksDecoder(@ForAll @Size(max = 6) byte[] bytes) {
    boolean text =
        isUtf8(bytes)
            && new String(bytes, StandardCharsets.UTF_8)
                .codePoints()
                .allMatch(
                    point ->
                        point == 9
                            || point == 10
                            || point == 13
                            || point >= 0x20 && point != 0xFFFE && point != 0xFFFF);

    assertThat(Utf8.firstNonText(Bytes.wrap(bytes)) < 0).isEqualTo(text);
  }

  @Property(tries = 3000)
  void check_everyShapeOfSequence_agreesWithTheJdksDecoder(@ForAll("sequences") byte[] bytes) {
    boolean utf8 = isUtf8(bytes);
    byte[] quoted = new byte[bytes.length + 2];
    quoted[0] = '"';
    System.arraycopy(bytes, 0, quoted, 1, bytes.length);
    quoted[quoted.length - 1] = '"';

    assertThat(JsonDocument.firstProblem(Bytes.wrap(quoted), false) < 0).isEqualTo(utf8);
  }

  @Provide
  Arbitrary<byte[]> sequences() {
    Arbitrary<Integer> edges =
        Arbitraries.of(
            0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbd, 0xbe, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
            0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff);
    return edges
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(
            values -> {
              byte[] bytes = new byte[values.size()];
              for (int index = 0; index < bytes.length; index++) {
                bytes[index] = values.get(index).byteValue();
              }
              return bytes;
            });
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isJson(String text) {
    try {
      return !STRICT.readTree(text).isMissingNode();
    } catch (IOException e) {
      return false;
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static FanoutRecord record(byte[] data) {
    return FanoutRecord.builder("id", "1").data(Bytes.wrap(data)).build();
  }
}
