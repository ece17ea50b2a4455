package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.admin.PolicyDocument;
import org.streamfanout.cli.Cli.Ran;

/** What is printed as a policy, and that a real shell takes the commands as they are meant. */
class PolicyCommandTest {
  private static final String STREAM = "arn:aws:kinesis:eu-west-1:999999999999:stream/theirs";
  private static final String CONSUMER = STREAM + "/consumer/fanout:1700000000";
  private static final String KEY = "arn:aws:kms:eu-west-1:999999999999:key/k";
  private static final String ROLE = "arn:aws:iam::210987654321:role/delivery/writer";

  @TempDir private Path folder;

  private Ran policy(String... more) throws Exception {
    Path targets = folder.resolve("targets.json");
    Files.writeString(
        targets,
        "["
            + Cli.row("own", "sqs", "arn:aws:sqs:eu-west-1:123456789012:q", "")
            + ","
            + Cli.row("named", "kinesis", "out", "").replace(":true", ":false")
            + ","
            + Cli.row(
                "theirs",
                "dynamodb",
                "arn:aws:dynamodb:eu-west-1:210987654321:table/items",
                "'role':'" + ROLE + "','externalId':'ext+1'")
            + "]");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "policy",
                "--function-arn",
                "arn:aws:lambda:eu-west-1:123456789012:function:fanout",
                "--targets",
                targets.toString(),
                "--source-arn",
                CONSUMER,
                "--kms-key-arn",
                KEY,
                "--destination-kms-key-arn",
                "arn:aws:kms:eu-west-1:210987654321:key/table"));
    arguments.addAll(List.of(more));
    Ran ran = Cli.run(arguments.toArray(String[]::new));
    assertThat(ran.exitCode()).as(ran.errors()).isZero();
    return ran;
  }

  private JsonNode documents() throws Exception {
    return new JsonMapper().readTree(policy("--output", "json").out());
  }

  /** Returns the words of a line as a real shell takes them. */
  private static List<String> words(String line) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\0' " + line).start();
    String words = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor()).isZero();
    return Arrays.asList(words.split("\0"));
  }

  @Test
  void documents_areThoseOfBothAccountsAndOfTheStreams() throws Exception {
    List<String> titles = new ArrayList<>();
    documents()
        .forEach(
            each -> titles.add(each.path("account").asText() + " " + each.path("title").asText()));

    assertThat(titles)
        .containsExactly(
            "123456789012 trust of the function's role, arn:aws:iam::123456789012:role/fanoutRole",
            "123456789012 permissions of the function's role,"
                + " arn:aws:iam::123456789012:role/fanoutRole",
            "210987654321 trust of the role of theirs, " + ROLE,
            "210987654321 permissions of the role of theirs, " + ROLE,
            "999999999999 resource policy of the stream " + STREAM,
            "999999999999 resource policy of the consumer " + CONSUMER,
            "999999999999 one more statement of the key's policy, or as a grant, " + KEY);
  }

  @Test
  void targetAccount_trustsTheFunctionByItsExternalId_andAllowsItsTableAlone() throws Exception {
    JsonNode documents = documents();

    assertThat(documents.get(2).path("document").toString())
        .contains(
            "\"Principal\":{\"AWS\":\"arn:aws:iam::123456789012:role/fanoutRole\"}",
            "\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":\"ext+1\"}}");
    assertThat(documents.get(3).path("document").toString())
        .contains("arn:aws:dynamodb:eu-west-1:210987654321:table/items", "key/table")
        .doesNotContain("sqs:", "123456789012");
    assertThat(documents.get(1).path("document").toString())
        .contains(
            "\"sts:AssumeRole\",\"Resource\":\"" + ROLE,
            "arn:aws:kinesis:eu-west-1:123456789012:stream/out")
        .doesNotContain("table/items", "key/table");
  }

  @Test
  void commands_areTakenByAShellAsTheyAreMeant() throws Exception {
    Map<String, List<String>> byCommand = new LinkedHashMap<>();
    List<PolicyDocument> printed = new ArrayList<>();
    for (String line : policy("--as", "commands").out().lines().toList()) {
      if (line.startsWith("#")) {
        continue;
      }
      List<String> words = words(line);
      assertThat(words.get(0)).isEqualTo("aws");
      byCommand
          .computeIfAbsent(words.get(1) + " " + words.get(2), each -> new ArrayList<>())
          .add(line);
      for (int at = 3; at < words.size(); at += 2) {
        assertThat(words.get(at)).startsWith("--");
        if (words.get(at).endsWith("policy") || words.get(at).endsWith("policy-document")) {
          printed.add(PolicyDocument.parse(words.get(at + 1)));
        }
      }
    }

    assertThat(byCommand.keySet())
        .containsExactly(
            "iam create-role",
            "iam put-role-policy",
            "kinesis put-resource-policy",
            "kms create-grant");
    assertThat(byCommand.get("kinesis put-resource-policy")).hasSize(2);
    List<PolicyDocument> documents = new ArrayList<>();
    documents()
        .forEach(
            each -> {
              if (!each.path("title").asText().contains("key")) {
                documents.add(PolicyDocument.parse(each.path("document").toString()));
              }
            });
    assertThat(printed).isEqualTo(documents);
    assertThat(words(byCommand.get("iam create-role").get(1)))
        .containsSubsequence("--role-name", "writer", "--path", "/delivery/");
    assertThat(words(byCommand.get("kms create-grant").get(0)))
        .containsSubsequence("--key-id", KEY, "--operations", "Decrypt");
  }

  @Test
  void documents_printedForPeople_areJsonUnderTitles() throws Exception {
    StringBuilder document = new StringBuilder();
    int documents = 0;
    for (String line : (policy().out() + "# end").lines().toList()) {
      if (!line.startsWith("#")) {
        document.append(line);
      } else if (!document.isEmpty()) {
        assertThat(PolicyDocument.parse(document.toString()).statements()).isNotEmpty();
        documents++;
        document.setLength(0);
      }
    }
    assertThat(documents).isEqualTo(7);
  }

  @Test
  void destinationThatTellsNoArn_isGrantedNothing() throws Exception {
    Path targets = folder.resolve("unclear.json");
    Files.writeString(
        targets, "[" + Cli.row("t", "iot", "broker.internal.example#topic/x", "") + "]");

    Ran ran =
        Cli.run(
            "policy",
            "--function-arn",
            "arn:aws:lambda:eu-west-1:123456789012:function:fanout",
            "--targets",
            targets.toString());

    assertThat(ran.errors()).contains("'t' does not tell its ARN, so iot:Publish is not granted");
    assertThat(ran.out()).doesNotContain("iot:", "\"*\"");
  }

  @Test
  void usage_everyProblemIsTold() {
    Ran ran =
        Cli.run(
            "policy",
            "--targets",
            "nowhere.json",
            "--without-targets",
            "--on-failure-arn",
            "x",
            "--secret-arn",
            "y");

    assertThat(ran.exitCode()).isEqualTo(Main.UNUSABLE);
    assertThat(ran.errors())
        .contains("file 'nowhere.json' cannot be read")
        .contains("exclude each other")
        .contains("--on-failure-arn 'x' is no ARN of sqs, sns, s3")
        .contains("--secret-arn 'y' is no ARN");
  }
}
