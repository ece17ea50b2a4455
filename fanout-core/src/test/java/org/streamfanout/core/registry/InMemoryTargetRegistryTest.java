package org.streamfanout.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.Targets;

class InMemoryTargetRegistryTest {
  private final Source source = Source.of("kafka://a:1/t");

  private TargetConfig target(String id, boolean active) {
    return TargetConfig.builder(source, id, "file", "x").active(active).build();
  }

  @Test
  void targetsFor_activeAndInactive_bothKnown() {
    var registry = new InMemoryTargetRegistry(target("b", true), target("a", true));
    registry.put(target("c", false));

    Targets targets = registry.targetsFor(source);
    assertThat(targets.valid()).extracting(TargetConfig::id).containsExactly("b", "a");
    assertThat(targets.inactive()).containsExactly("c");
    assertThat(registry.targetsFor(Source.of("kafka://a:1/u")).isEmpty()).isTrue();
  }

  @Test
  void put_sameId_replaces() {
    var registry = new InMemoryTargetRegistry(target("a", true));
    registry.put(target("a", false));

    assertThat(registry.targetsFor(source).valid()).isEmpty();
    assertThat(registry.targetsFor(source).inactive()).containsExactly("a");
  }

  @Test
  void remove_last_sourceIsEmpty() {
    var registry = new InMemoryTargetRegistry(target("a", true));
    registry.remove(source, "other");
    registry.remove(source, "a");

    assertThat(registry.targetsFor(source).isEmpty()).isTrue();
  }
}
