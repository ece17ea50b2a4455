package org.streamfanout.kcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.streamfanout.kcl.ProofLeases.Lease;
import org.streamfanout.kcl.ProofLog.Line;
import org.streamfanout.kcl.ProofWorker.Setup;
import org.streamfanout.spi.Deadline;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.KinesisServer;
import org.streamfanout.testservers.KplProducer;
import org.streamfanout.testservers.KplProducer.UserRecord;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * The real KPL writes aggregates to kinesis-local, and two processes with the real KCL, leases in
 * DynamoDB Local, deliver them to three targets, while one target is down for a while, a shard
 * splits and two merge, and one process is killed. What is to arrive is read from the stream by our
 * own deaggregator.
 *
 * <p>The build runs it with 2,000 user records; {@code -Dfanout.kcl.records=50000} is the full
 * proof (docs/kcl.md has the command), in which the target is down for 20 seconds.
 */
class KclProofIT {
  private static final Logger LOG = LoggerFactory.getLogger(KclProofIT.class);

  private static final int RECORDS = Integer.getInteger("fanout.kcl.records", 2_000);
  private static final int FULL = 50_000;
  private static final int KEYS = 40;
  private static final int RECORDS_PER_AGGREGATE = 10;
  private static final int CHUNK = Math.max(100, RECORDS / 100);
  private static final int FAILURES = 10;
  private static final Duration DOWN = Duration.ofSeconds(RECORDS < FULL ? 0 : 20);
  private static final Duration PATIENCE = Duration.ofMinutes(RECORDS < FULL ? 4 : 20);

  private static final String STREAM = "proof";
  private static final String APPLICATION = "proof-application";
  private static final String FLAKY = "flaky";

  /** 2 to the 125th: the middle of the first of four shards. */
  private static final String FIRST_QUARTERS_MIDDLE = "42535295865117307932921825928971026432";

  @TempDir private Path folder;

  private KinesisServer kinesisServer;
  private DynamoDbServer dynamoDbServer;
  private KinesisClient kinesis;
  private DynamoDbClient dynamoDb;
  private String arn;
  private final Map<String, Process> workers = new LinkedHashMap<>();
  private int written;

