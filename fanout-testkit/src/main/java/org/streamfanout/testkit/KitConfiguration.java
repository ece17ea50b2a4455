package org.streamfanout.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.TargetProviderKit.InvalidTarget;

/** What the kit asks of a provider before anything is sent. */
final class KitConfiguration {
  private static final String NAME = "[a-z][a-z0-9-]*";

  private KitConfiguration() {}

  static void isFoundByServiceLoader(TargetProviderKit kit) {
    Class<? extends TargetProvider> type = kit.provider().getClass();
    assertThat(ServiceLoader.load(TargetProvider.class).stream().map(ServiceLoader.Provider::type))
        .as("providers named in META-INF/services/%s", TargetProvider.class.getName())
        .contains(type);
  }

  static void saysWhatItIs(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      TargetProvider provider = run.provider;
      Description description = provider.describe();
      assertThat(provider.type()).matches(NAME);
      assertThat(provider.aliases())
          .allSatisfy(alias -> assertThat(alias).matches(NAME))
          .doesNotContain(provider.type())
          .doesNotHaveDuplicates();
      assertThat(
              List.of(
                  description.summary(),
                  description.destination(),
                  description.ordering(),
                  description.duplicates(),
                  description.limits(),
                  description.retried(),
                  description.rejected()))
          .as("summary, destination, ordering, duplicates, limits, retried, rejected")
          .allSatisfy(text -> assertThat(text).isNotBlank());
      assertThat(description.options())
          .allSatisfy(
              option ->
                  assertThat(List.of(option.name(), option.values(), option.meaning()))
                      .allSatisfy(text -> assertThat(text).isNotBlank()));
      assertThat(run.target.options().keySet())
          .as("options of the kit's own row, all described")
          .isSubsetOf(description.options().stream().map(Description.Option::name).toList());
      assertThat(provider.type()).isEqualTo(run.target.type());
    }
  }

  static void doesNoIoBeforeTheFirstSend(TargetProviderKit kit) throws Exception {
    try (KitDestination destination = kit.open();
        TestContext context = new TestContext()) {
      destination.configure(context);
      TargetConfig target = destination.target();
      List<String> seen =
          IoWatch.during(
              () -> {
                TargetProvider provider = kit.provider();
                provider.describe();
                provider.capabilities(target);
                provider.validate(target, context);
                provider.permissions(target);
                provider.open(target, context).close();
              });
      assertThat(seen).as("what making, validating and opening did beyond computing").isEmpty();
      assertThat(destination.connections()).as("connections before the first send").isZero();
    }
  }

  static void namesEveryProblemOfAnInvalidTarget(TargetProviderKit kit) throws Exception {
    List<InvalidTarget> invalid = kit.invalidTargets();
    assertThat(invalid).as("the kit's invalid targets").isNotEmpty();
    assertThat(invalid)
        .as("one of them has several problems")
        .anyMatch(each -> each.mentions().size() > 1);
    try (KitDestination destination = kit.open();
        TestContext context = new TestContext()) {
      destination.configure(context);
      for (InvalidTarget each : invalid) {
        InvalidTargetException problems =
            catchThrowableOfType(
                InvalidTargetException.class,
                () -> kit.provider().validate(each.target(), context));
        assertThat(problems).as("the verdict on %s", each.target().toRow()).isNotNull();
        assertThat(problems.problems()).as("problems").hasSameSizeAs(each.mentions());
        List<String> left = new ArrayList<>(problems.problems());
        for (String mention : each.mentions()) {
          String found =
              left.stream().filter(text -> text.contains(mention)).findFirst().orElse("");
          assertThat(found)
              .as("a problem that mentions '%s', among %s", mention, left)
              .isNotEmpty();
          left.remove(found);
        }
      }
    }
  }

  static void refusesHostileDestinations(TargetProviderKit kit) throws Exception {
    try (KitDestination destination = kit.open();
        TestContext nothingAllowed = new TestContext()) {
      TargetConfig sound = destination.target();
      List<String> valid =
          HostileDestinations.all()
              .filter(text -> isValid(kit.provider(), sound, text, nothingAllowed))
              .filter(kit.isHarmless().negate())
              .distinct()
              .collect(Collectors.toList());
      assertThat(valid).as("hostile destinations that validate").isEmpty();
      assertThat(destination.connections()).isZero();
    }
  }

  private static boolean isValid(
      TargetProvider provider, TargetConfig sound, String destination, TestContext context) {
    TargetConfig target =
        TargetConfig.builder(sound.source(), sound.id(), sound.type(), destination)
            .region(sound.region())
            .options(sound.options())
            .build();
    Throwable verdict = catchThrowable(() -> provider.validate(target, context));
    assertThat(verdict)
        .as("validate throws nothing but InvalidTargetException, for '%s'", destination)
        .satisfiesAnyOf(
            error -> assertThat(error).isNull(),
            error -> assertThat(error).isInstanceOf(InvalidTargetException.class));
    return verdict == null;
  }

  static void limitsAreWhatCapabilitiesSayOrLower(TargetProviderKit kit) throws Exception {
    try (KitRun run = new KitRun(kit)) {
      Limits limits = run.limits();
      long[] numbers = {limits.maxMessages(), limits.maxBatchBytes(), limits.maxMessageBytes()};
      assertThat(Arrays.stream(numbers)).allMatch(number -> number > 0);
      assertThat(run.capabilities.collapses()).contains(run.capabilities.defaultCollapse());
    }
  }
}
