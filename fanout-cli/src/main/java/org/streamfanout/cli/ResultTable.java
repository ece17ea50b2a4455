package org.streamfanout.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.streamfanout.spi.TargetCounts;

/** Prints a run's totals for people: a table per source, and the first failure of each target. */
final class ResultTable {
  private static final List<String> HEADERS =
      List.of(
          "target",
          "type",
          "records",
          "accepted",
          "filtered",
          "dead-lettered",
          "dropped",
          "held",
          "calls",
          "retries",
          "time");

  /** The columns from here on are numbers, and end on the right. */
  private static final int FIRST_NUMBER = 2;

  private ResultTable() {}

  static void print(List<Totals.Target> targets, PrintWriter out) {
    targets.stream()
        .map(Totals.Target::source)
        .distinct()
        .forEach(
            source -> {
              out.println();
              out.println(source.id());
              printRows(
                  targets.stream().filter(each -> each.source().equals(source)).toList(), out);
            });
  }

  private static void printRows(List<Totals.Target> targets, PrintWriter out) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADERS);
    targets.forEach(each -> rows.add(row(each)));
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int place = column;
        int width = rows.stream().mapToInt(each -> each.get(place).length()).max().orElse(0);
        String padding = " ".repeat(width - row.get(column).length());
        line.append("  ")
            .append(column < FIRST_NUMBER ? row.get(column) + padding : padding + row.get(column));
      }
      out.println(line.toString().stripTrailing());
    }
    for (Totals.Target each : targets) {
      if (each.firstFailure() != null) {
        out.println("  " + each.id() + ": first failure " + each.firstFailure());
      }
    }
  }

  private static List<String> row(Totals.Target target) {
    TargetCounts counts = target.counts();
    return List.of(
        target.id(),
        target.type(),
        number(counts.records()),
        number(counts.accepted()),
        number(counts.filtered()),
        number(counts.deadLettered()),
        number(counts.dropped()),
        number(counts.held()),
        number(counts.calls()),
        number(counts.retries()),
        seconds(target.time()));
  }

  private static String number(long value) {
    return Long.toString(value);
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f s", time.toNanos() / 1e9);
  }
}
