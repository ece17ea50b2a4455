package org.streamfanout.provider.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.arbitraries.StringArbitrary;
import org.streamfanout.spi.Bytes;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Bodies become items and back without a loss; keys are equal exactly where DynamoDB's are. */
class ItemProperties {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  @Provide
  Arbitrary<JsonNode> objects() {
    return objects(3).map(object -> object);
  }

  private Arbitrary<ObjectNode> objects(int depth) {
    return Arbitraries.maps(texts().ofMinLength(1).ofMaxLength(4), values(depth))
        .ofMaxSize(4)
        .map(
            fields -> {
              ObjectNode object = NODES.objectNode();
              fields.forEach(object::set);
              return object;
            });
  }

  private static StringArbitrary texts() {
    return Arbitraries.strings()
        .withCharRange('\u0000', '\ud7ff')
        .withCharRange('\ue000', '\uffff');
  }

  private Arbitrary<JsonNode> values(int depth) {
    Arbitrary<JsonNode> scalars =
        Arbitraries.oneOf(
            List.of(
                texts().ofMaxLength(5).map(NODES::textNode),
                decimals().map(NODES::numberNode),
                Arbitraries.of(true, false).map(NODES::booleanNode),
                Arbitraries.just(NODES.nullNode())));
    return depth == 0
        ? scalars
        : Arbitraries.oneOf(
            List.of(
                scalars,
                objects(depth - 1).map(object -> object),
                values(depth - 1)
                    .list()
                    .ofMaxSize(3)
                    .map(values -> NODES.arrayNode().addAll(values))));
  }

  /** Every number that DynamoDB has. */
  @Provide
  Arbitrary<BigDecimal> decimals() {
    BigInteger most = BigInteger.TEN.pow(38).subtract(BigInteger.ONE);
    return Combinators.combine(
            Arbitraries.bigIntegers().between(most.negate(), most),
            Arbitraries.integers().between(-87, 92))
        .as((digits, scale) -> new BigDecimal(digits, scale));
  }

  @Property(tries = 200)
  void read_anyObject_keepsEveryValue(@ForAll("objects") JsonNode object)
      throws JsonProcessingException, UnfitRecordException {
    Bytes body = Bytes.utf8(JSON.writeValueAsString(object));

    assertThat(plain(AttributeValue.fromM(JsonItem.read(body, name -> true)))).isEqualTo(object);
  }

  private static JsonNode plain(AttributeValue value) {
    return switch (value.type()) {
      case S -> NODES.textNode(value.s());
      case N -> NODES.numberNode(new BigDecimal(value.n()));
      case BOOL -> NODES.booleanNode(value.bool());
      case NUL -> NODES.nullNode();
      case L -> NODES.arrayNode().addAll(value.l().stream().map(ItemProperties::plain).toList());
      case M -> {
        ObjectNode object = NODES.objectNode();
        value.m().forEach((name, each) -> object.set(name, plain(each)));
        yield object;
      }
      default -> throw new AssertionError("no type of JSON: " + value.type());
    };
  }

  @Property(tries = 200)
  void read_someFields_areThoseOfAll(@ForAll("objects") JsonNode object)
      throws JsonProcessingException, UnfitRecordException {
    Bytes body = Bytes.utf8(JSON.writeValueAsString(object));
    Map<String, AttributeValue> all = JsonItem.read(body, name -> true);

    all.keySet().removeIf(name -> name.length() % 2 == 0);

    assertThat(JsonItem.read(body, name -> name.length() % 2 != 0)).isEqualTo(all);
  }

  @Property
  void require_numberOfDynamoDb_isKeptToTheDigit(@ForAll("decimals") BigDecimal number)
      throws UnfitRecordException {
    for (String text : List.of(number.toString(), number.toPlainString())) {
      assertThat(DynamoDbNumber.require(text)).isEqualTo(text);
    }
  }

  @Property
  void identity_ofNumbers_isEqualExactlyIfTheyAre(
      @ForAll("decimals") BigDecimal one, @ForAll("decimals") BigDecimal other) {
    assertThat(identity(one.toString())).isEqualTo(identity(one.toPlainString()));
    assertThat(identity(one.toString())).isEqualTo(identity(one.stripTrailingZeros().toString()));
    assertThat(identity(one.toString()).equals(identity(other.toString())))
        .isEqualTo(one.compareTo(other) == 0);
  }

  private static String identity(String number) {
    return ItemWrite.identity("t", Map.of("k", AttributeValue.fromN(number)));
  }

  @Property
  void identity_ofTexts_isEqualExactlyIfTheyAre(
      @ForAll String one, @ForAll String two, @ForAll String three, @ForAll String four) {
    assertThat(identity(one, two).equals(identity(three, four)))
        .isEqualTo(one.equals(three) && two.equals(four));
    assertThat(identity(one, two).equals(identity(two, one))).isEqualTo(one.equals(two));
  }

  private static String identity(String partition, String sort) {
    return ItemWrite.identity(
        "t", Map.of("p", AttributeValue.fromS(partition), "s", AttributeValue.fromS(sort)));
  }

  @Example
  void identity_ofOtherTypesOrTables_differs() {
    AttributeValue text = AttributeValue.fromS("1");
    List<String> identities =
        List.of(
            ItemWrite.identity("t", Map.of("k", text)),
            ItemWrite.identity("u", Map.of("k", text)),
            ItemWrite.identity("t", Map.of("l", text)),
            ItemWrite.identity("t", Map.of("k", AttributeValue.fromN("1"))),
            ItemWrite.identity(
                "t", Map.of("k", AttributeValue.fromB(SdkBytes.fromUtf8String("1")))));

    assertThat(identities).doesNotHaveDuplicates();
    assertThat(
            ItemWrite.identity(
                "arn:aws:dynamodb:eu-west-1:111122223333:table/t", Map.of("k", text)))
        .isEqualTo(identities.get(0));
  }

  @Property
  void read_anyBytes_isAnItemOrRejected(@ForAll byte[] bytes) {
    try {
      JsonItem.read(Bytes.wrap(bytes), name -> true);
    } catch (UnfitRecordException unfit) {
      assertThat(unfit.failure().code()).isNotBlank();
    }
  }

  @Example
  void read_otherEncodingsThanUtf8_areRejected() {
    List<byte[]> bodies =
        List.of(
            "{\"a\":1}".getBytes(StandardCharsets.UTF_16BE),
            "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE),
            "{\"a\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1),
            new byte[] {0, 0, 0, '{', (byte) 0xff, (byte) 0xff, 0, 0},
            new byte[] {'{', '"', (byte) 0xc0, (byte) 0x80, '"', ':', '1', '}'});

    assertThat(bodies)
        .allSatisfy(
            body ->
                assertThatThrownBy(() -> JsonItem.read(Bytes.wrap(body), name -> true))
                    .isInstanceOf(UnfitRecordException.class));
  }

  @Example
  void require_whatIsNoNumber_isRefusedWithoutItsText() {
    for (String text :
        List.of("", "x", "1,5", " 1", "1e", "0x10", "NaN", "\u0661", "1_0", "--1", "1e1e1")) {
      assertThatThrownBy(() -> DynamoDbNumber.require(text))
          .isInstanceOfSatisfying(
              UnfitRecordException.class,
              unfit -> assertThat(unfit.failure().code()).isEqualTo("NotANumber"));
    }
  }
}
