package org.streamfanout.provider.memcached;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.testkit.Messages;

class MemcachedKeysProperties {
  private static final MemcachedKeys KEYS = MemcachedKeys.parse("{key}");

  private static Message message(byte[] key) {
    return Messages.of(
        FanoutRecord.builder("r", "1")
            .key("text")
            .keyBytes(Bytes.wrap(key))
            .data(Bytes.EMPTY)
            .build());
  }

  private static Message message(String key) {
    return Messages.of(FanoutRecord.builder("r", "1").key(key).data(Bytes.EMPTY).build());
  }

  @Provide
  Arbitrary<byte[]> keys() {
    Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    Arbitrary<byte[]> text =
        Arbitraries.strings()
            .withCharRange('\u001f', '\u0080')
            .ofMaxLength(260)
            .map(key -> key.getBytes(StandardCharsets.UTF_8));
    Arbitrary<byte[]> encoded =
        Arbitraries.integers()
            .between(0, 50)
            .map(
                number -> KEYS.apply(message("odd " + number)).getBytes(StandardCharsets.US_ASCII));
    return Arbitraries.oneOf(bytes, text, encoded);
  }

  @Property
  void apply_anyKey_isLegalAndAsLongAsSaid(@ForAll("keys") byte[] key) {
    String applied = KEYS.apply(message(key));

    assertThat(applied).matches("[!-~]{1,250}").hasSize(KEYS.length(message(key)));
  }

  @Property
  void apply_differentKeys_staysDifferent(
      @ForAll("keys") byte[] first, @ForAll("keys") byte[] second) {
    boolean areEqual = Bytes.wrap(first).equals(Bytes.wrap(second));

    assertThat(KEYS.apply(message(first)).equals(KEYS.apply(message(second)))).isEqualTo(areEqual);
  }

  @Example
  void apply_legalKey_isAsItIs() {
    assertThat(KEYS.apply(message("a%2b/{c}~"))).isEqualTo("a%2b/{c}~");
    assertThat(MemcachedKeys.parse("p:{key}!").apply(message("k"))).isEqualTo("p:k!");
    assertThat(KEYS.isLegal(message("k".repeat(250)))).isTrue();
    assertThat(KEYS.isLegal(message("k".repeat(251)))).isFalse();
  }

  @Example
  void apply_keyThatLooksEncoded_isEncoded() {
    String encoded = KEYS.apply(message("a b"));

    assertThat(encoded).startsWith("sha256:").hasSize(71);
    assertThat(KEYS.apply(message(encoded))).startsWith("sha256:").isNotEqualTo(encoded);
  }
}