  @BeforeEach
  void start() {
    kinesisServer = KinesisServer.start();
    dynamoDbServer = DynamoDbServer.start();
    kinesis = AwsTestClients.client(KinesisClient.builder(), kinesisServer.endpoint());
    dynamoDb = AwsTestClients.client(DynamoDbClient.builder(), dynamoDbServer.endpoint());
    arn = LocalAws.createStream(kinesis, STREAM, 4);
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Process worker : workers.values()) {
      worker.destroyForcibly().waitFor();
    }
    kinesis.close();
    dynamoDb.close();
    dynamoDbServer.close();
    kinesisServer.close();
  }

  @Test
  void run_targetDownShardsChangeAndAProcessIsKilled_everyRecordArrivesInOrder() throws Exception {
    startWorker("one");
    // Of two that set a new application up at once, KCL 3.5.1 lets one fail for good.
    await("the application is set up", () -> !leases().isEmpty());
    startWorker("two");
    try (KplProducer producer = KplProducer.start(kinesisServer, STREAM, RECORDS_PER_AGGREGATE)) {
      await("both have shards", this::isBalanced);

      Path down = takeDown(ProofTarget.down(folder, FLAKY));
      Deadline atLeast = Deadline.after(DOWN);
      write(producer, 0.4);
      await("calls fail", () -> failures("one") + failures("two") >= FAILURES);
      await("they go on failing", atLeast::isExpired);
      Files.delete(down);

      write(producer, 0.1);
      split("shardId-000000000000", FIRST_QUARTERS_MIDDLE);
      write(producer, 0.1);
      merge("shardId-000000000002", "shardId-000000000003");
      write(producer, 0.1);
      awaitDelivered();
      await("the shards have come to rest", this::isBalanced);
      ProofClaims calm = new ProofClaims(ProofStream.read(kinesis, STREAM), log());
      calm.everyRecordArrived();
      calm.nothingCameTwice();

      String victim = busiest();
      takeDown(ProofTarget.down(folder, FLAKY, victim));
      int failed = failures(victim);
      int lines = log().size();
      write(producer, 0.3);
      await(
          "the victim holds what others have",
          () -> failures(victim) > failed && log().stream().skip(lines).anyMatch(by(victim)));
      Map<String, Lease> left = kill(victim);
      awaitDelivered();

      ProofClaims claims = new ProofClaims(ProofStream.read(kinesis, STREAM), log());
      claims.everyRecordArrived();
      claims.orderHolds();
      int twice = claims.onlyWhatWasInFlightCameTwice(victim, left, ProofWorker.MAX_HELD);
      LOG.warn("{}; {} of the killed worker's came twice", claims, twice);
      assertThat(stopInOrder(survivorOf(victim))).as("exit code").isZero();
    }
  }

  private void startWorker(String id) throws IOException {
    workers.put(id, ProofWorker.start(setup(id)));
  }

  private Setup setup(String id) {
    return new Setup(
        kinesisServer.endpoint(), dynamoDbServer.endpoint(), APPLICATION, id, arn, folder);
  }

  private static Path takeDown(Path file) throws IOException {
    return Files.createFile(file);
  }

  /** Writes a share of all records, in several calls, so that there are many aggregates. */
  private void write(KplProducer producer, double share) {
    int until = written + (int) Math.round(RECORDS * share);
    while (written < until) {
      List<UserRecord> records = new ArrayList<>();
      for (int i = 0; i < CHUNK && written < until; i++, written++) {
        String data = "{\"n\":" + written + "}";
        records.add(
            new UserRecord("key-" + written % KEYS, null, data.getBytes(StandardCharsets.UTF_8)));
      }
      producer.write(records);
    }
  }

  private void split(String shard, String startOfSecond) {
    kinesis.splitShard(
        request ->
            request.streamName(STREAM).shardToSplit(shard).newStartingHashKey(startOfSecond));
    LocalAws.awaitActive(kinesis, STREAM);
  }

  private void merge(String shard, String next) {
    kinesis.mergeShards(
        request -> request.streamName(STREAM).shardToMerge(shard).adjacentShardToMerge(next));
    LocalAws.awaitActive(kinesis, STREAM);
  }

  private void await(String what, Callable<Boolean> reached) {
    Polled.until(PATIENCE, () -> noneHasEnded() && reached.call(), () -> what + ": " + state());
  }

  private boolean noneHasEnded() {
    workers.forEach((id, process) -> assertThat(process.isAlive()).as(state()).isTrue());
    return true;
  }

  private String state() {
    StringBuilder state = new StringBuilder();
    state.append(leases()).append('\n').append(log().size()).append(" lines\n");
    for (String id : List.of("one", "two")) {
      try {
        state.append(id).append(":\n").append(Files.readString(ProofWorker.output(setup(id))));
      } catch (IOException e) {
        state.append(e);
      }
    }
    return state.toString();
  }

  private void awaitDelivered() {
    int all = ProofStream.read(kinesis, STREAM).size() * ProofWorker.TARGETS.size();
    assertThat(all).isGreaterThanOrEqualTo(written * ProofWorker.TARGETS.size());
    await("all is delivered", () -> ProofClaims.arrived(log()) >= all);
  }

  private List<Line> log() {
    return ProofLog.read(folder.resolve("log"));
  }

  private static Predicate<Line> by(String worker) {
    return line -> line.worker().equals(worker);
  }

  private int failures(String worker) {
    Path file = ProofTarget.failures(folder, FLAKY, worker);
    return (int) file.toFile().length();
  }

  private Map<String, Lease> leases() {
    return ProofLeases.read(dynamoDb, APPLICATION);
  }

  /** Each shard has an owner, none is on its way, and no worker has more than its share. */
  private boolean isBalanced() {
    Map<String, Lease> leases = leases();
    int shards = kinesis.listShards(request -> request.streamName(STREAM)).shards().size();
    if (leases.size() < shards
        || leases.values().stream().anyMatch(lease -> lease.moving() || lease.owner() == null)) {
      return false;
    }
    Map<String, Long> counts =
        leases.values().stream()
            .collect(
                Collectors.groupingBy(
                    lease -> Objects.requireNonNull(lease.owner()), Collectors.counting()));
    int share = (leases.size() + workers.size() - 1) / workers.size();
    return counts.size() == workers.size() && counts.values().stream().allMatch(n -> n <= share);
  }

  /** The worker with most shards that are still written to. */
  private String busiest() {
    return leases().values().stream()
        .filter(lease -> !lease.isEnded())
        .collect(
            Collectors.groupingBy(
                lease -> Objects.requireNonNull(lease.owner()), Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .orElseThrow()
        .getKey();
  }

  /** Kills a worker, and returns its leases as it has left them. */
  private Map<String, Lease> kill(String worker) throws InterruptedException {
    Process process = Objects.requireNonNull(workers.remove(worker));
    // SIGKILL, where there are signals.
    process.destroyForcibly().waitFor();
    Map<String, Lease> left = new HashMap<>(leases());
    left.values().removeIf(lease -> !worker.equals(lease.owner()));
    return left;
  }

  private String survivorOf(String victim) {
    return workers.keySet().stream().filter(id -> !id.equals(victim)).findAny().orElseThrow();
  }

  private int stopInOrder(String worker) throws IOException, InterruptedException {
    Process process = Objects.requireNonNull(workers.remove(worker));
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
