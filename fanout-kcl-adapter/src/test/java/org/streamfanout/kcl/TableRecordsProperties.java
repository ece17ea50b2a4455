package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.lambda.LambdaEvents;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;

/** A change is one thing, whether Lambda's event or the Streams API tells it. */
class TableRecordsProperties {
  private static final Source STREAM =
      Source.of("arn:aws:dynamodb:eu-west-1:123456789012:table/T/stream/2026-01-01T00:00:00.000");
  private static final List<String> KEYS = List.of("z-hash", "a-range");

  private static Arbitrary<SdkBytes> binaries() {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(SdkBytes::fromByteArray);
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        // UTF-16 surrogates come in pairs only, as from any JSON in UTF-8
        Arbitraries.strings().withCharRange('\u0000', '\ud7ff').ofMaxLength(12),
        Arbitraries.of("", "|", "\\", "\"", "héllo 中", "\uD83D\uDE00", "\u0000", "\u2028"));
  }

  private static Arbitrary<String> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.bigDecimals()
            .between(new BigDecimal("-1e30"), new BigDecimal("1e30"))
            .ofScale(8)
            .map(BigDecimal::toPlainString),
        Arbitraries.of("0", "-0", "1E+125", "12345678901234567890123456789012345678", "07.00"));
  }

  private static Arbitrary<AttributeValue> values(int depth) {
    Arbitrary<AttributeValue> flat =
        Arbitraries.oneOf(
            texts().map(AttributeValue::fromS),
            numbers().map(AttributeValue::fromN),
            binaries().map(AttributeValue::fromB),
            Arbitraries.of(true, false).map(AttributeValue::fromBool),
            Arbitraries.just(AttributeValue.fromNul(true)),
            texts().list().uniqueElements().ofMaxSize(3).map(AttributeValue::fromSs),
            numbers().list().uniqueElements().ofMaxSize(3).map(AttributeValue::fromNs),
            binaries().list().uniqueElements().ofMaxSize(3).map(AttributeValue::fromBs));
    return depth == 0
        ? flat
        : Arbitraries.frequencyOf(
            Tuple.of(4, flat),
            Tuple.of(1, values(depth - 1).list().ofMaxSize(3).map(AttributeValue::fromL)),
            Tuple.of(1, items(depth - 1).map(AttributeValue::fromM)));
  }

  private static Arbitrary<Map<String, AttributeValue>> items(int depth) {
    return Arbitraries.maps(texts().filter(name -> !name.isEmpty()), values(depth)).ofMaxSize(4);
  }

  @Provide
  Arbitrary<Record> changes() {
    Arbitrary<AttributeValue> key =
        Arbitraries.oneOf(
            texts().map(AttributeValue::fromS),
            numbers().map(AttributeValue::fromN),
            binaries().map(AttributeValue::fromB));
    Arbitrary<StreamRecord> data =
        Combinators.combine(
                key,
                key,
                items(3).injectNull(0.3),
                items(3).injectNull(0.3),
                Arbitraries.longs().between(0, 4_000_000_000L),
                Arbitraries.bigIntegers().greaterOrEqual(BigInteger.ONE))
            .as(
                (hash, range, newImage, oldImage, second, sequence) ->
                    StreamRecord.builder()
                        .keys(Map.of(KEYS.get(0), hash, KEYS.get(1), range))
                        .newImage(newImage)
                        .oldImage(oldImage)
                        .approximateCreationDateTime(Instant.ofEpochSecond(second))
                        .sequenceNumber(sequence.toString())
                        .sizeBytes(second % 400_000)
                        .streamViewType("NEW_AND_OLD_IMAGES")
                        .build());
    Arbitrary<@Nullable Identity> identity =
        Arbitraries.just(
                Identity.builder().type("Service").principalId("dynamodb.amazonaws.com").build())
            .injectNull(0.7);
    return Combinators.combine(
            data,
            identity,
            Arbitraries.of("INSERT", "MODIFY", "REMOVE").map(OperationType::fromValue),
            Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(32))
        .as(
            (change, who, type, id) ->
                Record.builder()
                    .eventID(id)
                    .eventName(type)
                    .eventVersion("1.1")
                    .eventSource("aws:dynamodb")
                    .awsRegion("eu-west-1")
                    .userIdentity(who)
                    .dynamodb(change)
                    .build());
  }

  @Property(tries = 500)
  void of_anyChange_isTheRecordOfLambdasEvent(@ForAll("changes") Record change) throws IOException {
    byte[] event = TableEvents.event(STREAM.id(), KEYS, List.of(change));
    SourceBatch batch = LambdaEvents.parse(event).get(0);
    FanoutRecord expected = batch.records().get(0);

    FanoutRecord record = new TableRecords(STREAM, KEYS).of(change);

    assertThat(batch.source()).isEqualTo(STREAM);
    assertThat(fields(record)).isEqualTo(fields(expected));
    Bytes envelope = Objects.requireNonNull(record.envelope());
    // As text: of bytes, Jackson takes no escaped surrogates in names.
    assertThat(TableEvents.JSON.readTree(envelope.utf8()))
        .isEqualTo(TableEvents.JSON.readTree(Bytes.wrap(event).utf8()).at("/Records/0"));
  }

  private static List<@Nullable Object> fields(FanoutRecord record) {
    List<@Nullable Object> fields = new ArrayList<>();
    fields.add(record.id());
    fields.add(record.shard());
    fields.add(record.position());
    fields.add(record.key());
    fields.add(record.keyBytes());
    fields.add(record.explicitHashKey());
    fields.add(record.data());
    fields.add(record.change());
    fields.add(record.arrivedAt());
    fields.add(record.headers());
    return fields;
  }
}
