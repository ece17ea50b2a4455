package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fanout hook}: has the function read a source, or changes how it does. */
@Command(
    name = "hook",
    description = "Has the function read a source; of one that it reads, changes what is given.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class HookCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  @Mixin private OneMapping mapping = new OneMapping();
  @Mixin private HookOptions options = new HookOptions();

  /** Makes the command, which prints to these. */
  public HookCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    List<String> problems = new ArrayList<>();
    options.addProblems(problems);
    mapping.change(
        out,
        errors,
        problems,
        (planner, source, clients) ->
            planner.hook(
                source,
                options.settings(),
                mapping.table().table(clients),
                mapping.table().tableName()));
    return CommandLine.ExitCode.OK;
  }
}
