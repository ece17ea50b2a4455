package org.streamfanout.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "org.streamfanout", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] SPI = {"org.streamfanout.spi"};
  private static final String[] CORE = {"org.streamfanout.core.."};
  private static final String[] AWS = {"org.streamfanout.aws", "software.amazon.awssdk.."};
  private static final String[] PROVIDERS = {"org.streamfanout.provider.."};
  private static final String[] REGISTRIES = {
    "org.streamfanout.registry..", "org.streamfanout.progress.."
  };
  private static final String[] ADAPTERS = {
    "org.streamfanout.lambda..",
    "org.streamfanout.kcl",
    "org.streamfanout.kafka",
    "org.streamfanout.micrometer",
    "org.streamfanout.opentelemetry"
  };
  private static final String[] HOSTS = {
    "org.streamfanout.lambda..",
    "org.streamfanout.kcl",
    "org.streamfanout.kafka",
    "org.streamfanout.micrometer",
    "org.streamfanout.opentelemetry",
    "org.streamfanout.admin..",
    "org.streamfanout.cli.."
  };
  private static final String[] TESTKIT = {"org.streamfanout.testkit.."};

  @ArchTest
  static final ArchRule spiDependsOnNothing =
      classes()
          .that()
          .resideInAnyPackage(SPI)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "org.jspecify.annotations", "org.streamfanout.spi");

  @ArchTest
  static final ArchRule coreKnowsNeitherAwsNorWhatIsBuiltOnIt = none(CORE, AWS, PROVIDERS, HOSTS);

  @ArchTest static final ArchRule coreKnowsNoRegistryOfAService = none(CORE, REGISTRIES, TESTKIT);

  @ArchTest
  static final ArchRule awsKnowsTheContractsOnly =
      none(new String[] {"org.streamfanout.aws"}, CORE, PROVIDERS, HOSTS);

  @ArchTest
  static final ArchRule providersKnowTheContractsAndAwsOnly =
      none(PROVIDERS, CORE, REGISTRIES, HOSTS, TESTKIT);

  @ArchTest
  static final ArchRule registriesKnowTheContractsAndAwsOnly =
      none(REGISTRIES, CORE, PROVIDERS, HOSTS, TESTKIT);

  @ArchTest
  static final ArchRule adaptersKnowNoDestination =
      none(ADAPTERS, PROVIDERS, REGISTRIES, new String[] {"org.streamfanout.aws"}, TESTKIT);

  @ArchTest
  static final ArchRule adminKnowsNoDestinationAndNoHost =
      none(
          new String[] {"org.streamfanout.admin.."},
          PROVIDERS,
          ADAPTERS,
          new String[] {"org.streamfanout.cli.."},
          TESTKIT);

  @ArchTest
  static final ArchRule onlyKclReadsByTheAwsSdk =
      none(new String[] {"org.streamfanout.lambda", "org.streamfanout.kafka"}, AWS);

  @ArchTest
  static final ArchRule testkitKnowsNoEngine = none(TESTKIT, CORE, PROVIDERS, REGISTRIES, HOSTS);

  /** Each provider is a module of its own; the engine and its inner packages are one thing. */
  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().assignedFrom(new Packages()).should().beFreeOfCycles();

  @ArchTest
  static final ArchRule providersDoNotKnowOneAnother =
      slices().matching("org.streamfanout.provider.(*)..").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule whatIsPublicIsFinalUnlessMadeToBeImplemented =
      classes()
          .that()
          .arePublic()
          .and()
          .areNotInterfaces()
          .and()
          .areNotEnums()
          .and()
          .areNotAssignableTo(Throwable.class)
          .and()
          .resideOutsideOfPackages(TESTKIT)
          .should()
          .haveModifier(JavaModifier.FINAL);

  @ArchTest
  static final ArchRule locksAreReentrantLocks =
      methods()
          .should()
          .notHaveModifier(JavaModifier.SYNCHRONIZED)
          .because("a monitor pins a virtual thread, and cannot be waited for with a deadline");

  @ArchTest
  static final ArchRule noFieldIsOptional = fields().should().notHaveRawType(Optional.class);

  @ArchTest
  static final ArchRule noParameterIsOptional =
      noCodeUnits()
          .should()
          .haveRawParameterTypes(
              DescribedPredicate.describe(
                  "with an Optional",
                  types -> types.stream().anyMatch(it -> it.isEquivalentTo(Optional.class))));

  @ArchTest
  static final ArchRule nullIsMarkedEverywhere = classes().should(new BeInANullMarkedPackage());

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses()
          .that()
          .resideOutsideOfPackages(TESTKIT)
          .should()
          .callMethod(Thread.class, "sleep", long.class);

  @ArchTest
  static final ArchRule librariesPrintNothing =
      noClasses()
          .that()
          .resideInAnyPackage(
              "org.streamfanout.spi", "org.streamfanout.core..", "org.streamfanout.aws")
          .should(ACCESS_STANDARD_STREAMS);

  @ArchTest static final ArchRule exceptionsAreNamed = NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

  @ArchTest
  static final ArchRule namesSayWhatAThingIs =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Impl")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameStartingWith("Abstract");

  private static ArchRule none(String[] these, String[]... others) {
    return noClasses()
        .that()
        .resideInAnyPackage(these)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(Arrays.stream(others).flatMap(Arrays::stream).toArray(String[]::new));
  }

  /**
   * A package each; {@code core} and {@code core.internal} together, since one is the other's
   * inside.
   */
  private static final class Packages implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      String name = javaClass.getPackageName();
      return SliceIdentifier.of(
          name.startsWith("org.streamfanout.core.internal") ? "org.streamfanout.core" : name);
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }

  private static final class BeInANullMarkedPackage extends ArchCondition<JavaClass> {
    BeInANullMarkedPackage() {
      super("be in a package that is @NullMarked");
    }

    @Override
    public void check(JavaClass javaClass, ConditionEvents events) {
      boolean marked = javaClass.getPackage().isAnnotatedWith(NullMarked.class);
      events.add(
          new SimpleConditionEvent(
              javaClass, marked, javaClass.getPackageName() + " of " + javaClass.getName()));
    }
  }
}
