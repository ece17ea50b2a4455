package org.streamfanout.core.kpl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

class KplDeaggregatorProperties {

  @Provide
  Arbitrary<List<KplEncoder.User>> users() {
    Arbitrary<String> keys =
        Arbitraries.strings()
            .ofMaxLength(8)
            .filter(key -> key.chars().noneMatch(one -> Character.isSurrogate((char) one)));
    return Combinators.combine(
            keys,
            Arbitraries.bigIntegers().map(String::valueOf).injectNull(0.5),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(64))
        .as(KplEncoder.User::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }

  @Property(tries = 300)
  void deaggregate_whatWasAggregated_givesItBack(
      @ForAll("users") List<KplEncoder.User> users, @ForAll boolean tablesLast) {
    KplEncoder encoder = KplEncoder.of(users);
    byte[] data = (tablesLast ? encoder.tablesLast() : encoder).aggregate();

    Deaggregated result = KplDeaggregator.deaggregate(KplEncoder.record(data));

    assertThat(result.rejections()).isEmpty();
    List<String> actual = new ArrayList<>();
    for (FanoutRecord record : result.records()) {
      actual.add(record.key() + "/" + record.explicitHashKey() + "/" + record.data().toBase64());
    }
    List<String> expected = new ArrayList<>();
    for (KplEncoder.User user : users) {
      expected.add(user.key() + "/" + user.hashKey() + "/" + Bytes.wrap(user.data()).toBase64());
    }
    assertThat(actual).isEqualTo(expected);
  }

  @Property(tries = 2000)
  void deaggregate_randomMessage_neverThrowsAndStaysWithinTheRecord(
      @ForAll @Size(max = 300) byte[] message) {
    assertSound(KplEncoder.seal(message));
  }

  @Property(tries = 1000)
  void deaggregate_mutatedMessage_neverThrowsAndStaysWithinTheRecord(
      @ForAll("users") List<KplEncoder.User> users,
      @ForAll @IntRange(max = 10_000) int place,
      @ForAll byte value,
      @ForAll boolean truncate) {
    byte[] message = KplEncoder.of(users).message();
    int at = place % message.length;
    if (truncate) {
      message = java.util.Arrays.copyOf(message, at);
    } else {
      message[at] = value;
    }
    assertSound(KplEncoder.seal(message));
  }

  private static void assertSound(byte[] data) {
    Deaggregated result = KplDeaggregator.deaggregate(KplEncoder.record(data));

    // a user record takes six bytes at least, so what it holds bounds what is made of it
    assertThat(result.records().size()).isLessThanOrEqualTo(1 + data.length / 6);
    assertThat(result.rejections().keySet())
        .allSatisfy(index -> assertThat(index).isBetween(0, result.records().size() - 1));
    for (FanoutRecord record : result.records()) {
      assertThat(record.data().array()).isSameAs(data);
    }
  }
}
