package org.streamfanout.simulator;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The command that plays many schedules: {@code --from SEED --count N [--host NAME] [--threads N]},
 * or one, with all that happens in it: {@code --host NAME --schedule TEXT}.
 *
 * <p>Seeds are played in blocks. After each block it prints the option with which a run that is cut
 * there goes on. Ends with 1 if something was found, and with 2 if it was not understood.
 */
public final class Simulate {
  private static final int BLOCK = 1_000;

  /** Enough to see whether one thing is wrong or everything. */
  private static final int MOST_FINDINGS = 5;

  private final PrintStream out;
  private final Map<Fault, Long> played = new TreeMap<>();
  private long schedules;
  private long steps;
  private long records;
  private long sends;
  private long found;

  private Simulate(PrintStream out) {
    this.out = out;
  }

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    System.exit(run(System.out, arguments));
  }

  static int run(PrintStream out, String... arguments) {
    Map<String, String> options = new TreeMap<>();
    for (int index = 0; index + 1 < arguments.length; index += 2) {
      options.put(arguments[index], arguments[index + 1]);
    }
    List<String> known = List.of("--from", "--count", "--host", "--threads", "--schedule");
    if (arguments.length % 2 != 0 || !known.containsAll(options.keySet())) {
      return usage(out, "expected pairs of options and values, of " + known);
    }
    try {
      Simulate command = new Simulate(out);
      List<Host> hosts = hosts(options.getOrDefault("--host", "all"));
      String schedule = options.get("--schedule");
      if (schedule != null) {
        return command.playOne(hosts, Schedule.parse(schedule));
      }
      return command.playMany(
          hosts,
          Long.parseLong(options.getOrDefault("--from", "1")),
          Long.parseLong(options.getOrDefault("--count", "10000")),
          Integer.parseInt(options.getOrDefault("--threads", "2")));
    } catch (IllegalArgumentException e) {
      return usage(out, String.valueOf(e.getMessage()));
    }
  }

  private static int usage(PrintStream out, String problem) {
    out.println(problem);
    out.println(
        "usage: --from SEED --count N [--host engine|kcl|lambda|kafka|all] [--threads N]\n"
            + "       --host NAME --schedule TEXT");
    return 2;
  }

  private static List<Host> hosts(String name) {
    List<Host> hosts =
        Hosts.all().stream()
            .filter(host -> name.equals("all") || host.name().equals(name))
            .toList();
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("there is no host '" + name + "'");
    }
    return hosts;
  }

  private int playOne(List<Host> hosts, Schedule schedule) {
    if (hosts.size() != 1) {
      throw new IllegalArgumentException("a schedule is of one host: name it by --host");
    }
    Report report = Simulation.of(hosts.get(0)).build().trace(schedule);
    report.trace().forEach(out::println);
    report.violations().forEach(out::println);
    out.println(report.numbers());
    return report.isSound() ? 0 : 1;
  }

  private int playMany(List<Host> hosts, long from, long count, int threads) {
    long start = System.nanoTime();
    ExecutorService players = Executors.newFixedThreadPool(threads);
    try {
      for (long at = from; at < from + count && found < MOST_FINDINGS; at += BLOCK) {
        long to = Math.min(from + count, at + BLOCK);
        playBlock(hosts, at, to, threads, players);
        out.printf(
            "%d of %d schedules, %d found; go on with --from %d --count %d%n",
            schedules, count, found, to, from + count - to);
      }
    } finally {
      players.shutdown();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    out.printf(
        "%d schedules in %d s: %d steps, %d records, %d sends; faults played: %s%n",
        schedules, took.toSeconds(), steps, records, sends, played);
    out.println(found == 0 ? "nothing was found" : found + " schedules broke a rule");
    return found == 0 ? 0 : 1;
  }

  /** Plays a block of seeds, each by one of the hosts in turn. */
  private void playBlock(
      List<Host> hosts, long from, long to, int threads, ExecutorService players) {
    AtomicLong next = new AtomicLong(from);
    List<Simulation> simulations = hosts.stream().map(host -> Simulation.of(host).build()).toList();
    List<Future<List<Report>>> parts = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      parts.add(
          players.submit(
              () -> {
                List<Report> reports = new ArrayList<>();
                for (long seed = next.getAndIncrement(); seed < to; seed = next.getAndIncrement()) {
                  reports.add(of(simulations, seed).run(seed));
                }
                return reports;
              }));
    }
    for (Future<List<Report>> part : parts) {
      for (Report report : get(part)) {
        count(report, of(simulations, report.schedule().seed()));
      }
    }
  }

  private static Simulation of(List<Simulation> simulations, long seed) {
    return simulations.get((int) Math.floorMod(seed, (long) simulations.size()));
  }

  private static List<Report> get(Future<List<Report>> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a simulation failed", e.getCause());
    }
  }

  private void count(Report report, Simulation simulation) {
    schedules++;
    steps += report.numbers().steps();
    records += report.numbers().records();
    sends += report.numbers().sends();
    report.played().forEach((fault, times) -> played.merge(fault, (long) times, Long::sum));
    if (!report.isSound()) {
      found++;
      if (found <= MOST_FINDINGS) {
        out.println(simulation.explain(report));
      }
    }
  }
}
