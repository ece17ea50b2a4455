package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What {@code scripts/templates} says of {@code deploy/}, or of a copy of it. */
final class Templates {
  static final Path DEPLOY = Repository.file("deploy");
  private static final Path SCRIPTS = Repository.file("scripts/templates");
  private static final JsonMapper MAPPER = new JsonMapper();

  /** What was planned before, since a plan costs a process. */
  private static final Map<String, String> PLANS = new ConcurrentHashMap<>();

  /** Generous: some seconds on a machine with nothing else to do. */
  private static final long TIMEOUT_SECONDS = 600;

  /** What a script left behind. */
  record Ran(int exitCode, String out, String errors) {}

  private Templates() {}

  /** Checks the templates in a folder, or just those that are named. */
  static Ran check(Path deploy, String... names) throws Exception {
    List<String> command = new ArrayList<>(List.of("check.mjs"));
    command.addAll(List.of(names));
    return node(deploy, "", command);
  }

  /** Works a template out for given parameters. */
  static Ran tryPlan(String template, Map<String, ?> parameters) throws Exception {
    ArrayNode asked = MAPPER.createArrayNode();
    asked.addObject().put("template", template).set("parameters", MAPPER.valueToTree(parameters));
    return node(DEPLOY, asked.toString(), List.of("plan.mjs"));
  }

  /** Returns what a template would make. */
  static JsonNode plan(String template, Map<String, ?> parameters) throws Exception {
    String key = template + " " + new TreeMap<>(parameters);
    String known = PLANS.get(key);
    if (known == null) {
      Ran ran = tryPlan(template, parameters);
      assertThat(ran.exitCode()).as(ran.errors()).isZero();
      known = ran.out();
      PLANS.put(key, known);
    }
    return MAPPER.readTree(known).get(0);
  }

  /** Copies the templates, for a test to break. */
  static Path copy(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(DEPLOY)) {
      for (Path file : files.toList()) {
        Path copied = folder.resolve(DEPLOY.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copied);
        } else {
          Files.copy(file, copied);
        }
      }
    }
    return folder;
  }

  private static Ran node(Path deploy, String input, List<String> script) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("node", SCRIPTS.resolve(script.get(0)).toString()));
    command.addAll(script.subList(1, script.size()));
    Path folder = Files.createTempDirectory("templates");
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    Path in = Files.writeString(folder.resolve("in"), input);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("FANOUT_TEMPLATES", deploy.toString());
    Process process =
        builder
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("still running: " + command);
      }
      return new Ran(process.exitValue(), Files.readString(out), Files.readString(errors));
    } finally {
      process.destroyForcibly();
      for (Path file : List.of(in, out, errors, folder)) {
        Files.delete(file);
      }
    }
  }
}
