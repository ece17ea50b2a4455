package org.streamfanout.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.Bytes;

class TopLevelTextProperties {
  /** Whatever a payload is, looking at it ends, and finds no more than it may. */
  @Property
  void find_anything_ends(@ForAll("almostJson") String text, @ForAll byte[] raw) {
    byte[] name = "a".getBytes(StandardCharsets.UTF_8);
    String found = TopLevelText.find(Bytes.utf8(text), name, 64);
    assertThat(found == null || text.contains('"' + found + '"')).isTrue();
    TopLevelText.find(Bytes.wrap(raw), name, 64);
  }

  @Provide
  Arbitrary<String> almostJson() {
    return Arbitraries.strings().withChars("{}[]\":,\\ a1").ofMaxLength(80).map(it -> "{" + it);
  }
}
