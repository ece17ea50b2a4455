package org.streamfanout.cli.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.AdminException;
import org.streamfanout.admin.TargetCheck;
import org.streamfanout.cli.status.StatusDocument;
import org.streamfanout.cli.status.StatusPage;
import org.streamfanout.cli.status.WebServer;
import org.streamfanout.cli.status.WebServer.Answer;
import org.streamfanout.cli.status.Workers;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fanout status}: tells how workers do, and what the targets table has. */
@Command(
    name = "status",
    description = {
      "Tells how workers do and what the targets table has, or serves the page that shows it.",
      "Without --worker and without a table, it asks the worker at " + StatusCommand.USUAL + "."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer =
        "%nExit codes: 0 all is well, 1 something is held, down, invalid or does not answer, 2 bad"
            + " usage or configuration.")
public final class StatusCommand implements Callable<Integer> {
  static final String USUAL = "http://127.0.0.1:8080";

  /** Something is to be looked at. */
  private static final int TROUBLE = 1;

  private static final int USUAL_PORT = 8081;
  private static final int HIGHEST_PORT = 65_535;
  private static final String LOOPBACK = "127.0.0.1";
  private static final Answer ELSEWHERE =
      Answer.text(WebServer.NOT_FOUND, WebServer.PLAIN, "there are / and /status.json\n");

  private final PrintWriter out;
  private final PrintWriter errors;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--worker",
      paramLabel = "URL",
      description = "The health port of a worker; may be repeated.")
  private List<String> workers = List.of();

  @Option(names = "--serve", description = "Serves the status page until it is stopped.")
  private boolean serve;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port of the page; 8081 if not given, 0 takes a free one.")
  private @Nullable Integer port;

  @Option(
      names = "--bind",
      paramLabel = "HOST",
      description = "The address to serve on; 127.0.0.1 if not given. There is no login.")
  private @Nullable String bind;

  @Mixin private TableOptions table = new TableOptions();
  @Mixin private CheckOptions checks = new CheckOptions();
  @Mixin private OutputOption output = new OutputOption();

  /** Makes the command, which prints to these. */
  public StatusCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() {
    boolean withTable =
        isGiven("--function")
            || isGiven("--function-arn")
            || isGiven("--table")
            || isGiven("--table-arn");
    List<String> problems = new ArrayList<>();
    List<URI> urls = urls(withTable, problems);
    addServeProblems(problems);
    table.addProblems(problems);
    if (!problems.isEmpty()) {
      throw new AdminException(problems);
    }
    try (Workers asked = new Workers(urls)) {
      if (!withTable) {
        return tell(asked, null);
      }
      try (AdminClients clients = table.open(null, errors);
          TargetCheck check = checks.check(table.aws())) {
        return tell(asked, new TableStatus(table.tableName(), table.table(clients), check));
      }
    }
  }

  private boolean isGiven(String option) {
    return spec != null && spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private List<URI> urls(boolean withTable, List<String> problems) {
    List<URI> urls = new ArrayList<>();
    for (String each : workers.isEmpty() && !withTable ? List.of(USUAL) : workers) {
      try {
        urls.add(Workers.url(each));
      } catch (IllegalArgumentException e) {
        problems.add("--worker " + e.getMessage());
      }
    }
    return urls;
  }

  private void addServeProblems(List<String> problems) {
    if (port != null && (port < 0 || port > HIGHEST_PORT)) {
      problems.add("--port " + port + " is no port");
    }
    if (!serve && (port != null || bind != null)) {
      problems.add("--port and --bind have no effect without --serve");
    }
    if (serve && isGiven("--output")) {
      problems.add("--output has no effect with --serve; the page's JSON is at /status.json");
    }
  }

  private int tell(Workers asked, @Nullable TableStatus rows) {
    if (serve) {
      return serve(asked, rows);
    }
    ObjectNode document = document(asked, rows == null ? null : rows.read());
    if (output.isJson()) {
      out.println(JsonText.of(document));
    } else {
      new StatusText(out).print(document);
    }
    out.flush();
    return document.path("fine").asBoolean() ? CommandLine.ExitCode.OK : TROUBLE;
  }

  private static ObjectNode document(Workers asked, @Nullable ObjectNode rows) {
    List<ObjectNode> answers = asked.ask();
    return StatusDocument.of(Clock.systemUTC().instant(), answers, rows);
  }

  private int serve(Workers asked, @Nullable TableStatus rows) {
    Supplier<byte[]> document =
        () -> StatusDocument.bytes(document(asked, rows == null ? null : rows.readNowAndThen()));
    String host = bind == null ? LOOPBACK : bind;
    StatusPage page = new StatusPage(host, document);
    try (WebServer server =
        WebServer.start(
            host,
            port == null ? USUAL_PORT : port,
            "fanout-status",
            (path, askedBy) -> page.answer(path, askedBy).orElse(ELSEWHERE))) {
      errors.println("fanout: status page at " + server.url() + "/");
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new AdminException(
          "--port of --bind '" + host + "' cannot be listened on: " + e.getMessage());
    }
    return CommandLine.ExitCode.OK;
  }
}
