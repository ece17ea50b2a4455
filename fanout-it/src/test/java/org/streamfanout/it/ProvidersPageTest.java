package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.core.registry.Providers;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.HostPort;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetProvider;

/**
 * {@code docs/providers.md} is what the providers say of themselves, and they say everything. With
 * {@code -Dfanout.docs.write=true} the page is written instead of compared.
 */
class ProvidersPageTest {
  private static final Path PAGE = Repository.file("docs/providers.md");

  static Collection<TargetProvider> providers() {
    return Providers.discover(List.of()).byType().values();
  }

  @Test
  void providersPage_madeAgain_isTheSame() throws IOException {
    String page = ProvidersPage.of(providers());
    if (Boolean.getBoolean("fanout.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @ParameterizedTest
  @MethodSource("providers")
  void description_ofEachProvider_leavesNothingEmpty(TargetProvider provider) {
    Description description = provider.describe();
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("summary", description.summary());
    texts.put("destination", description.destination());
    texts.put("example", description.example().destination());
    texts.put("ordering", description.ordering());
    texts.put("duplicates", description.duplicates());
    texts.put("limits", description.limits());
    texts.put("retried", description.retried());
    texts.put("rejected", description.rejected());
    for (Description.Option option : description.options()) {
      texts.put("values of option " + option.name(), option.values());
      texts.put("default of option " + option.name(), option.standard());
      texts.put("meaning of option " + option.name(), option.meaning());
    }

    assertThat(texts)
        .as("what type %s says of itself", provider.type())
        .allSatisfy((name, text) -> assertThat(text).as(name).isNotBlank());
  }

  @ParameterizedTest
  @MethodSource("providers")
  void example_ofEachProvider_isValid(TargetProvider provider) {
    provider.validate(ProvidersPage.example(provider), new EverythingAllowed());
  }

  /** An operator who allows every host. */
  private static final class EverythingAllowed implements ProviderContext {
    @Override
    public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
      throw new IllegalStateException("validating needs nothing that is shared");
    }

    @Override
    public String setting(String name) {
      if (name.equals(ALLOW_LOCAL)) {
        return "true";
      }
      return name.startsWith(SECRET_PREFIX) ? "secret" : null;
    }

    @Override
    public boolean allows(HostPort hostPort) {
      return true;
    }

    @Override
    public Clock clock() {
      return Clock.systemUTC();
    }
  }
}
