package org.streamfanout.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.kcl.FanoutWorker;
import org.streamfanout.kcl.KclOptions;
import org.streamfanout.kcl.Retrieval;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;

/** {@code fanout kinesis}: a worker of the Kinesis Client Library. */
@Command(
    name = "kinesis",
    description =
        "Reads Kinesis streams with the Kinesis Client Library and delivers them, until stopped.",
    mixinStandardHelpOptions = true,
    footer = WorkerHost.FOOTER)
final class KinesisCommand implements Callable<Integer> {
  private final PrintWriter out;
  private final PrintWriter errors;

  @Option(
      names = "--stream",
      required = true,
      arity = "1..*",
      paramLabel = "NAME|ARN",
      description = "The stream, or several; another account's by its ARN.")
  private List<String> streams = List.of();

  @Option(
      names = "--consumer-arn",
      arity = "1..*",
      paramLabel = "ARN",
      description =
          "Reads a --stream, given by its ARN, by enhanced fan-out through this consumer, as"
              + " another account's must be.")
  private List<String> consumerArns = List.of();

  @Option(
      names = "--fan-out",
      description =
          "Reads by enhanced fan-out, through a consumer of the application's name, which is"
              + " registered if it does not exist.")
  private boolean fanOut;

  @Option(
      names = "--from",
      paramLabel = "oldest|latest|TIME",
      converter = StartConverter.class,
      description = "Where shards without a checkpoint start; oldest if not given.")
  private InitialPositionInStreamExtended from = StartConverter.OLDEST;

  @Mixin private LeaseOptions leases = new LeaseOptions();
  @Mixin private EngineOptions engineOptions = new EngineOptions();
  @Mixin private WorkerOptions workerOptions = new WorkerOptions();

  KinesisCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() throws InterruptedException {
    return new WorkerHost(engineOptions, workerOptions, out, errors).run(problems(), this::plan);
  }

  private List<String> problems() {
    List<String> problems = new ArrayList<>(leases.problems());
    for (String stream : streams) {
      if (stream.startsWith("arn:") && !isStreamArn(stream)) {
        problems.add("--stream '" + stream + "' is not the ARN of a Kinesis stream");
      }
    }
    for (String consumer : consumerArns) {
      if (streamOf(consumer).isEmpty()) {
        problems.add(
            "--consumer-arn '" + consumer + "' is not the ARN of a consumer of a --stream");
      }
    }
    if (streams.size() > 1 && leases.application() == null) {
      problems.add("--application is needed with more than one --stream");
    }
    return problems;
  }

  private static boolean isStreamArn(String text) {
    return Arn.parse(text)
        .filter(arn -> arn.service().equals("kinesis") && arn.resource().matches("stream/[^/]+"))
        .isPresent();
  }

  private Optional<String> streamOf(String consumerArn) {
    return streams.stream()
        .filter(stream -> isStreamArn(stream) && consumerArn.startsWith(stream + "/consumer/"))
        .findFirst();
  }

  private WorkerPlan plan(FanoutEngine engine) {
    LeaseClients clients = leases.clients(engineOptions);
    KinesisAsyncClient kinesis =
        clients
            .atStream(KinesisClientUtil.adjustKinesisClientBuilder(KinesisAsyncClient.builder()))
            .build();
    Runnable release =
        () -> {
          kinesis.close();
          clients.close();
        };
    Set<String> arns = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (String stream : streams) {
      try {
        arns.add(arn(kinesis, stream));
      } catch (CompletionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        problems.add("--stream '" + stream + "' cannot be described: " + AwsFailures.told(cause));
      }
    }
    if (!problems.isEmpty()) {
      release.run();
      throw UnusableException.beforeSending(problems);
    }
    return new WorkerPlan(
        arns.stream().map(Source::of).toList(),
        new LeaseWorker(worker(engine, List.copyOf(arns), kinesis, clients), null),
        release);
  }

  /** Returns the ARN that targets are registered under; fails if there is no such stream. */
  private static String arn(KinesisAsyncClient kinesis, String nameOrArn) {
    return kinesis
        .describeStreamSummary(
            request -> {
              if (nameOrArn.startsWith("arn:")) {
                request.streamARN(nameOrArn);
              } else {
                request.streamName(nameOrArn);
              }
            })
        .join()
        .streamDescriptionSummary()
        .streamARN();
  }

  private FanoutWorker worker(
      FanoutEngine engine, List<String> arns, KinesisAsyncClient kinesis, LeaseClients clients) {
    String first = arns.get(0);
    FanoutWorker.Builder builder =
        FanoutWorker.builder(
                engine, leases.application(first.substring(first.lastIndexOf('/') + 1)))
            .retrieval(fanOut || !consumerArns.isEmpty() ? Retrieval.FAN_OUT : Retrieval.POLLING)
            .initialPosition(from)
            .kinesisClient(kinesis)
            .dynamoDbClient(clients.dynamoDb())
            .cloudWatchClient(clients.cloudWatch())
            .options(KclOptions.DEFAULT.withShard(workerOptions.ahead(ShardOptions.DEFAULT)));
    for (String arn : arns) {
      String consumer = consumerOf(arn);
      if (consumer == null) {
        builder.stream(arn);
      } else {
        builder.stream(arn, consumer);
      }
    }
    String workerId = leases.workerId();
    return (workerId == null ? builder : builder.workerId(workerId)).build();
  }

  private @Nullable String consumerOf(String streamArn) {
    return consumerArns.stream()
        .filter(consumer -> consumer.startsWith(streamArn + "/consumer/"))
        .findFirst()
        .orElse(null);
  }
}
