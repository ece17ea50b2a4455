package org.streamfanout.core.internal.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.TestContext;

/** Which changes of a row make what was settled be sent again. */
class FingerprintTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:eu-west-1:123456789012:stream/orders");
  private static final ProviderContext HERE =
      new TestContext().set(ProviderContext.REGION, "eu-west-1");

  private final String plain = of(row());

  private static TargetConfig.Builder row() {
    return TargetConfig.builder(SOURCE, "t", "sqs", "https://queue");
  }

  private static String of(TargetConfig.Builder row) {
    return Fingerprint.of(row.build(), HERE);
  }

  private static String options(Map<String, String> options) {
    return of(row().options(options));
  }

  /**
   * What a store holds was written by another release, perhaps: it must mean the same to this one.
   */
  @Test
  void of_isTheSameInEveryRelease() {
    assertThat(plain).isEqualTo("9c6eb533e102cff2ff519f7aedcd85ef00431abdadb05b281e4aac4be03dca43");
    assertThat(options(Map.of("group", "\u00e9", "a", "b")))
        .isEqualTo("bead22e30f483bdc0b2e745e2fd85a58745e78f4961094581e25b5e275d81928");
  }

  @Test
  void of_whereAndWhatIsSent_matters() {
    assertThat(of(TargetConfig.builder(SOURCE, "t", "sqs", "https://other"))).isNotEqualTo(plain);
    assertThat(of(TargetConfig.builder(SOURCE, "t", "sns", "https://queue"))).isNotEqualTo(plain);
    assertThat(of(row().filter("{\"data\":{\"a\":[1]}}"))).isNotEqualTo(plain);
    assertThat(of(row().ordering(Ordering.SHARD))).isNotEqualTo(plain);
    assertThat(of(row().role("arn:aws:iam::123456789012:role/r"))).isNotEqualTo(plain);
  }

  @Test
  void of_howItIsDelivered_doesNot() {
    DeliveryPolicy policy =
        DeliveryPolicy.builder()
            .maxAttempts(9)
            .maxRecordAge(Duration.ofHours(1))
            .maxRecordsPerSecond(5L)
            .retryBudgetPercent(50)
            .build();

    assertThat(
            of(
                row()
                    .active(false)
                    .onFailure(OnFailure.DEAD_LETTER)
                    .deadLetter("dlq")
                    .maxInFlight(7)
                    .maxMessages(3)
                    .delivery(policy)))
        .isEqualTo(plain);
  }

  @Test
  void of_optionsInAnyOrder_areTheSame_andNeverMixedUp() {
    String one = options(Map.of("a", "b", "c", "d"));

    assertThat(options(Map.of("c", "d", "a", "b"))).isEqualTo(one);
    assertThat(options(Map.of("a", "bc", "d", ""))).isNotEqualTo(one);
    assertThat(options(Map.of("ab", "c"))).isNotEqualTo(options(Map.of("a", "bc")));
    assertThat(options(Map.of("a", "b"))).isNotEqualTo(one);
  }

  @Test
  void of_theOperatorsRegion_matters() {
    ProviderContext elsewhere = new TestContext().set(ProviderContext.REGION, "eu-west-2");
    ProviderContext nowhere = new TestContext();
    ProviderContext empty = new TestContext().set(ProviderContext.REGION, "");

    assertThat(Fingerprint.of(row().build(), elsewhere)).isNotEqualTo(plain);
    assertThat(Fingerprint.of(row().build(), nowhere))
        .isNotEqualTo(plain)
        .isNotEqualTo(Fingerprint.of(row().build(), empty));
  }
}
