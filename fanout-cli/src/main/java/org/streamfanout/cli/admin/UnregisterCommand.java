package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fanout unregister}: removes a target. */
@Command(
    name = "unregister",
    description = "Removes a target; what it has not got by then is given up.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class UnregisterCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  @Mixin private OneTarget target = new OneTarget();

  /** Makes the command, which prints to these. */
  public UnregisterCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    target.change(
        out, errors, List.of(), place -> place.planner().unregister(place.sourceArn(), place.id()));
    return CommandLine.ExitCode.OK;
  }
}
