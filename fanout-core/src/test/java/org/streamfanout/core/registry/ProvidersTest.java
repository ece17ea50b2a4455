package org.streamfanout.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.ProviderNotFoundException;
import org.streamfanout.spi.TargetProvider;

class ProvidersTest {
  private final TargetProvider search = new FakeProvider("opensearch", List.of("es"), false);

  @Test
  void get_typeOrAlias_theProvider() {
    Providers providers = Providers.of(List.of(search));

    assertThat(providers.get("opensearch")).isSameAs(search);
    assertThat(providers.get("es")).isSameAs(search);
    assertThat(providers.byType()).containsOnlyKeys("opensearch");
    assertThat(providers.byName()).containsOnlyKeys("opensearch", "es");
  }

  @Test
  void get_unknownType_errorNamesTheArtifact() {
    Providers providers = Providers.of(List.of(search));

    assertThatThrownBy(() -> providers.get("file"))
        .isInstanceOf(ProviderNotFoundException.class)
        .hasMessageContaining("org.streamfanout:fanout-provider-local")
        .hasMessageContaining("[es, opensearch]");
  }

  @Test
  void of_twoFoundWithOneName_errorNamesBoth() {
    TargetProvider other = new FakeProvider("es", List.of(), false);

    assertThatThrownBy(() -> Providers.of(List.of(), List.of(search, other)))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'es' is claimed by " + FakeProvider.class.getName() + " and by ");
  }

  @Test
  void of_explicitAndFoundWithOneName_explicitWins() {
    TargetProvider explicit = new FakeProvider("es", List.of(), false);

    Providers providers = Providers.of(List.of(explicit), List.of(search));

    assertThat(providers.get("es")).isSameAs(explicit);
    assertThat(providers.get("opensearch")).isSameAs(search);
  }

  @Test
  void discover_nothingOnTheClassPath_explicitOnly() {
    assertThat(Providers.discover(List.of(search)).byName().values()).containsOnly(search);
  }
}
