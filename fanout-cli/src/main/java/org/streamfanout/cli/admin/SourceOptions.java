package org.streamfanout.cli.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.SourceNames;
import org.streamfanout.spi.Source;
import picocli.CommandLine.Option;

/** The stream that records come from. */
final class SourceOptions {
  /** What {@code --source} can be the name of. */
  enum Type {
    kinesis,
    dynamodb
  }

  @Option(
      names = "--source-type",
      paramLabel = "kinesis|dynamodb",
      description = "What --source is: the name of a Kinesis stream, or of a DynamoDB table.")
  private @Nullable Type type;

  @Option(names = "--source", paramLabel = "NAME", description = "The source, looked up by name.")
  private @Nullable String name;

  @Option(
      names = "--source-arn",
      paramLabel = "ARN",
      description =
          "The source, without a look-up: a stream's, a consumer's, a table stream's or a topic's"
              + " ARN, or kafka://<bootstrap servers>/<topic>.")
  private @Nullable String arn;

  boolean isGiven() {
    return name != null || arn != null;
  }

  @Nullable String arn() {
    return arn;
  }

  /** Returns whether the source is given by its name. */
  boolean isNamed() {
    return name != null;
  }

  @Nullable Type type() {
    return type;
  }

  /** Adds what is wrong with these options. */
  void addProblems(boolean required, List<String> problems) {
    if (name != null && arn != null) {
      problems.add("--source and --source-arn both name the source; give one of them");
    }
    if (name != null && type == null) {
      problems.add("--source '" + name + "' needs --source-type kinesis or dynamodb");
    }
    if (required && !isGiven()) {
      problems.add("no source; give --source with --source-type, or --source-arn");
    }
    if (arn != null) {
      try {
        Source.of(arn);
      } catch (IllegalArgumentException e) {
        problems.add("--source-arn: " + e.getMessage());
      }
    }
  }

  /** Returns the source, which is given. */
  Source resolve(AdminClients clients) {
    if (arn != null) {
      return Source.of(arn);
    }
    SourceNames names = new SourceNames(clients);
    String given = String.valueOf(name);
    return type == Type.dynamodb ? names.dynamoDb(given) : names.kinesis(given);
  }
}
