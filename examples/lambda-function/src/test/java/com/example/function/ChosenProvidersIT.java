package com.example.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The jar that this build makes has the providers that its pom names, and no others. */
class ChosenProvidersIT {
  private static final File JAR = new File(System.getProperty("fanout.function.jar"));
  private static final long MEGABYTE = 1_000_000;

  @Test
  void jar_services_areTheProvidersThatThePomNames() throws IOException {
    try (JarFile jar = new JarFile(JAR)) {
      String services =
          new String(
              jar.getInputStream(
                      jar.getEntry("META-INF/services/org.streamfanout.spi.TargetProvider"))
                  .readAllBytes(),
              StandardCharsets.UTF_8);

      assertThat(services.lines())
          .containsExactlyInAnyOrder(
              "org.streamfanout.provider.sqs.SqsTargetProvider",
              "org.streamfanout.provider.firehose.FirehoseTargetProvider");
    }
  }

  /** By themselves: the loader sees the JDK and the jar. */
  @Test
  void jar_itsProviders_canBeLoaded() throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {JAR.toURI().toURL()}, ClassLoader.getPlatformClassLoader())) {
      Class<?> contract = loader.loadClass("org.streamfanout.spi.TargetProvider");

      assertThat(ServiceLoader.load(contract, loader))
          .extracting(provider -> contract.getMethod("type").invoke(provider))
          .containsExactlyInAnyOrder("sqs", "firehose");
      assertThat(loader.loadClass("org.streamfanout.lambda.function.FanoutFunction")).isFinal();
    }
  }

  @Test
  void jar_size_isLessThanHalfOfThatWithEveryProvider() throws IOException {
    assertThat(JAR.length()).isBetween(5 * MEGABYTE, 21 * MEGABYTE);
    try (JarFile jar = new JarFile(JAR)) {
      assertThat(jar.stream())
          .noneMatch(entry -> entry.getName().startsWith("io/lettuce/"))
          .noneMatch(entry -> entry.getName().startsWith("software/amazon/awssdk/services/s3/"));
    }
  }
}
