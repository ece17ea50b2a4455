package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.streamfanout.admin.HookPlan;
import org.streamfanout.admin.HookPlanner;
import org.streamfanout.admin.HookSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code fanout unhook}, {@code fanout pause} and {@code fanout resume}: of a source that is read.
 */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
public final class MappingCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;
  private final Change change;

  @Mixin private OneMapping mapping = new OneMapping();

  /** What becomes of the mapping. */
  @FunctionalInterface
  private interface Change {
    HookPlan plan(HookPlanner planner, HookSource source);
  }

  private MappingCommand(PrintWriter out, PrintWriter errors, Change change) {
    this.out = out;
    this.errors = errors;
    this.change = change;
  }

  /** Returns the command that has a source read no more, which prints to these. */
  public static CommandLine unhook(PrintWriter out, PrintWriter errors) {
    return named(
        new MappingCommand(out, errors, HookPlanner::unhook),
        "unhook",
        "Has the function read a source no more; the place where it stopped is forgotten.");
  }

  /** Returns the command that stops reading for a while, which prints to these. */
  public static CommandLine pause(PrintWriter out, PrintWriter errors) {
    return named(
        new MappingCommand(out, errors, HookPlanner::pause),
        "pause",
        "Stops reading a source for a while; the place where it stopped is kept.");
  }

  /** Returns the command that goes on reading, which prints to these. */
  public static CommandLine resume(PrintWriter out, PrintWriter errors) {
    return named(
        new MappingCommand(out, errors, HookPlanner::resume),
        "resume",
        "Goes on reading a source that was paused.");
  }

  private static CommandLine named(MappingCommand command, String name, String description) {
    CommandLine line = new CommandLine(command).setCommandName(name);
    line.getCommandSpec().usageMessage().description(description);
    return line;
  }

  @Override
  public Integer call() {
    mapping.change(
        out, errors, List.of(), (planner, source, clients) -> change.plan(planner, source));
    return CommandLine.ExitCode.OK;
  }
}
