package org.streamfanout.core.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.AttributeValue;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Header;
import org.streamfanout.spi.Position;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TableChange;

/** What is written is read as the same, whatever a record holds. */
class DeadLetterProperties {
  private static final Source SOURCE = Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/s");

  @Property(tries = 500)
  void parse_whatWasWritten_isEqual(@ForAll("letters") DeadLetter letter) {
    Bytes json = letter.toJson();

    assertThat(json.utf8()).matches("[\\x20-\\x7f]*");
    assertThat(DeadLetter.parse(json))
        .usingRecursiveComparison()
        .ignoringFieldsOfTypes(Bytes.class)
        .isEqualTo(letter);
    FanoutRecord read = DeadLetter.parse(json).record();
    FanoutRecord written = letter.record();
    assertThat(read.data()).isEqualTo(written.data());
    assertThat(read.keyBytes()).isEqualTo(written.keyBytes());
    assertThat(read.envelope()).isEqualTo(written.envelope());
    assertThat(read.headers()).isEqualTo(written.headers());
    assertThat(read.change()).isEqualTo(written.change());
  }

  @Provide
  Arbitrary<DeadLetter> letters() {
    return Combinators.combine(
            records(),
            Arbitraries.of(DeadLetter.Stage.values()),
            Arbitraries.of(Failure.Kind.values()),
            texts(),
            Arbitraries.integers().between(0, 1_000),
            instants(),
            instants(),
            origins())
        .as(
            (record, stage, kind, text, attempts, first, last, origins) ->
                DeadLetter.builder(SOURCE, "t" + text, record, Failure.of(kind, "C" + text, text))
                    .shard(text.isEmpty() ? null : text)
                    .stage(stage)
                    .madeOf(origins)
                    .attempts(attempts)
                    .firstAttemptAt(first)
                    .lastAttemptAt(last)
                    .build());
  }

  private static Arbitrary<FanoutRecord> records() {
    Arbitrary<FanoutRecord.Builder> names =
        Combinators.combine(
                texts(),
                texts(),
                texts().injectNull(0.3),
                Arbitraries.integers().between(Position.WHOLE, 5),
                texts(),
                texts().injectNull(0.5),
                instants())
            .as(
                (id, number, shard, part, key, hashKey, arrivedAt) ->
                    FanoutRecord.builder(id, number)
                        .shard(shard)
                        .part(part)
                        .key(key)
                        .explicitHashKey(hashKey)
                        .arrivedAt(arrivedAt));
    return Combinators.combine(names, bytes(), bytes(), bytes(), headers(), changes())
        .as(
            (builder, keyBytes, data, envelope, headers, change) ->
                builder
                    .keyBytes(keyBytes)
                    .data(data)
                    .envelope(envelope)
                    .headers(headers)
                    .change(change)
                    .build());
  }

  /** With what JSON has to escape, and no lone surrogates, which no UTF-8 can hold. */
  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withCharRange('\0', '\u0250')
        .withChars('"', '\\', '\n', '\u2028', '\ufffd')
        .ofMaxLength(12);
  }

  private static Arbitrary<Bytes> bytes() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(40).map(Bytes::wrap).injectNull(0.3);
  }

  private static Arbitrary<Instant> instants() {
    return Arbitraries.longs()
        .between(0, 4_000_000_000L)
        .map(second -> Instant.ofEpochSecond(second, second % 1_000_000_000))
        .injectNull(0.2);
  }

  private static Arbitrary<List<Header>> headers() {
    return Combinators.combine(texts(), bytes()).as(Header::new).list().ofMaxSize(3);
  }

  private static Arbitrary<List<DeadLetter.Origin>> origins() {
    return Combinators.combine(texts(), texts(), Arbitraries.integers().between(-1, 3))
        .as((id, number, part) -> new DeadLetter.Origin(id, new Position(number, part)))
        .list()
        .ofMaxSize(3);
  }

  private static Arbitrary<TableChange> changes() {
    return Combinators.combine(
            Arbitraries.of(TableChange.Type.values()),
            images(),
            images().injectNull(0.3),
            images().injectNull(0.3))
        .as(TableChange::new)
        .injectNull(0.5);
  }

  private static Arbitrary<Map<String, AttributeValue>> images() {
    Arbitrary<AttributeValue> values =
        Arbitraries.oneOf(
            texts().map(AttributeValue.S::new),
            Arbitraries.longs().map(number -> new AttributeValue.N(Long.toString(number))),
            Arbitraries.bytes()
                .array(byte[].class)
                .ofMaxSize(8)
                .map(each -> new AttributeValue.B(Bytes.wrap(each))),
            texts().list().ofMaxSize(3).map(AttributeValue.Ss::new),
            Arbitraries.just(new AttributeValue.Null()));
    return Arbitraries.maps(texts(), values).ofMaxSize(4).map(LinkedHashMap::new);
  }
}
