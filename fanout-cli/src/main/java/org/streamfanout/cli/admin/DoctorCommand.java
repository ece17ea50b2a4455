package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.doctor.Diagnosis;
import org.streamfanout.admin.doctor.Diagnosis.Level;
import org.streamfanout.admin.doctor.Doctor;
import org.streamfanout.core.EnvironmentSecrets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout doctor}: says what is wrong with a fan-out, and what to do. Writes nothing. */
@Command(
    name = "doctor",
    description =
        "Looks at rows, function, mappings, sources, destinations, roles, keys and network, and says"
            + " what is wrong and how to mend it. Changes nothing.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class DoctorCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;
  private final Consumer<String> progress;

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private TableOptions table = new TableOptions();
  @Mixin private CheckOptions checks = new CheckOptions();

  @Option(
      names = "--no-function",
      description = "A worker reads the sources: looks for no function and no mapping.")
  private boolean noFunction;

  @Option(names = "--only-problems", description = "Leaves out what is well.")
  private boolean onlyProblems;

  @Mixin private OutputOption output = new OutputOption();

  /**
   * Makes the command.
   *
   * @param progress is told what is looked at; an empty text when that is over
   */
  public DoctorCommand(PrintWriter out, PrintWriter errors, Consumer<String> progress) {
    this.out = out;
    this.errors = errors;
    this.progress = progress;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    source.addProblems(false, problems);
    table.addProblems(problems);
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    List<Diagnosis> found;
    try (AdminClients clients = table.open(source.arn(), errors)) {
      found =
          Doctor.builder(clients, table.tableName())
              .function(noFunction ? null : table.functionReference())
              .source(source.isGiven() ? source.resolve(clients) : null)
              .settings(checks.settings(table.aws()))
              .secrets(new EnvironmentSecrets(System.getenv()))
              .again(table.again())
              .progress(progress)
              .build()
              .examine();
    } finally {
      progress.accept("");
    }
    print(found.stream().filter(each -> !onlyProblems || each.level() != Level.OK).toList(), found);
    return Doctor.isPassed(found) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.USAGE;
  }

  private void print(List<Diagnosis> shown, List<Diagnosis> all) {
    if (output.isJson()) {
      out.println(JsonText.of(shown.stream().map(DoctorCommand::json).toList()));
    } else {
      shown.forEach(this::print);
      out.println(
          String.format(
              Locale.ROOT,
              "%d problems, %d warnings, %d unknown, %d well; seen from this machine, with its"
                  + " credentials",
              count(all, Level.PROBLEM),
              count(all, Level.WARNING),
              count(all, Level.UNKNOWN),
              count(all, Level.OK)));
    }
    out.flush();
  }

  private void print(Diagnosis each) {
    out.println(
        String.format(
            Locale.ROOT,
            "%-8s %-12s %s: %s",
            each.level(),
            each.check(),
            each.subject(),
            each.text()));
    each.commands().forEach(command -> out.println("         " + command));
  }

  private static long count(List<Diagnosis> all, Level level) {
    return all.stream().filter(each -> each.level() == level).count();
  }

  private static Map<String, @Nullable Object> json(Diagnosis each) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("level", each.level().name());
    json.put("check", each.check());
    json.put("subject", each.subject());
    json.put("text", each.text());
    json.put("commands", each.commands());
    return json;
  }
}
