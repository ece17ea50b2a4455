package org.streamfanout.cli.admin;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.StoredTarget;
import org.streamfanout.admin.TargetsFile;
import org.streamfanout.admin.TargetsTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout export}: writes targets as a file for version control. */
@Command(
    name = "export",
    description = "Writes the targets of a source, or of all, as JSON or YAML.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ExportCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  /** The formats. */
  enum Format {
    json,
    yaml
  }

  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Where to; standard output if not given.")
  private @Nullable Path file;

  @Option(
      names = "--format",
      paramLabel = "json|yaml",
      description = "By the name of the file; json if that does not say.")
  private @Nullable Format format;

  @Mixin private SourceOptions source = new SourceOptions();
  @Mixin private TableOptions table = new TableOptions();

  /** Makes the command, which prints to these. */
  public ExportCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    source.addProblems(false, problems);
    table.addProblems(problems);
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    List<StoredTarget> rows;
    try (AdminClients clients = table.open(source.arn(), errors)) {
      TargetsTable targets = table.table(clients);
      rows = source.isGiven() ? targets.rows(source.resolve(clients).id()) : targets.rows();
    }
    String text = format().write(rows);
    if (file == null) {
      out.println(text.stripTrailing());
      out.flush();
    } else {
      write(file, text.stripTrailing() + "\n");
      errors.println("fanout: " + rows.size() + " targets written to " + file);
    }
    return CommandLine.ExitCode.OK;
  }

  private TargetsFile format() {
    if (format != null) {
      return TargetsFile.valueOf(format.name().toUpperCase(Locale.ROOT));
    }
    return file == null ? TargetsFile.JSON : TargetsFile.of(file.toString());
  }

  /** Replaces the file as a whole, so that whatever ends this leaves the old one or the new one. */
  private static void write(Path file, String text) {
    Path whole = file.toAbsolutePath();
    try {
      Path part = Files.createTempFile(whole.getParent(), "." + whole.getFileName(), ".part");
      try {
        Files.writeString(part, text);
        Files.move(
            part, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new AdminException("--file '" + file + "' cannot be written: " + e);
    }
  }
}
