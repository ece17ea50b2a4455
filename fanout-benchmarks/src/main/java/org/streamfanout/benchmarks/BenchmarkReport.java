package org.streamfanout.benchmarks;

import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs benchmarks and prints, for every class and set of parameters, how {@code ours} compares with
 * {@code peer}. Takes JMH's own arguments; without a pattern all benchmarks run.
 */
public final class BenchmarkReport {
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private BenchmarkReport() {}

  /** Runs what the arguments name. */
  public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
    CommandLineOptions given = new CommandLineOptions(arguments);
    ChainedOptionsBuilder options =
        new OptionsBuilder().parent(given).addProfiler(GCProfiler.class).shouldFailOnError(true);
    if (!given.getForkCount().hasValue()) {
      options.forks(2);
    }
    if (!given.getWarmupIterations().hasValue()) {
      options.warmupIterations(3);
    }
    if (!given.getWarmupTime().hasValue()) {
      options.warmupTime(TimeValue.seconds(1));
    }
    if (!given.getMeasurementIterations().hasValue()) {
      options.measurementIterations(5);
    }
    if (!given.getMeasurementTime().hasValue()) {
      options.measurementTime(TimeValue.seconds(1));
    }
    print(new Runner(options.build()).run(), System.out);
  }

  private static void print(Collection<RunResult> results, PrintStream out) {
    Map<String, Map<String, RunResult>> pairs = new TreeMap<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      int dot = name.lastIndexOf('.');
      String pair = simpleName(name.substring(0, dot)) + parameters(result.getParams());
      pairs.computeIfAbsent(pair, unused -> new TreeMap<>()).put(name.substring(dot + 1), result);
    }
    out.printf(
        Locale.ROOT,
        "%n%-44s %14s %14s %8s %12s %12s%n",
        "benchmark",
        "ours/s",
        "peer/s",
        "ratio",
        "ours B/op",
        "peer B/op");
    pairs.forEach(
        (pair, byMethod) -> {
          RunResult ours = byMethod.get("ours");
          RunResult peer = byMethod.get("peer");
          if (ours != null && peer != null) {
            byMethod.keySet().removeAll(List.of("ours", "peer"));
            double ourScore = ours.getPrimaryResult().getScore();
            double peerScore = peer.getPrimaryResult().getScore();
            out.printf(
                Locale.ROOT,
                "%-44s %,14.0f %,14.0f %7.2fx %,12.1f %,12.1f%n",
                pair,
                ourScore,
                peerScore,
                ourScore / peerScore,
                allocation(ours),
                allocation(peer));
          }
          byMethod.forEach(
              (method, alone) ->
                  out.printf(
                      Locale.ROOT,
                      "%-44s %,14.0f %14s %8s %,12.1f%n",
                      pair + "." + method,
                      alone.getPrimaryResult().getScore(),
                      "-",
                      "-",
                      allocation(alone)));
        });
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  private static String parameters(BenchmarkParams parameters) {
    return parameters.getParamsKeys().isEmpty()
        ? ""
        : parameters.getParamsKeys().stream()
            .map(key -> key + "=" + parameters.getParam(key))
            .collect(Collectors.joining(", ", "(", ")"));
  }

  private static double allocation(RunResult result) {
    Result<?> allocation = result.getSecondaryResults().get(ALLOCATION);
    return allocation == null ? Double.NaN : allocation.getScore();
  }
}
