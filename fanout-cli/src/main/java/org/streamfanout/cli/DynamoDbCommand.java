package org.streamfanout.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.streamfanout.aws.AwsFailures;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.kcl.FanoutWorker;
import org.streamfanout.kcl.KclOptions;
import org.streamfanout.kcl.TableWorkerBuilder;
import org.streamfanout.spi.Source;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.kinesis.common.InitialPositionInStream;

/** {@code fanout dynamodb}: a worker of the Kinesis Client Library that reads a table's stream. */
@Command(
    name = "dynamodb",
    description =
        "Reads the stream of a DynamoDB table with the Kinesis Client Library and delivers it,"
            + " until stopped.",
    mixinStandardHelpOptions = true,
    footer = WorkerHost.FOOTER)
final class DynamoDbCommand implements Callable<Integer> {
  private static final Pattern ARN =
      Pattern.compile("arn:[^:]+:dynamodb:[^:]+:[^:]*:table/([^/]+)/stream/([^/]+)");

  private final PrintWriter out;
  private final PrintWriter errors;

  @Option(
      names = "--stream",
      required = true,
      paramLabel = "ARN",
      description = "The stream's ARN, as DescribeTable tells it.")
  private String stream = "";

  @Option(
      names = "--from-latest",
      description =
          "Shards without a checkpoint start at the newest record, not at the oldest there is.")
  private boolean fromLatest;

  @Option(
      names = "--key-attributes",
      split = ",",
      paramLabel = "NAME",
      description =
          "The order in which a composite key's values make a record's key; the key schema's if"
              + " not given.")
  private List<String> keyAttributes = List.of();

  @Mixin private LeaseOptions leases = new LeaseOptions();
  @Mixin private EngineOptions engineOptions = new EngineOptions();
  @Mixin private WorkerOptions workerOptions = new WorkerOptions();

  DynamoDbCommand(PrintWriter out, PrintWriter errors) {
    this.out = out;
    this.errors = errors;
  }

  @Override
  public Integer call() throws InterruptedException {
    List<String> problems = new ArrayList<>(leases.problems());
    if (!ARN.matcher(stream).matches()) {
      problems.add("--stream '" + stream + "' is not the ARN of a table's stream");
    }
    return new WorkerHost(engineOptions, workerOptions, out, errors).run(problems, this::plan);
  }

  private WorkerPlan plan(FanoutEngine engine) {
    LeaseClients clients = leases.clients(engineOptions);
    DynamoDbStreamsClient streams =
        clients
            .atStream(DynamoDbStreamsClient.builder())
            .httpClientBuilder(Apache5HttpClient.builder())
            .build();
    Runnable release =
        () -> {
          streams.close();
          clients.close();
        };
    try {
      streams.describeStream(request -> request.streamArn(stream));
    } catch (SdkException e) {
      release.run();
      throw UnusableException.beforeSending(
          List.of("--stream '" + stream + "' cannot be described: " + AwsFailures.told(e)));
    }
    LongAdder losses = new LongAdder();
    TableWorkerBuilder builder =
        FanoutWorker.tableBuilder(engine, leases.application(defaultName()), stream)
            .streamsClient(streams)
            .dynamoDbClient(clients.dynamoDb())
            .cloudWatchClient(clients.cloudWatch())
            .options(KclOptions.DEFAULT.withShard(workerOptions.ahead(ShardOptions.DEFAULT)))
            .onLostRecords(lost -> losses.increment());
    if (fromLatest) {
      builder.initialPosition(InitialPositionInStream.LATEST);
    }
    if (!keyAttributes.isEmpty()) {
      builder.keyAttributes(keyAttributes);
    }
    String workerId = leases.workerId();
    FanoutWorker worker = (workerId == null ? builder : builder.workerId(workerId)).build();
    return new WorkerPlan(List.of(Source.of(stream)), new LeaseWorker(worker, losses), release);
  }

  /** Returns the table's name and the stream's label: the table's next stream is another one. */
  private String defaultName() {
    Matcher arn = ARN.matcher(stream);
    return arn.matches() ? arn.group(1) + "-" + arn.group(2).replace(':', '-') : "table";
  }
}
