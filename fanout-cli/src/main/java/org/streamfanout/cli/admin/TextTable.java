package org.streamfanout.cli.admin;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows under headers, each column as wide as its widest cell. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... headers) {
    rows.add(List.of(headers));
  }

  void add(String... cells) {
    rows.add(List.of(cells));
  }

  void print(PrintWriter out) {
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int place = column;
        int width = rows.stream().mapToInt(each -> each.get(place).length()).max().orElse(0);
        line.append("  ")
            .append(row.get(column))
            .append(" ".repeat(width - row.get(column).length()));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
