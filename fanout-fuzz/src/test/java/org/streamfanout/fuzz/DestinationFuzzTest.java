package org.streamfanout.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.PayloadStoreProvider;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TestContext;

/** Destinations and options: every provider takes a row or says what is wrong with it. */
class DestinationFuzzTest {
  private static final List<TargetProvider> PROVIDERS =
      ServiceLoader.load(TargetProvider.class).stream().map(ServiceLoader.Provider::get).toList();

  private static final List<PayloadStoreProvider> STORES =
      ServiceLoader.load(PayloadStoreProvider.class).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private static final List<Source> SOURCES =
      List.of(Records.KINESIS, Records.DYNAMODB, Records.KAFKA);

  /** The option's value goes to each option of each provider in turn. */
  @FuzzTest
  void validate_anyDestinationAndOption_isSoundOrInvalid(byte[] destinationAndOptionLine) {
    Lines lines = new Lines(destinationAndOptionLine);
    String destination = lines.next();
    String option = lines.next();
    boolean anyHost = lines.rest().isEmpty();
    if (destination.isBlank()) {
      return;
    }
    try (TestContext context = new TestContext()) {
      if (anyHost) {
        context.set(ProviderContext.ALLOWED_HOSTS, "*");
      }
      for (TargetProvider provider : PROVIDERS) {
        validate(provider, context, row(provider, destination, Map.of()));
        Map<String, String> all = new LinkedHashMap<>();
        for (Description.Option each : provider.describe().options()) {
          all.put(each.name(), option);
          validate(provider, context, row(provider, destination, Map.of(each.name(), option)));
        }
        validate(provider, context, row(provider, destination, all));
      }
      for (PayloadStoreProvider store : STORES) {
        TargetConfig target =
            TargetConfig.builder(Records.KINESIS, "t", "sqs", "x").claimCheck(destination).build();
        check(() -> store.validate(target, context));
        assertThat(store.permissions(target)).isNotNull();
      }
    }
  }

  private static TargetConfig row(
      TargetProvider provider, String destination, Map<String, String> options) {
    Source source = SOURCES.get(Math.floorMod(destination.hashCode(), SOURCES.size()));
    return TargetConfig.builder(source, "t", provider.type(), destination).options(options).build();
  }

  private static void validate(TargetProvider provider, TestContext context, TargetConfig target) {
    if (check(() -> provider.validate(target, context))) {
      assertThat(provider.capabilities(target)).isNotNull();
      assertThat(provider.permissions(target)).isNotNull();
    }
  }

  /** Returns whether a row is sound. */
  private static boolean check(Runnable validation) {
    try {
      validation.run();
      return true;
    } catch (InvalidTargetException e) {
      assertThat(e.problems()).isNotEmpty().allSatisfy(problem -> assertThat(problem).isNotBlank());
      return false;
    }
  }
}
