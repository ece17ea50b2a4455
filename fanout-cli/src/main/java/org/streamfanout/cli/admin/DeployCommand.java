package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.DeployPlan;
import org.streamfanout.admin.DeployPlanner;
import org.streamfanout.admin.Deployment;
import org.streamfanout.admin.FunctionCode;
import org.streamfanout.admin.Polling;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code fanout deploy}: makes a function with its table and its role, or changes what differs. */
@Command(
    name = "deploy",
    description = "Makes the function with its table and its role, or changes what differs.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class DeployCommand implements Callable<Integer> {
  /** Roles are known after seconds; network interfaces of a VPC may take minutes. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final PrintWriter out;
  private final PrintWriter errors;
  private final Polling polling;

  @Mixin private TableOptions table = new TableOptions();
  @Mixin private RoleOptions role = new RoleOptions();

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "The function's jar; the one beside this command by default.")
  private @Nullable Path jar;

  @Option(
      names = "--s3-bucket",
      paramLabel = "NAME",
      description = "Brings the jar to Lambda by way of this bucket; needed above 50 MiB.")
  private @Nullable String bucket;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "The function's memory; 512 where it is made, else as it is.")
  private @Nullable Integer memory;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "The function's timeout; 30 where it is made, else as it is.")
  private @Nullable Integer timeout;

  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      description = "java17 or later; java21 where it is made, else as it is.")
  private @Nullable String runtime;

  @Option(
      names = "--subnet",
      paramLabel = "ID",
      split = ",",
      description = "Runs the function in a VPC; may be repeated. Needs --security-group.")
  private List<String> subnets = new ArrayList<>();

  @Option(
      names = "--security-group",
      paramLabel = "ID",
      split = ",",
      description = "Of the function in a VPC; may be repeated. Needs --subnet.")
  private List<String> securityGroups = new ArrayList<>();

  @Option(
      names = "--environment",
      paramLabel = "NAME=VALUE",
      description = "A variable of the function; may be repeated. Others that it has stay.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--billing",
      paramLabel = "provisioned|on-demand",
      description =
          "Of a table that is made: 10 read and 1 write units, or by request; ${DEFAULT-VALUE} by"
              + " default.",
      defaultValue = "provisioned")
  private String billing = "provisioned";

  @Mixin private GrantOptions grants = new GrantOptions();

  @Option(
      names = "--revoke",
      description = "Takes from the role what it was granted before and is not needed now.")
  private boolean revoke;

  @Mixin private OutputOption output = new OutputOption();

  @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
  private boolean dryRun;

  /** Makes the command, which prints to these. */
  public DeployCommand(PrintWriter out, PrintWriter errors) {
    this(out, errors, Polling.system(LONGEST_WAIT));
  }

  DeployCommand(PrintWriter out, PrintWriter errors, Polling polling) {
    this.out = out;
    this.errors = errors;
    this.polling = polling;
  }

  @Override
  public Integer call() {
    Deployment wanted = deployment();
    try (AdminClients clients = table.open(null, errors)) {
      DeployPlan plan = new DeployPlanner(clients, polling).plan(wanted);
      new DeployPrinter(out, errors, output, dryRun, "is so already").run(plan);
      if (!output.isJson() && !dryRun) {
        out.println(
            "Next: ./fanout register <type>"
                + table.again()
                + " ..., then ./fanout deploy again, which grants what the new targets need, and"
                + " ./fanout hook");
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private Deployment deployment() {
    List<String> problems = new ArrayList<>();
    table.addProblems(problems);
    role.addProblems(problems);
    grants.addProblems(problems);
    boolean onDemand = billing.toLowerCase(Locale.ROOT).equals("on-demand");
    if (!onDemand && !billing.toLowerCase(Locale.ROOT).equals("provisioned")) {
      problems.add("--billing is '" + billing + "'; write provisioned or on-demand");
    }
    FunctionCode code = null;
    try {
      code = FunctionCode.of(jar != null ? jar : FunctionJar.find());
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    if (code == null) {
      throw new AdminException(problems);
    }
    Deployment wanted = null;
    try {
      wanted =
          Deployment.of(table.functionName(), code)
              .functionIsThere(table.isFunctionArn())
              .table(table.givenTable())
              .role(role.role())
              .bucket(bucket)
              .memory(memory)
              .timeout(timeout)
              .runtime(runtime)
              .vpc(subnets, securityGroups)
              .environment(environment)
              .onDemand(onDemand)
              .revoke(revoke)
              .grants(grants::addTo)
              .build();
    } catch (AdminException e) {
      problems.addAll(e.problems());
    }
    if (wanted == null || !problems.isEmpty()) {
      throw new AdminException(problems);
    }
    return wanted;
  }
}
