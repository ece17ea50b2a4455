package org.streamfanout.cli.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.streamfanout.admin.AdminClients;
import org.streamfanout.admin.HookSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an event source mapping reads. */
final class HookSourceOptions {
  @Mixin private SourceOptions source = new SourceOptions();

  @Option(
      names = "--consumer",
      paramLabel = "NAME",
      description = "Of a Kinesis stream: the consumer that it is read through.")
  private @Nullable String consumer;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "Of Kafka: the topic of --bootstrap-servers, or of --source-arn, a cluster.")
  private @Nullable String topic;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT,...",
      description = "Of Kafka that is not Amazon MSK: the cluster.")
  private @Nullable String servers;

  /** Adds what is wrong with these options. */
  void addProblems(List<String> problems) {
    source.addProblems(servers == null, problems);
    if (servers != null && topic == null) {
      problems.add("--bootstrap-servers needs --topic");
    }
    if (servers != null && source.isGiven()) {
      problems.add("--bootstrap-servers and a source both say what is read; give one of them");
    }
    if (consumer != null && (topic != null || source.type() == SourceOptions.Type.dynamodb)) {
      problems.add("--consumer is for Kinesis streams");
    }
    if (topic != null && source.isNamed()) {
      problems.add("--topic needs --bootstrap-servers, or the ARN of a cluster as --source-arn");
    }
    if (problems.isEmpty() && !source.isNamed()) {
      try {
        of(String.valueOf(source.arn()));
      } catch (IllegalArgumentException e) {
        problems.add(e.getMessage() == null ? "no such source" : e.getMessage());
      }
    }
  }

  @Nullable String arn() {
    return source.arn();
  }

  /** Returns the source, which has no problem; one that is named is looked up. */
  HookSource resolve(AdminClients clients) {
    return of(source.isNamed() ? source.resolve(clients).id() : String.valueOf(source.arn()));
  }

  private HookSource of(String arn) {
    if (servers != null) {
      return HookSource.kafka(servers, String.valueOf(topic));
    }
    if (topic != null) {
      return HookSource.msk(arn, topic);
    }
    return consumer == null ? HookSource.of(arn) : HookSource.consumer(arn, consumer);
  }
}
