package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.DeliveryPolicy;
import org.streamfanout.spi.OnFailure;
import org.streamfanout.spi.OnOpen;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Oversize;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;

/** What the documents say is there, is there. */
class DocsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:|#)([^)#\\s]+)");

  private static final Pattern CODE = Pattern.compile("(?s)```java\n(.*?)```");

  private static final Path OWN_RUNTIME =
      Repository.file("examples/src/main/java/org/streamfanout/examples/OwnRuntime.java");

  /** All that readers are given: the top folder's, the example's, those of docs and of deploy. */
  static List<Path> documents() throws IOException {
    List<Path> documents =
        new ArrayList<>(
            List.of(
                Repository.file("README.md"),
                Repository.file("CONTRIBUTING.md"),
                Repository.file("examples/custom-provider/README.md")));
    for (String folder : List.of("docs", "deploy")) {
      try (Stream<Path> files = Files.walk(Repository.file(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
      }
    }
    return documents;
  }

  @ParameterizedTest
  @MethodSource("documents")
  void links_relative_leadSomewhere(Path document) throws IOException {
    List<Path> targets =
        LINK.matcher(Files.readString(document))
            .results()
            .map(link -> document.resolveSibling(link.group(1)))
            .toList();

    assertThat(targets).allSatisfy(target -> assertThat(target).exists());
  }

  @Test
  void readme_itsTwoCommands_nameFilesThatExist() throws IOException {
    String readme = Files.readString(Repository.file("README.md"));

    assertThat(readme)
        .contains(
            "./fanout run --event examples/events/kinesis-kpl.json"
                + " --targets examples/targets.json\n")
        .contains("scripts/verify\n");
    assertThat(Repository.file("fanout")).isExecutable();
    assertThat(Repository.file("scripts/verify")).isExecutable();
    assertThat(Repository.file("examples/events/kinesis-kpl.json")).exists();
    assertThat(JsonTargetRegistry.read(Repository.file("examples/targets.json")).unplaced())
        .isEmpty();
  }

  @Test
  void readme_embeddingExample_isTheCompiledOne() throws IOException {
    String code =
        Files.readString(
            Repository.file(
                "examples/src/main/java/org/streamfanout/examples/EmbeddedFanout.java"));
    String body =
        code.substring(code.indexOf("    var targets"), code.lastIndexOf("  }"))
            .lines()
            .map(line -> line.substring(Math.min(4, line.length())))
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(Repository.file("README.md"))).contains(body);
  }

  @Test
  void kclPage_worker_isTheCompiledOne() throws IOException {
    String code =
        read(
            Repository.file(
                "examples/src/main/java/org/streamfanout/examples/KclWorkerExample.java"));
    String body =
        code.substring(code.indexOf("    var targets"), code.lastIndexOf("  }"))
            .lines()
            .map(line -> line.substring(Math.min(4, line.length())))
            .collect(Collectors.joining("\n"));

    assertThat(read(Repository.file("docs/kcl.md"))).contains(body);
  }

  @Test
  void kafkaPage_itsCode_isTheCompiledCode() {
    String code =
        read(
            Repository.file(
                "examples/src/main/java/org/streamfanout/examples/KafkaConsumerExample.java"));
    List<String> shown =
        CODE.matcher(read(Repository.file("docs/kafka.md")))
            .results()
            .map(block -> block.group(1))
            .toList();

    assertThat(shown).hasSize(1).allSatisfy(block -> assertThat(code).contains(block));
  }

  @Test
  void operationsPage_itsCode_isTheCompiledCode() {
    String code =
        read(
            Repository.file("examples/src/main/java/org/streamfanout/examples/MeteredFanout.java"));
    List<String> shown =
        CODE.matcher(read(Repository.file("docs/operations.md")))
            .results()
            .map(block -> block.group(1))
            .toList();

    assertThat(shown).hasSize(1).allSatisfy(block -> assertThat(code).contains(block));
  }

  @Test
  void readmes_codeOfTheCustomProvider_isTheCompiledCode() throws IOException {
    String code = customProvider().stream().map(DocsTest::read).collect(Collectors.joining());
    String readme = read(Repository.file("README.md"));
    List<String> shown =
        Stream.of(
                readme.substring(readme.indexOf("## Write your own destination")),
                read(Repository.file("examples/custom-provider/README.md")))
            .flatMap(text -> CODE.matcher(text).results())
            .map(block -> block.group(1))
            .toList();

    assertThat(shown).hasSizeGreaterThan(3).allSatisfy(block -> assertThat(code).contains(block));
  }

  @Test
  void embeddingPage_itsCode_isTheCompiledCode() throws IOException {
    String code;
    try (Stream<Path> files = Files.walk(Repository.file("examples/src/main/java"))) {
      code =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(DocsTest::read)
              .collect(Collectors.joining());
    }
    List<String> shown =
        CODE.matcher(read(Repository.file("docs/embedding.md")))
            .results()
            .map(block -> block.group(1))
            .toList();

    assertThat(shown).hasSize(4).allSatisfy(block -> assertThat(code).contains(block));
    assertThat(shown.get(0)).isEqualTo(read(OWN_RUNTIME));
  }

  @Test
  void ownRuntime_wholeFile_isShorterThan60Lines() {
    assertThat(read(OWN_RUNTIME).lines().count()).isLessThan(60);
  }

  @Test
  void customProvider_mainCode_isShorterThan150Lines() throws IOException {
    assertThat(customProvider().stream().mapToLong(file -> read(file).lines().count()).sum())
        .isLessThan(150);
  }

  private static List<Path> customProvider() throws IOException {
    try (Stream<Path> files =
        Files.walk(Repository.file("examples/custom-provider/src/main/java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void targetsPage_everyColumn_isDescribed() throws IOException {
    String page = Files.readString(Repository.file("docs/targets.md"));

    assertThat(new TreeSet<>(everyColumn().keySet()))
        .allSatisfy(column -> assertThat(page).contains("| `" + column + "` |"));
  }

  private static Map<String, Object> everyColumn() {
    return TargetConfig.builder(Source.of("kafka://a:1/t"), "id", "type", "destination")
        .role("r")
        .externalId("e")
        .region("r")
        .collapse("none")
        .parallel(false)
        .convertDdb(true)
        .deaggregate(true)
        .appendNewlines(true)
        .wholeChange(true)
        .passthrough(true)
        .ordering(Ordering.KEY)
        .onFailure(OnFailure.DROP)
        .deadLetter("d")
        .deadLetterOnly(true)
        .oversize(Oversize.CLAIM_CHECK)
        .claimCheck("c")
        .filter("{}")
        .transform("t")
        .maxInFlight(1)
        .delivery(
            DeliveryPolicy.builder()
                .maxAttempts(1)
                .maxRecordAge(Duration.ofSeconds(1))
                .onOpen(OnOpen.SHED)
                .maxRecordsPerSecond(1L)
                .maxBytesPerSecond(1L)
                .retryBudgetPercent(1)
                .build())
        .maxMessages(1)
        .maxBatchBytes(1L)
        .maxMessageBytes(1L)
        .options(Map.of("a", "b"))
        .build()
        .toRow();
  }
}
