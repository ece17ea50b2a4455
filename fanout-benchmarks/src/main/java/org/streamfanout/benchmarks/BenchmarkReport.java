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
 * {@code peer}; the ratio is of processor time. Takes JMH's own arguments; without a pattern all
 * benchmarks run.
 */
public final class BenchmarkReport {
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private BenchmarkReport() {}

  /** Runs what the arguments name. */
  public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
    CommandLineOptions given = new CommandLineOptions(arguments);
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .parent(given)
            .addProfiler(GCProfiler.class)
            .addProfiler(CpuProfiler.class)
            .shouldFailOnError(true);
    if (!given.getForkCount().hasValue()) {
      options.forks(2);
    }
    if (!given.getWarmupIterations().hasValue()) {
      options.warmupIterations(5);
    }
    if (!given.getWarmupTime().hasValue()) {
      options.warmupTime(TimeValue.seconds(2));
    }
    if (!given.getMeasurementIterations().hasValue()) {
      options.measurementIterations(5);
    }
    if (!given.getMeasurementTime().hasValue()) {
      options.measurementTime(TimeValue.seconds(2));
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
        "%n%-40s %12s %12s %10s %10s %8s %10s %10s%n",
        "benchmark",
        "ours op/s",
        "peer op/s",
        "ours ns",
        "peer ns",
        "ratio",
        "ours B/op",
        "peer B/op");
    pairs.forEach(
        (pair, byMethod) -> {
          RunResult ours = byMethod.get("ours");
          RunResult peer = byMethod.get("peer");
          if (ours != null && peer != null) {
            byMethod.keySet().removeAll(List.of("ours", "peer"));
            out.printf(
                Locale.ROOT,
                "%-40s %,12.0f %,12.0f %,10.1f %,10.1f %7.2fx %,10.1f %,10.1f%n",
                pair,
                ours.getPrimaryResult().getScore(),
                peer.getPrimaryResult().getScore(),
                cpuTime(ours),
                cpuTime(peer),
                cpuTime(peer) / cpuTime(ours),
                secondary(ours, ALLOCATION),
                secondary(peer, ALLOCATION));
          }
          byMethod.forEach(
              (method, alone) ->
                  out.printf(
                      Locale.ROOT,
                      "%-40s %,12.0f %12s %,10.1f %10s %8s %,10.1f%n",
                      pair + "." + method,
                      alone.getPrimaryResult().getScore(),
                      "-",
                      cpuTime(alone),
                      "-",
                      "-",
                      secondary(alone, ALLOCATION)));
        });
  }

  private static double cpuTime(RunResult result) {
    return secondary(result, CpuProfiler.CPU_TIME);
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

  private static double secondary(RunResult result, String name) {
    Result<?> secondary = result.getSecondaryResults().get(name);
    return secondary == null ? Double.NaN : secondary.getScore();
  }
}
