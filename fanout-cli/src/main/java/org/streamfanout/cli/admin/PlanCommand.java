package org.streamfanout.cli.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fanout plan}: what another command would do, with nothing done. */
@Command(
    name = "plan",
    description =
        "Says what another command would do, such as plan import targets.yaml or plan deploy, and"
            + " does nothing; the same as that command with --dry-run.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class PlanCommand implements Callable<Integer> {
  private static final String DRY_RUN = "--dry-run";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      paramLabel = "<command>",
      description = "A command that changes something: one that has --dry-run.")
  private String command = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "<argument>",
      description = "What that command is given.")
  private List<String> arguments = new ArrayList<>();

  /** Returns the command as a part of a command line. */
  public static CommandLine commandLine() {
    return new CommandLine(new PlanCommand())
        .setUnmatchedOptionsArePositionalParams(true)
        .setStopAtPositional(true);
  }

  private PlanCommand() {}

  @Override
  public Integer call() {
    CommandLine all = spec.parent().commandLine();
    CommandLine planned = all.getSubcommands().get(command);
    if (planned == null || planned.getCommandSpec().findOption(DRY_RUN) == null) {
      throw new ParameterException(
          spec.commandLine(),
          "'" + command + "' is no command that changes something; these are: " + plannable(all));
    }
    List<String> line = new ArrayList<>();
    line.add(command);
    line.addAll(arguments);
    if (!arguments.contains(DRY_RUN)) {
      line.add(DRY_RUN);
    }
    return all.execute(line.toArray(String[]::new));
  }

  private static String plannable(CommandLine all) {
    return String.join(
        ", ",
        all.getSubcommands().entrySet().stream()
            .filter(each -> each.getValue().getCommandSpec().findOption(DRY_RUN) != null)
            .map(each -> each.getKey())
            .sorted()
            .toList());
  }
}
