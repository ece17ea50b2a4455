package org.streamfanout.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.streamfanout.testservers.AwsTestClients;
import org.streamfanout.testservers.DynamoDbServer;
import org.streamfanout.testservers.DynamoDbTables;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * The lines of {@code ./fanout} in the pages of {@code deploy/}. Targets are registered in DynamoDB
 * Local, in the order of the page.
 */
class TemplatePagesIT {
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:|#)([^)#\\s]+)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final Pattern OPTION = Pattern.compile("--[a-z-]+");

  private static DynamoDbServer server;
  private static DynamoDbClient client;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    server = DynamoDbServer.start();
    client = AwsTestClients.client(DynamoDbClient.builder(), server.endpoint());
    for (String function :
        List.of(
            "fanout",
            "kds-cross-account-stream-efo-consumer",
            "ProdKinesisToPocDynamo",
            "PocLambdaFirehose",
            "cross-account-msk-data-streaming")) {
      DynamoDbTables.create(client, function + "Targets", "sourceArn", "id");
    }
    DynamoDbTables.create(client, "cross-account-msk-data-streaming", "device_id", "window_start");
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  static List<Path> pages() throws Exception {
    try (Stream<Path> files = Files.walk(Templates.DEPLOY)) {
      return files.filter(file -> file.endsWith("README.md")).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_relative_leadSomewhere(Path page) throws Exception {
    List<Path> targets =
        LINK.matcher(Files.readString(page))
            .results()
            .map(link -> page.resolveSibling(link.group(1)))
            .toList();

    assertThat(targets).allSatisfy(target -> assertThat(target).exists());
  }

  @Test
  void front_names_everyFolder() throws Exception {
    String front = Files.readString(Templates.DEPLOY.resolve("README.md"));

    try (Stream<Path> folders = Files.list(Templates.DEPLOY)) {
      assertThat(folders.filter(Files::isDirectory).map(each -> each.getFileName().toString()))
          .allSatisfy(name -> assertThat(front).contains(name));
    }
  }

  private static List<List<String>> lines() throws Exception {
    List<List<String>> lines = new ArrayList<>();
    for (Path page : pages()) {
      for (String line : Files.readAllLines(page)) {
        if (line.startsWith("./fanout ")) {
          List<String> words = new ArrayList<>();
          for (MatchResult word : WORD.matcher(line).results().toList()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
          }
          lines.add(words.subList(1, words.size()));
        }
      }
    }
    return lines;
  }

  @Test
  void register_everyLine_registersItsTarget() throws Exception {
    int registered = 0;
    for (List<String> line : lines()) {
      if (line.get(0).equals("register")) {
        List<String> arguments = new ArrayList<>(line);
        arguments.addAll(List.of("--region", "eu-west-1"));
        arguments.addAll(List.of("--endpoint-url", server.endpoint().toString()));

        ChildProcess.Ran ran = ChildProcess.fanout(folder, arguments.toArray(String[]::new));

        assertThat(ran.exitCode()).as(line + "\n" + ran.out() + ran.errors()).isZero();
        registered++;
      }
    }
    assertThat(registered).isEqualTo(6);
  }

  @Test
  void otherLines_haveOptionsThatThereAre() throws Exception {
    int seen = 0;
    for (List<String> line : lines()) {
      if (!line.get(0).equals("register")) {
        ChildProcess.Ran help = ChildProcess.fanout(folder, line.get(0), "--help");
        List<String> known =
            OPTION.matcher(help.out()).results().map(MatchResult::group).distinct().toList();

        assertThat(help.exitCode()).as(help.errors()).isZero();
        assertThat(known)
            .as(line.toString())
            .containsAll(line.stream().filter(word -> word.startsWith("--")).toList());
        seen++;
      }
    }
    assertThat(seen).isEqualTo(3);
  }
}
