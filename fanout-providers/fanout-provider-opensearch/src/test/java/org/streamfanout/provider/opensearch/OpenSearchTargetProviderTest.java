package org.streamfanout.provider.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.BodyFormat;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class OpenSearchTargetProviderTest {
  private static final String DOMAIN =
      "search-logs-abcdefghijklmnopqrstuvwxyz.eu-west-1.es.amazonaws.com";

  private final OpenSearchTargetProvider provider = new OpenSearchTargetProvider();
  private final TestContext context = new TestContext();

  private static TargetConfig.Builder target(String destination) {
    return TargetConfig.builder(Records.KINESIS, "t", "es", destination);
  }

  private List<String> problems(TargetConfig target) {
    InvalidTargetException error =
        catchThrowableOfType(
            InvalidTargetException.class, () -> provider.validate(target, context));
    return error == null ? List.of() : error.problems();
  }

  @Test
  void type_ofTheOriginal_isAnAlias() {
    assertThat(provider.type()).isEqualTo("opensearch");
    assertThat(provider.aliases()).containsExactly("es");
  }

  @ParameterizedTest
  @CsvSource({
    DOMAIN + "#orders, https://" + DOMAIN + ", orders, es, eu-west-1",
    DOMAIN + "#orders/order, https://" + DOMAIN + ", orders, es, eu-west-1",
    "https://" + DOMAIN + "#orders, https://" + DOMAIN + ", orders, es, eu-west-1",
    "vpc-a-b1.ap-southeast-10.es.amazonaws.com#.o-1,"
        + " https://vpc-a-b1.ap-southeast-10.es.amazonaws.com, .o-1, es, ap-southeast-10",
    "search-x.cn-north-1.es.amazonaws.com.cn#i, https://search-x.cn-north-1.es.amazonaws.com.cn, i,"
        + " es, cn-north-1",
    "search-x.us-gov-west-1.es.amazonaws.com#i, https://search-x.us-gov-west-1.es.amazonaws.com, i,"
        + " es, us-gov-west-1",
    "search-x.us-iso-east-1.es.c2s.ic.gov#i, https://search-x.us-iso-east-1.es.c2s.ic.gov, i, es,"
        + " us-iso-east-1",
    "0a1b2c3d4e5f6g7h8i9j.eu-west-1.aoss.amazonaws.com#orders,"
        + " https://0a1b2c3d4e5f6g7h8i9j.eu-west-1.aoss.amazonaws.com, orders, aoss, eu-west-1"
  })
  void parse_endpointOfAws_isAnIndex(
      String destination, String base, String name, String service, String region) {
    OpenSearchIndex index = OpenSearchIndex.parse(destination, context).orElseThrow();

    assertThat(index.base()).hasToString(base);
    assertThat(index.name()).isEqualTo(name);
    assertThat(index.service()).isEqualTo(service);
    assertThat(index.region()).isEqualTo(region);
    assertThat(problems(target(destination).build())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://node.internal:9200#orders, http://node.internal:9200",
    "https://node.internal:9200#orders, https://node.internal:9200",
    "node.internal:9200#orders, https://node.internal:9200",
    "https://other.internal#orders, https://other.internal:443",
    "http://other.internal#orders, http://other.internal:80"
  })
  void parse_hostThatTheOperatorAllows_isAnIndex(String destination, String base) {
    assertThat(OpenSearchIndex.parse(destination, context)).isEmpty();

    context.set(ProviderContext.ALLOWED_HOSTS, "node.internal:9200,other.internal");

    OpenSearchIndex index = OpenSearchIndex.parse(destination, context).orElseThrow();
    assertThat(index.base()).hasToString(base);
    assertThat(index.aws()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "#orders",
        DOMAIN,
        DOMAIN + "#",
        DOMAIN + "/orders",
        DOMAIN + ":443#orders",
        DOMAIN + ".#orders",
        DOMAIN + ".evil.example#orders",
        DOMAIN + "#orders/a/b",
        DOMAIN + "#orders/",
        DOMAIN + "#orders/_bulk?x",
        DOMAIN + "#orders/../x",
        DOMAIN + "#orders\n",
        "http://" + DOMAIN + "#orders",
        "HTTPS://" + DOMAIN + "#orders",
        "search-x.eu-west-1.es.amazonaws.com.cn#orders",
        "search-x.cn-north-1.es.amazonaws.com#orders",
        "search-x.nowhere.es.amazonaws.com#orders",
        "a.search-x.eu-west-1.es.amazonaws.com#orders",
        "evil.eu-west-1.es.amazonaws.com#orders",
        "search-x.eu-west-1.s3.amazonaws.com#orders",
        "user@" + DOMAIN + "#orders",
        "https://169.254.169.254#orders",
        "http://localhost:9200#orders"
      })
  void parse_anythingElse_isNoIndex(String destination) {
    assertThat(OpenSearchIndex.parse(destination, context)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Orders",
        "_orders",
        "-orders",
        "+orders",
        ".",
        "..",
        "a b",
        "a\tb",
        "a,b",
        "a#b",
        "a*",
        "a?",
        "a\"b",
        "a<b",
        "a>b",
        "a|b",
        "a\\b",
        "a:b",
        "\u00c9",
        "a\u0000",
        "a\u2028b"
      })
  void parse_nameThatOpenSearchRefuses_isNoIndex(String name) {
    assertThat(OpenSearchIndex.parse(DOMAIN + "#" + name, context)).isEmpty();
  }

  @Test
  void parse_nameOfAtMost255Bytes_isAnIndex() {
    assertThat(OpenSearchIndex.parse(DOMAIN + "#" + "a".repeat(255), context)).isPresent();
    assertThat(OpenSearchIndex.parse(DOMAIN + "#" + "a".repeat(256), context)).isEmpty();
    assertThat(OpenSearchIndex.parse(DOMAIN + "#" + "\u00e9".repeat(127), context)).isPresent();
    assertThat(OpenSearchIndex.parse(DOMAIN + "#" + "\u00e9".repeat(128), context)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"record", "key", "none", "field:id", "field:/a/0/b~1c", "field:a.b"})
  void validate_everyKindOfId_isTaken(String id) {
    assertThat(problems(target(DOMAIN + "#i").options(Map.of("id", id)).build())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "id, field:, 'id'",
    "id, field:/, 'id'",
    "id, Record, 'id'",
    "action, delete, 'action'",
    "auth, iam, 'auth'",
    "user, u, auth=basic",
    "password, p, auth=basic"
  })
  void validate_badOption_isAProblem(String name, String value, String mention) {
    assertThat(problems(target(DOMAIN + "#i").options(Map.of(name, value)).build()))
        .singleElement()
        .asString()
        .contains(mention);
  }

  @Test
  void validate_updateWithoutIds_isAProblem() {
    assertThat(
            problems(
                target(DOMAIN + "#i").options(Map.of("id", "none", "action", "update")).build()))
        .hasSize(1);
  }

  @Test
  void validate_roleThatNothingSignsWith_isAProblem() {
    TargetConfig.Builder target =
        target(DOMAIN + "#i").role("arn:aws:iam::111122223333:role/fan").externalId("ext");

    assertThat(problems(target.build())).isEmpty();
    assertThat(problems(target.options(Map.of("auth", "none")).build())).hasSize(1);
  }

  @Test
  void validate_passwordWrittenIntoTheRow_isNotRepeated() {
    List<String> problems =
        problems(
            target(DOMAIN + "#i")
                .options(Map.of("auth", "basic", "user", "u", "password", "s3cret!"))
                .build());

    assertThat(problems).hasSize(1);
    assertThat(problems.get(0)).doesNotContain("s3cret");
  }

  @Test
  void capabilities_areThoseOfBulkCalls() {
    Capabilities capabilities = provider.capabilities(target(DOMAIN + "#i").build());

    assertThat(capabilities.bodyFormat()).isEqualTo(BodyFormat.BINARY);
    assertThat(capabilities.collapses()).containsExactly(Collapse.NONE);
    assertThat(capabilities.callOrder()).isEqualTo(CallOrder.UNORDERED);
    assertThat(capabilities.limits()).isEqualTo(OpenSearchTargetProvider.LIMITS);
    assertThat(capabilities.tombstones()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "key, index, true",
    "key, update, true",
    "key, create, false",
    "record, index, false"
  })
  void capabilities_tombstones_areForKeysThatAreIds(String id, String action, boolean tombstones) {
    TargetConfig target = target(DOMAIN + "#i").options(Map.of("id", id, "action", action)).build();

    assertThat(provider.capabilities(target).tombstones()).isEqualTo(tombstones);
  }

  @Test
  void permissions_ofADomain_areOnTheIndexOnly() {
    assertThat(provider.permissions(target(DOMAIN + "#orders/type").build()))
        .containsExactly(
            new Permission("es:ESHttpPost", "arn:aws:es:eu-west-1:*:domain/logs/orders/_bulk"),
            new Permission("es:ESHttpHead", "arn:aws:es:eu-west-1:*:domain/logs/orders"));
  }

  @Test
  void permissions_ofACollection_areOnIt() {
    String role = "arn:aws:iam::111122223333:role/fan";

    assertThat(
            provider.permissions(
                target("0a1b2c3d4e5f6g7h8i9j.eu-west-1.aoss.amazonaws.com#i").role(role).build()))
        .containsExactly(
            new Permission("sts:AssumeRole", role),
            new Permission(
                "aoss:APIAccessAll", "arn:aws:aoss:eu-west-1:*:collection/0a1b2c3d4e5f6g7h8i9j"));
  }

  @Test
  void permissions_withoutSignature_areNone() {
    assertThat(provider.permissions(target("https://node.internal:9200#i").build())).isEmpty();
    assertThat(
            provider.permissions(
                target(DOMAIN + "#i")
                    .options(Map.of("auth", "basic", "user", "u", "password", "p"))
                    .build()))
        .isEmpty();
  }
}
