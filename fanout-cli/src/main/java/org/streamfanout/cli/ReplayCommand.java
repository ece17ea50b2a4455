package org.streamfanout.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.Shell;
import org.streamfanout.core.LetterFilter;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.FanoutException;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.Targets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.core.exception.SdkException;

/** {@code fanout replay}: sends dead letters to the target that did not take them. */
@Command(
    name = "replay",
    description = "Sends dead letters to the target that did not take them.",
    mixinStandardHelpOptions = true,
    footer =
        "%nThe first SIGTERM or SIGINT stops after the letters in hand, or 5 s; the next one at"
            + " once."
            + "%nExit codes: 0 every letter of the target accepted, 1 something is left,"
            + " 2 bad usage or configuration.")
final class ReplayCommand implements Callable<Integer> {
  /** What letters in hand have once somebody asks for the end. */
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  /** SQS counts in seconds, and hides for 12 hours at most, as known 2026-11. */
  private static final Duration SHORTEST_VISIBILITY = Duration.ofSeconds(3);

  private static final Duration LONGEST_VISIBILITY = Duration.ofHours(11);

  private static final Duration TICK = Duration.ofMillis(500);

  @Spec private @Nullable CommandSpec spec;

  private final PrintWriter out;
  private final PrintWriter errors;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "PLACE",
      description =
          "Where the letters are: a file or a directory, s3://bucket/prefix, or a queue's URL or"
              + " ARN.")
  private String from = "";

  @Option(
      names = "--target",
      required = true,
      paramLabel = "ID",
      description = "The target; letters of others stay where they are.")
  private String target = "";

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(
      names = "--dry-run",
      description = "Says what would be sent; sends, deletes and writes nothing.")
  private boolean dryRun;

  @Option(names = "--rate", paramLabel = "N", description = "At most so many letters a second.")
  private @Nullable Integer rate;

  @Option(
      names = "--filter",
      paramLabel = "PATTERN",
      description =
          "EventBridge pattern over the letters' fields, such as {\"failureCode\":[\"TooLarge\"]}.")
  private @Nullable String filter;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "Of files and buckets: where the letters that came through are written down, so that the"
              + " next replay passes over them. Beside the file by default, of a bucket in this"
              + " directory.")
  private @Nullable Path state;

  @Option(
      names = "--max-wait",
      paramLabel = "20s",
      converter = DurationConverter.class,
      description = "How long a queue has to be empty to be at its end; 20s if not given.")
  private Duration maxWait = Duration.ofSeconds(20);

  @Option(
      names = "--visibility",
      paramLabel = "2m",
      converter = DurationConverter.class,
      description =
          "How long a queue's messages are hidden at a time, and so after a crash; 2m if not given."
              + " Those in hand are hidden again in time.")
  private Duration visibility = Duration.ofMinutes(2);

  @Option(
      names = "--timeout",
      paramLabel = "60s",
      converter = DurationConverter.class,
      description = "How long the letters in hand, 500 at most, may take; 60s if not given.")
  private Duration timeout = Duration.ofSeconds(60);

  @Option(names = "--report", paramLabel = "FILE", description = "Writes the result as JSON.")
  private @Nullable Path report;

  ReplayCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<String> problems = usageProblems();
    if (!problems.isEmpty()) {
      throw UnusableException.beforeSending(problems);
    }
    Totals totals = new Totals();
    ReplayRows rows = new ReplayRows(target);
    ReplayStop stop = new ReplayStop();
    ReplayLine line = new ReplayLine(errors, Terminal.hasErrors(), System::nanoTime);
    try (Wiring wiring = engineOptions.wireForLetters(totals, rows::over)) {
      JsonTargetRegistry file = wiring.file();
      if (file != null) {
        checkFile(file, rows, wiring);
        if (!dryRun) {
          LocalDirectories.make(file);
        }
      }
      try (LetterSource letters = open(stop, line)) {
        return run(wiring, rows, letters, totals, stop, line);
      }
    } catch (FanoutException e) {
      throw UnusableException.underWay(List.of(String.valueOf(e.getMessage())));
    }
  }

  private List<String> usageProblems() {
    List<String> problems = new ArrayList<>(engineOptions.problems());
    AwsLetters.addProblem(from, problems);
    if (rate != null && rate < 1) {
      problems.add("--rate " + rate + " is below 1");
    }
    if (filter != null) {
      LetterFilter.problem(filter).ifPresent(problem -> problems.add("--filter " + problem));
    }
    if (state != null && AwsLetters.isQueue(from)) {
      problems.add("--state is for files and buckets; a queue is its own state");
    }
    if (visibility.compareTo(SHORTEST_VISIBILITY) < 0
        || visibility.compareTo(LONGEST_VISIBILITY) > 0) {
      problems.add("--visibility is not from 3s to 11h");
    }
    Report.addProblem(report, problems);
    return problems;
  }

  /** Looks at the target's rows in all sources of a file. */
  private void checkFile(JsonTargetRegistry file, ReplayRows rows, Wiring wiring) {
    List<String> problems = new ArrayList<>();
    boolean found = false;
    for (Source source : file.sources()) {
      boolean named =
          file.targetsFor(source).valid().stream().anyMatch(each -> each.id().equals(target));
      ReplayRows.Row row = rows.row(source);
      found |= row.target() != null;
      if (row.target() == null) {
        boolean invalid =
            file.targetsFor(source).invalid().stream().anyMatch(each -> each.id().equals(target));
        if (named || invalid) {
          row.problems()
              .forEach(
                  problem -> problems.add(source.id() + ", target '" + target + "': " + problem));
        }
      } else {
        for (Targets.Invalid each : wiring.engine().validate(rows.targetsFor(source))) {
          each.problems()
              .forEach(
                  problem -> problems.add(source.id() + ", target '" + target + "': " + problem));
        }
      }
    }
    if (!found && problems.isEmpty()) {
      problems.add("no active row of the targets file has the id '" + target + "'");
    }
    if (!problems.isEmpty()) {
      throw UnusableException.beforeSending(problems);
    }
  }

  private LetterSource open(ReplayStop stop, ReplayLine line) {
    try {
      if (AwsLetters.isQueue(from)) {
        QueueLetters.Settings settings =
            new QueueLetters.Settings(
                visibility,
                maxWait,
                stop::isAsked,
                warning -> line.say("fanout: warning: " + warning));
        return inAws(aws -> aws.queue(from, settings));
      }
      if (AwsLetters.isBucket(from)) {
        ReplayJournal journal = journal(AwsLetters.state(from, target));
        try {
          return inAws(aws -> aws.bucket(from, journal));
        } catch (RuntimeException e) {
          journal.close();
          throw e;
        }
      }
      Path place = Path.of(from);
      StoredFiles files = StoredFiles.at(place);
      return files.letters(journal(StoredFiles.state(place, target)));
    } catch (UnusableException e) {
      throw UnusableException.beforeSending(e.problems());
    } catch (SdkException | InvalidPathException e) {
      throw UnusableException.beforeSending(
          List.of("--from '" + from + "' cannot be opened: " + e.getMessage()));
    }
  }

  private LetterSource inAws(Function<AwsLetters, LetterSource> opener) {
    AwsLetters aws = new AwsLetters(engineOptions);
    try {
      return opener.apply(aws);
    } catch (RuntimeException e) {
      aws.close();
      throw e;
    }
  }

  private ReplayJournal journal(Path standard) {
    Path file = state == null ? standard : state;
    return dryRun ? ReplayJournal.readOnly(file, target) : ReplayJournal.open(file, target);
  }

  private int run(
      Wiring wiring,
      ReplayRows rows,
      LetterSource letters,
      Totals totals,
      ReplayStop stop,
      ReplayLine line)
      throws InterruptedException {
    Replay replay =
        new Replay(
            wiring.engine(),
            rows,
            letters,
            new Replay.Settings(
                target,
                filter == null ? null : LetterFilter.of(filter),
                RateLimit.of(rate),
                timeout,
                stop),
            totals,
            line);
    StopSignals signals = StopSignals.listen(() -> stop(stop, line));
    UnusableException stopped = null;
    Repeating ticks = Repeating.start("fanout-line", TICK, line::tick);
    try {
      if (dryRun) {
        replay.look();
      } else {
        replay.run();
      }
      replay.finish();
    } catch (UnusableException e) {
      stopped = e;
    } finally {
      signals.close();
      ticks.close();
    }
    line.clear();
    print(replay, letters, totals);
    Report.write(report, () -> Report.ofReplay(replay.counts(), letters.passedOver(), totals));
    if (stopped != null) {
      throw stopped;
    }
    return replay.isComplete() && !replay.isMistaken() ? Main.SETTLED : Main.HELD;
  }

  /** Returns soon; what is in hand is cut off later. */
  private static void stop(ReplayStop stop, ReplayLine line) {
    stop.ask();
    Thread limit = new Thread(() -> cutOffLater(stop), "fanout-stop");
    limit.setDaemon(true);
    limit.start();
    line.say("fanout: stopping, within " + STOP_LIMIT.toSeconds() + " s; once more to end at once");
  }

  private static void cutOffLater(ReplayStop stop) {
    try {
      RateLimit.park(STOP_LIMIT.toNanos());
      stop.cutOff();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void print(Replay replay, LetterSource letters, Totals totals) {
    if (dryRun) {
      replay.counts().printPlan(target, out);
    } else {
      ResultTable.print(totals.targets(), out);
    }
    replay.counts().print(out, letters.passedOver());
    out.flush();
    if (replay.end() != null) {
      errors.println("fanout: ended early: " + replay.end());
    }
    if (replay.isMistaken()) {
      errors.println(
          "fanout: no letter is of target '"
              + target
              + "', and no row of the letters' sources has this id; check --target");
    }
    if (!dryRun && !replay.isComplete() && spec != null) {
      errors.println(
          "fanout: what is left stays where it is; to go on, type: ./fanout "
              + spec.commandLine().getParseResult().originalArgs().stream()
                  .map(Shell::quoted)
                  .collect(Collectors.joining(" ")));
    }
  }
}
