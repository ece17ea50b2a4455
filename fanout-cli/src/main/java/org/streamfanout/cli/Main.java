package org.streamfanout.cli;

import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.streamfanout.admin.AdminException;
import org.streamfanout.cli.admin.DeployCommand;
import org.streamfanout.cli.admin.DestroyCommand;
import org.streamfanout.cli.admin.DoctorCommand;
import org.streamfanout.cli.admin.ExportCommand;
import org.streamfanout.cli.admin.HookCommand;
import org.streamfanout.cli.admin.ImportCommand;
import org.streamfanout.cli.admin.ListCommand;
import org.streamfanout.cli.admin.MappingCommand;
import org.streamfanout.cli.admin.PlanCommand;
import org.streamfanout.cli.admin.PolicyCommand;
import org.streamfanout.cli.admin.RegisterCommand;
import org.streamfanout.cli.admin.StatusCommand;
import org.streamfanout.cli.admin.SwitchCommand;
import org.streamfanout.cli.admin.UnregisterCommand;
import org.streamfanout.cli.admin.UpdateCommand;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The command line. Exit codes: 0 all records settled, or stopped as asked; 1 something held, or
 * ended otherwise; 2 bad usage or configuration.
 */
@Command(
    name = "fanout",
    description = "Delivers the records of a stream to many targets.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  /** Everything was settled. */
  static final int SETTLED = 0;

  /** Something was held. */
  static final int HELD = 1;

  /** Bad usage or configuration. */
  static final int UNUSABLE = 2;

  private Main() {}

  /** The version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"fanout " + (version == null ? "(not from a jar)" : version)};
    }
  }

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    int code = run(System.in, System.out, System.err, arguments);
    System.out.flush();
    System.exit(code);
  }

  /**
   * Runs a command.
   *
   * @return its exit code
   */
  static int run(InputStream in, PrintStream out, PrintStream err, String... arguments) {
    PrintWriter output = new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true);
    PrintWriter errors = new PrintWriter(new OutputStreamWriter(err, StandardCharsets.UTF_8), true);
    return commandLine(in, output, errors).execute(arguments);
  }

  /** Returns the command with all of its own. */
  static CommandLine commandLine(InputStream in, PrintWriter output, PrintWriter errors) {
    return new CommandLine(new Main())
        .addSubcommand(new RunCommand(in, output, errors))
        .addSubcommand(new ReplayCommand(output, errors))
        .addSubcommand(new KinesisCommand(output, errors))
        .addSubcommand(new KafkaCommand(output, errors))
        .addSubcommand(new DynamoDbCommand(output, errors))
        .addSubcommand(new StatusCommand(output, errors))
        .addSubcommand(new DoctorCommand(output, errors, Terminal.line(errors)))
        .addSubcommand(new DeployCommand(output, errors))
        .addSubcommand(new DestroyCommand(in, output, errors))
        .addSubcommand(new PolicyCommand(output, errors))
        .addSubcommand(new HookCommand(output, errors))
        .addSubcommand(MappingCommand.unhook(output, errors))
        .addSubcommand(MappingCommand.pause(output, errors))
        .addSubcommand(MappingCommand.resume(output, errors))
        .addSubcommand(new ListCommand(output, errors))
        .addSubcommand(new RegisterCommand(output, errors))
        .addSubcommand(new UpdateCommand(output, errors))
        .addSubcommand(SwitchCommand.activate(output, errors))
        .addSubcommand(SwitchCommand.deactivate(output, errors))
        .addSubcommand(new UnregisterCommand(output, errors))
        .addSubcommand(new ExportCommand(output, errors))
        .addSubcommand(new ImportCommand(output, errors))
        .addSubcommand(PlanCommand.commandLine())
        .addSubcommand(new ProvidersCommand(output))
        .addSubcommand(new AutoComplete.GenerateCompletion())
        .setOut(output)
        .setErr(errors)
        .setExecutionExceptionHandler(
            (problem, commandLine, parsed) -> {
              if (problem instanceof UnusableException unusable) {
                unusable.print(errors);
                return UNUSABLE;
              }
              if (problem instanceof AdminException refused) {
                refused.problems().forEach(each -> errors.println("fanout: " + each));
                return UNUSABLE;
              }
              throw problem;
            });
  }
}
