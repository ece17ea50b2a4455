package org.streamfanout.core.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.PayloadStore;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.ProviderNotFoundException;
import org.streamfanout.spi.TargetConfig;

class PayloadStoresTest {
  private record Store(String scheme) implements PayloadStoreProvider {
    @Override
    public void validate(TargetConfig target, ProviderContext context) {}

    @Override
    public PayloadStore open(TargetConfig target, ProviderContext context) {
      throw new AssertionError("nothing is opened here");
    }
  }

  private static final Store S3 = new Store("s3");
  private static final Store FILE = new Store("file");

  @Test
  void get_bySchemeOfTheColumn() {
    PayloadStores stores = PayloadStores.of(List.of(S3, FILE));

    assertThat(stores.get("s3://bucket/prefix")).isSameAs(S3);
    assertThat(stores.get("file:/tmp")).isSameAs(FILE);
    assertThat(stores.byScheme()).containsOnlyKeys("file", "s3");
  }

  @Test
  void get_schemeThatNobodyHas_tellsWhichThereAre() {
    PayloadStores stores = PayloadStores.of(List.of(S3));

    for (String column : List.of("gs://bucket", "s3", "")) {
      assertThatThrownBy(() -> stores.get(column))
          .isInstanceOf(ProviderNotFoundException.class)
          .hasMessageContaining("'" + column + "'")
          .hasMessageContaining("[s3]");
    }
  }

  @Test
  void get_noneAtAll_namesTheArtifact() {
    assertThatThrownBy(() -> PayloadStores.of(List.of()).get("s3://bucket"))
        .isInstanceOf(ProviderNotFoundException.class)
        .hasMessageContaining("fanout-provider-s3");
  }

  @Test
  void of_twoWithOneScheme_errorNamesBoth() {
    assertThatThrownBy(() -> PayloadStores.of(List.of(S3, new Store("s3"))))
        .isInstanceOf(FanoutException.class)
        .hasMessageContaining("'s3:'")
        .hasMessageContaining(Store.class.getName());
  }

  @Test
  void discover_explicitOnesAreThere() {
    assertThat(PayloadStores.discover(List.of(S3)).get("s3://bucket")).isSameAs(S3);
  }
}
