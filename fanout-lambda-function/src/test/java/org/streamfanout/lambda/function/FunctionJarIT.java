package org.streamfanout.lambda.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What is in the jar that is uploaded, and how large it is: what docs/lambda.md says of it. */
class FunctionJarIT {
  private static final Path JAR =
      Path.of(Objects.requireNonNull(System.getProperty("fanout.function.jar")));
  private static final String SERVICES = "META-INF/services/org.streamfanout.spi.TargetProvider";
  private static final long MEGABYTE = 1_000_000;

  private static List<String> names(InputStream services) throws IOException {
    return new String(services.readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** Every provider of the sources but that of Kafka, whose client is too large. */
  private static List<String> providers() throws IOException {
    List<String> providers = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of("..", "fanout-providers"))) {
      for (Path module : modules.sorted().toList()) {
        Path services = module.resolve("src/main/resources").resolve(SERVICES);
        if (Files.exists(services) && !module.endsWith("fanout-provider-kafka")) {
          try (InputStream in = Files.newInputStream(services)) {
            providers.addAll(names(in));
          }
        }
      }
    }
    return providers;
  }

  @Test
  void jar_services_areEveryProviderButKafka() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      assertThat(names(jar.getInputStream(jar.getEntry(SERVICES))))
          .hasSizeGreaterThan(12)
          .containsExactlyInAnyOrderElementsOf(providers());
    }
  }

  @Test
  void jar_size_isWhatTheDocumentsSay() throws IOException {
    MatchResult figures =
        Pattern.compile("about (\\d+) MB \\(.*this unpacks to (\\d+) MB\\)")
            .matcher(Files.readString(Path.of("..", "docs", "lambda.md")))
            .results()
            .findFirst()
            .orElseThrow();
    long unpacked;
    try (JarFile jar = new JarFile(JAR.toFile())) {
      unpacked = jar.stream().mapToLong(ZipEntry::getSize).sum();
    }

    assertThat(Files.size(JAR) / (double) MEGABYTE)
        .isCloseTo(Long.parseLong(figures.group(1)), within(2.0));
    assertThat(unpacked / (double) MEGABYTE)
        .isCloseTo(Long.parseLong(figures.group(2)), within(5.0));
  }

  /** As known 2026-11: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  @Test
  void jar_size_isBelowWhatLambdaTakesDirectly() throws IOException {
    assertThat(Files.size(JAR)).isLessThan(50 * MEGABYTE);
  }
}
