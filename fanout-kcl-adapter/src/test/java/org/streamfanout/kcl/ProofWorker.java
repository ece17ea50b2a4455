package org.streamfanout.kcl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.RetryPolicy;
import org.streamfanout.core.ShardOptions;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import software.amazon.awssdk.http.Protocol;
import software.amazon.kinesis.leases.LeaseAssignmentStrategy;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A worker in a process of its own. It stops in order at a line on its input, and at once when its
 * input ends, so that it never outlives the test.
 */
final class ProofWorker {
  static final List<String> TARGETS = List.of("steady", "flaky", "third");

  /** Source records of a shard that may be in hand, which bounds what is in flight. */
  static final int MAX_HELD = 200;

  private static final int MAX_RECORDS = 50;

  private static final long EXIT_SECONDS = 30;

  private ProofWorker() {}

  /** What a worker is told, as arguments. */
  record Setup(
      URI kinesis, URI dynamoDb, String application, String worker, String streamArn, Path folder) {
    List<String> arguments() {
      return List.of(
          kinesis.toString(),
          dynamoDb.toString(),
          application,
          worker,
          streamArn,
          folder.toString());
    }
  }

  /** Starts a worker's process; its output goes to a file of the folder. */
  static Process start(Setup setup) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ProofWorker.class.getName()));
    command.addAll(setup.arguments());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("AWS_REGION", LocalAws.REGION));
    return builder.redirectOutput(output(setup).toFile()).start();
  }

  static Path output(Setup setup) {
    return setup.folder().resolve("output-of-" + setup.worker());
  }

  public static void main(String[] arguments) throws Exception {
    Setup setup =
        new Setup(
            URI.create(arguments[0]),
            URI.create(arguments[1]),
            arguments[2],
            arguments[3],
            arguments[4],
            Path.of(arguments[5]));
    InMemoryTargetRegistry registry = new InMemoryTargetRegistry();
    for (String target : TARGETS) {
      registry.put(
          TargetConfig.builder(Source.of(setup.streamArn()), target, ProofTarget.TYPE, "anywhere")
              .deaggregate(true)
              .ordering(Ordering.KEY)
              .build());
    }
    FanoutEngine engine =
        FanoutEngine.builder()
            .registry(registry)
            .provider(new ProofTarget(setup.folder(), setup.worker()))
            // An attempt that only the machine is slow for is no unknown outcome.
            .retry(
                new RetryPolicy(
                    8, Duration.ofMinutes(1), Duration.ofMillis(50), Duration.ofSeconds(1)))
            .build();
    FanoutWorker worker =
        FanoutWorker.builder(engine, setup.application()).workerId(setup.worker()).stream(
                setup.streamArn())
            .kinesisClient(LocalAws.kinesis(setup.kinesis(), Protocol.HTTP1_1))
            .dynamoDbClient(LocalAws.dynamoDb(setup.dynamoDb()))
            .cloudWatchClient(LocalAws.cloudWatch())
            .options(
                KclOptions.DEFAULT.withShard(
                    new ShardOptions(
                            Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofSeconds(1))
                        .withMaxHeld(MAX_HELD, ShardOptions.DEFAULT.maxHeldBytes())))
            .configure(ProofWorker::configure)
            .build();
    Thread commands = new Thread(() -> obey(worker), "commands");
    commands.setDaemon(true);
    commands.start();
    worker.run();
    // The thread that stopped it says how that went.
    commands.join(TimeUnit.SECONDS.toMillis(EXIT_SECONDS));
    Runtime.getRuntime().halt(2);
  }

  private static void configure(KclSettings settings) {
    LocalAws.hurry(settings);
    settings
        .leases()
        .leaseAssignmentStrategy(LeaseAssignmentStrategy.LEASE_COUNT_BASED)
        // Leases that vanish would set others moving.
        .cleanupLeasesUponShardCompletion(false);
    ((PollingConfig) Objects.requireNonNull(settings.retrieval().retrievalSpecificConfig()))
        .maxRecords(MAX_RECORDS);
  }

  private static void obey(FanoutWorker worker) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      if (in.readLine() == null) {
        Runtime.getRuntime().halt(3);
      }
      Runtime.getRuntime().halt(worker.stop(Duration.ofMinutes(1)) ? 0 : 1);
    } catch (IOException e) {
      Runtime.getRuntime().halt(3);
    }
  }
}
