package org.streamfanout.cli.admin;

import picocli.CommandLine.Option;

/** How a command tells its result. */
final class OutputOption {
  /** The forms. */
  enum Form {
    table,
    json
  }

  @Option(
      names = "--output",
      paramLabel = "table|json",
      description = "Tells the result to people or to programs; ${DEFAULT-VALUE} by default.",
      defaultValue = "table")
  private Form form = Form.table;

  boolean isJson() {
    return form == Form.json;
  }
}
