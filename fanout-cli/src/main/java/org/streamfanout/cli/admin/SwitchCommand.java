package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.streamfanout.admin.RowChange;
import org.streamfanout.admin.TargetsTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code fanout activate} and {@code fanout deactivate}: switch a target on and off. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
public final class SwitchCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;
  private final boolean active;

  @Mixin private OneTarget target = new OneTarget();

  private SwitchCommand(PrintWriter out, PrintWriter errors, boolean active) {
    this.out = out;
    this.errors = errors;
    this.active = active;
  }

  /** Returns the command that switches on, which prints to these. */
  public static CommandLine activate(PrintWriter out, PrintWriter errors) {
    return named(
        new SwitchCommand(out, errors, true),
        "activate",
        "Switches a target on, once its row has no problem left.");
  }

  /** Returns the command that switches off, which prints to these. */
  public static CommandLine deactivate(PrintWriter out, PrintWriter errors) {
    return named(
        new SwitchCommand(out, errors, false),
        "deactivate",
        "Switches a target off; what it has not got by then is given up.");
  }

  private static CommandLine named(SwitchCommand command, String name, String description) {
    CommandLine line = new CommandLine(command).setCommandName(name);
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }

  @Override
  public Integer call() {
    RowChange change = new RowChange(Map.of(TargetsTable.ACTIVE, active), Set.of());
    target.change(
        out,
        errors,
        List.of(),
        place -> List.of(place.planner().update(place.sourceArn(), place.id(), change)));
    return CommandLine.ExitCode.OK;
  }
}
