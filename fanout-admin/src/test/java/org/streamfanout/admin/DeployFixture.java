package org.streamfanout.admin;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.FakeControlPlane;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Tables in DynamoDB Local, and a stand-in for the rest of an account; time is virtual. */
final class DeployFixture implements AutoCloseable {
  private final DynamoDbServer server = DynamoDbServer.start();
  private final DynamoDbClient tables =
      AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
  private final FakeControlPlane account = FakeControlPlane.start(server.endpoint());
  private final AtomicLong nanos = new AtomicLong();
  private final AdminClients clients =
      AdminClients.builder()
          .region("eu-west-1")
          .endpoint(account.endpoint())
          .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "s3cret")))
          .build();
  private final Polling polling =
      Polling.of(nanos::get, time -> nanos.addAndGet(time.toNanos()), Duration.ofMinutes(2));
  private final Path jar;

  DeployFixture(Path folder) {
    jar = folder.resolve("function.jar");
    writeJar("first");
  }

  FakeControlPlane account() {
    return account;
  }

  DynamoDbClient tables() {
    return tables;
  }

  AdminClients clients() {
    return clients;
  }

  Polling polling() {
    return polling;
  }

  Duration waited() {
    return Duration.ofNanos(nanos.get());
  }

  /** Writes another jar of the function. */
  Path writeJar(String content) {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      ZipEntry entry = new ZipEntry("org/streamfanout/lambda/function/FanoutFunction.class");
      // The same content is to be the same jar.
      entry.setTime(0);
      zip.putNextEntry(entry);
      zip.write(content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return jar;
  }

  DeployPlan plan(UnaryOperator<Deployment.Builder> options) {
    return new DeployPlanner(clients, polling)
        .plan(options.apply(Deployment.of("fanout", FunctionCode.of(jar))).build());
  }

  /** Deploys and returns what was done, such as {@code CREATE TABLE}. */
  List<String> deploy(UnaryOperator<Deployment.Builder> options) {
    return carryOut(plan(options));
  }

  static List<String> carryOut(DeployPlan plan) {
    List<String> done = new ArrayList<>();
    plan.carryOut(
        step -> {
          if (step.action() != DeployStep.Action.NONE) {
            done.add(step.action() + " " + step.part());
          }
        });
    return done;
  }

  DeployPlan planEnd() {
    return new DestroyPlanner(clients, polling).plan("fanout", "fanoutTargets");
  }

  /** Returns what is in the account, its tables included. */
  String snapshot() {
    return account.snapshot() + tables.listTables().tableNames();
  }

  @Override
  public void close() {
    clients.close();
    account.close();
    tables.close();
    server.close();
  }
}
