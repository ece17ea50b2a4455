package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The bills of materials of what is published (CycloneDX, made by the build), and the page of
 * licences made from them. {@code -Dfanout.docs.write=true} writes the page again.
 */
class DependenciesIT {
  /** Licences that let others use what depends on them under terms of their own. */
  private static final Set<String> ALLOWED =
      Set.of(
          "Apache-2.0",
          "BSD-2-Clause",
          "BSD-3-Clause",
          "CC0-1.0",
          "EPL-2.0",
          "MIT",
          "MIT-0",
          "Unlicense");

  private static final Path PAGE = Repository.file("docs/dependencies.md");
  private static final JsonMapper JSON = new JsonMapper();

  private static List<Path> bills() throws IOException {
    try (Stream<Path> files = Files.walk(Repository.ROOT, 4)) {
      return files
          .filter(file -> file.endsWith("target/bom.json"))
          .filter(DependenciesIT::isPublishedJar)
          .toList();
    }
  }

  private static boolean isPublishedJar(Path bill) {
    Path pom = bill.resolveSibling("../pom.xml");
    try {
      String text = Files.readString(pom);
      return !text.contains("<packaging>pom</packaging>")
          && !text.contains("<maven.deploy.skip>true</maven.deploy.skip>");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the licences of everything that the published jars need, by name and version. */
  private static Map<String, Set<String>> licences() throws IOException {
    Map<String, Set<String>> licences = new TreeMap<>();
    for (Path bill : bills()) {
      for (JsonNode component : JSON.readTree(bill.toFile()).path("components")) {
        String group = component.path("group").asText();
        if (group.equals("org.streamfanout")) {
          continue;
        }
        Set<String> its =
            licences.computeIfAbsent(
                "`"
                    + group
                    + ":"
                    + component.path("name").asText()
                    + "` | "
                    + component.path("version").asText(),
                absent -> new TreeSet<>());
        for (JsonNode each : component.path("licenses")) {
          JsonNode licence = each.path("license");
          its.add(
              each.hasNonNull("expression")
                  ? each.get("expression").asText()
                  : licence.path("id").asText(licence.path("name").asText()));
        }
      }
    }
    return licences;
  }

  @Test
  void publishedJars_all_haveABillOfMaterials() throws IOException {
    List<String> modules = new ArrayList<>();
    for (Path bill : bills()) {
      JsonNode component = JSON.readTree(bill.toFile()).path("metadata").path("component");
      modules.add(component.path("name").asText());
    }
    String bom = Files.readString(Repository.file("bom/pom.xml"));

    assertThat(modules).hasSizeGreaterThan(20).doesNotHaveDuplicates();
    for (String module : bom.split("<dependency>")) {
      int name = module.indexOf("<artifactId>fanout-");
      if (name >= 0 && module.contains("<version>${project.version}")) {
        assertThat(modules)
            .contains(module.substring(name + 12, module.indexOf("</artifactId>", name)));
      }
    }
  }

  @Test
  void dependencies_all_areUnderALicenceThatMayBePassedOn() throws IOException {
    assertThat(licences())
        .hasSizeGreaterThan(50)
        .allSatisfy(
            (dependency, its) -> assertThat(its).as(dependency).isNotEmpty().isSubsetOf(ALLOWED));
  }

  @Test
  void page_isWhatTheBillsSay() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # What published jars depend on

            Made from the bills of materials (CycloneDX, `target/bom.json`, published beside each jar) by
            `DependenciesIT`, which also fails for a licence that may not be passed on. Not by hand.

            | Dependency | Version | Licence |
            | --- | --- | --- |
            """);
    licences()
        .forEach(
            (dependency, its) ->
                page.append("| ")
                    .append(dependency)
                    .append(" | ")
                    .append(String.join(", ", its))
                    .append(" |\n"));
    if (Boolean.getBoolean("fanout.docs.write")) {
      Files.writeString(PAGE, page);
    }

    assertThat(PAGE).as("-Dfanout.docs.write=true writes it again").hasContent(page.toString());
  }
}
