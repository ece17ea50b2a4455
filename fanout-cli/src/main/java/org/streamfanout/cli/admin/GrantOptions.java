package org.streamfanout.cli.admin;

import java.util.ArrayList;
import java.util.List;
import org.streamfanout.admin.FunctionGrants;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import picocli.CommandLine.Option;

/** What a function's role needs beside what the rows of the table tell. */
final class GrantOptions {
  @Option(
      names = "--source-arn",
      paramLabel = "ARN",
      split = ",",
      description = "A source that no row names yet, or a consumer of a stream; may be repeated.")
  private List<String> sources = new ArrayList<>();

  @Option(
      names = "--kms-key-arn",
      paramLabel = "ARN",
      split = ",",
      description = "A key that a source is encrypted with; may be repeated.")
  private List<String> decryptionKeys = new ArrayList<>();

  @Option(
      names = "--destination-kms-key-arn",
      paramLabel = "ARN",
      split = ",",
      description = "A key that destinations are encrypted with; may be repeated.")
  private List<String> encryptionKeys = new ArrayList<>();

  @Option(
      names = "--secret-arn",
      paramLabel = "ARN",
      split = ",",
      description = "The secret that Lambda logs in to Kafka with; may be repeated.")
  private List<String> secrets = new ArrayList<>();

  @Option(
      names = "--on-failure-arn",
      paramLabel = "ARN",
      split = ",",
      description = "The queue, topic or bucket that a mapping tells of failures; may be repeated.")
  private List<String> onFailure = new ArrayList<>();

  List<String> sources() {
    return sources;
  }

  /** Adds what is wrong with these options. */
  void addProblems(List<String> problems) {
    for (String source : sources) {
      try {
        Source.of(source);
      } catch (IllegalArgumentException e) {
        problems.add("--source-arn: " + e.getMessage());
      }
    }
    addArnProblems("--kms-key-arn", decryptionKeys, List.of("kms"), problems);
    addArnProblems("--destination-kms-key-arn", encryptionKeys, List.of("kms"), problems);
    addArnProblems("--secret-arn", secrets, List.of("secretsmanager"), problems);
    addArnProblems("--on-failure-arn", onFailure, List.of("sqs", "sns", "s3"), problems);
  }

  private static void addArnProblems(
      String option, List<String> arns, List<String> services, List<String> problems) {
    for (String arn : arns) {
      if (Arn.parse(arn).filter(each -> services.contains(each.service())).isEmpty()) {
        problems.add(option + " '" + arn + "' is no ARN of " + String.join(", ", services));
      }
    }
  }

  void addTo(FunctionGrants.Builder grants) {
    sources.forEach(grants::source);
    decryptionKeys.forEach(grants::decryptionKey);
    encryptionKeys.forEach(grants::encryptionKey);
    secrets.forEach(grants::secret);
    onFailure.forEach(grants::onFailure);
  }
}
