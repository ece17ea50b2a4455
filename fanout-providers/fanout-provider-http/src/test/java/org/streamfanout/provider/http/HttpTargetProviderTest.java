package org.streamfanout.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

class HttpTargetProviderTest {
  private final HttpTargetProvider provider = new HttpTargetProvider();
  private final TestContext context =
      new TestContext().set(ProviderContext.ALLOWED_HOSTS, "hooks.example,127.0.0.1:8080,[::1]:1");

  private static TargetConfig target(String destination, Map<String, String> options) {
    return TargetConfig.builder(Records.KINESIS, "t", "http", destination).options(options).build();
  }

  private void validate(String destination, Map<String, String> options) {
    provider.validate(target(destination, options), context);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://hooks.example/in",
        "https://hooks.example",
        "https://HOOKS.example:8443/a/b?c=d%20e",
        "http://127.0.0.1:8080/",
        "http://[::1]:1/"
      })
  void validate_urlOnAnAllowedHost_isValid(String url) {
    assertThatCode(() -> validate(url, Map.of())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://other.example/in",
        "https://hooks.example.other.example/",
        "https://other.example/?hooks.example",
        "http://127.0.0.1/",
        "http://127.0.0.1:8081/",
        "http://2130706433:8080/",
        "https://sqs.eu-west-1.amazonaws.com/1/q"
      })
  void validate_urlOnAnyOtherHost_isNotAllowed(String url) {
    assertThatThrownBy(() -> validate(url, Map.of()))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageMatching("(?s).*(is not allowed|is not a URL).*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hooks.example/in",
        "//hooks.example/in",
        "file://hooks.example/in",
        "ftp://hooks.example/in",
        "https://user@hooks.example/in",
        "https://@hooks.example/in",
        "https://hooks.example/in#part",
        "https://hooks.example/\u00e9",
        "https://hooks.ex\u0430mple/",
        "https://hooks.example/a b",
        "https:hooks.example",
        "https:///in",
        ""
      })
  void validate_whatIsNoPlainUrl_isNone(String url) {
    assertThatThrownBy(() -> validate(url.isEmpty() ? "-" : url, Map.of()))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("is not a URL");
  }

  @Test
  void validate_secretInPlaceOfItsName_isNotRepeated() {
    assertThatThrownBy(
            () ->
                validate(
                    "https://hooks.example/",
                    Map.of("auth", "bearer", "secret", "s3same open now!")))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("fanout.secret.<name>")
        .hasMessageNotContaining("s3same");
  }

  @Test
  void validate_bearerTokenInTheOpen_isAProblem() {
    Map<String, String> bearer = Map.of("auth", "bearer", "secret", "hook");

    context.set(ProviderContext.ALLOWED_HOSTS, "hooks.example,127.hooks.example,127.0.0.1:8080");
    assertThatThrownBy(() -> validate("http://127.hooks.example/", bearer))
        .hasMessageContaining("use https://");
    assertThatThrownBy(() -> validate("http://hooks.example/", bearer))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("use https://");
    assertThatCode(() -> validate("https://hooks.example/", bearer)).doesNotThrowAnyException();
    assertThatCode(() -> validate("http://127.0.0.1:8080/", bearer)).doesNotThrowAnyException();
  }

  @Test
  void validate_secretThatNothingUses_isAProblem() {
    assertThatThrownBy(() -> validate("https://hooks.example/", Map.of("secret", "name")))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("of no use");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain; charset=utf-8", "a/b+c;d=\"e\""})
  void validate_mediaType_isValid(String type) {
    assertThatCode(() -> validate("https://hooks.example/", Map.of("contentType", type)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "a/b\r\nHost: x", "a/b;", "a/\u00e9", "/"})
  void validate_noMediaType_isAProblem(String type) {
    assertThatThrownBy(() -> validate("https://hooks.example/", Map.of("contentType", type)))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("contentType");
  }

  @Test
  void capabilities_takeAnythingInOneMiB() {
    Capabilities capabilities = provider.capabilities(target("https://hooks.example/", Map.of()));

    assertThat(capabilities.limits()).isEqualTo(HttpTargetProvider.LIMITS);
    assertThat(capabilities.collapses()).containsExactlyInAnyOrder(Collapse.values());
    assertThat(capabilities.defaultCollapse()).isEqualTo(Collapse.JSON);
    assertThat(capabilities.tombstones()).isFalse();
  }

  @Test
  void capabilities_withMaxBytes_followIt() {
    assertThat(
            provider
                .capabilities(target("https://hooks.example/", Map.of("maxBytes", "10485760")))
                .limits()
                .maxMessageBytes())
        .isEqualTo(10_485_760);
  }

  @Test
  void permissions_areNone() {
    assertThat(provider.permissions(target("https://hooks.example/", Map.of()))).isEmpty();
  }
}
