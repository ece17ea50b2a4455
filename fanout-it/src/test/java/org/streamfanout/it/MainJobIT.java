package org.streamfanout.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.it.Capture.UserRecord;
import org.streamfanout.it.ChildProcess.Ran;

/** The README's command, on a real capture: every byte that went in comes out where it should. */
class MainJobIT {
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir private static Path directory;
  private static Capture capture;
  private static List<UserRecord> records;
  private static Ran ran;

  @BeforeAll
  static void run() throws Exception {
    capture = Capture.donations();
    records = capture.userRecords();
    ran =
        ChildProcess.fanout(
            directory,
            "run",
            "--event",
            Repository.file("examples/events/kinesis-kpl.json").toString(),
            "--targets",
            Repository.file("examples/targets.json").toString(),
            "--report",
            "report.json");
    assertThat(ran.exitCode()).as(ran.errors()).isZero();
  }

  private static List<JsonNode> lines(String name) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("out/" + name))) {
      lines.add(MAPPER.readTree(line));
    }
    return lines;
  }

  private static JsonNode json(UserRecord record) {
    try {
      return MAPPER.readTree(record.data());
    } catch (IOException e) {
      return null; // text or bytes, as a third of the capture is
    }
  }

  private static boolean isDonation(UserRecord record) {
    JsonNode json = json(record);
    return json != null && "donation".equals(json.path("event").asText());
  }

  private static boolean isDonationFrom(UserRecord record, double amount) {
    return isDonation(record) && json(record).path("amount").asDouble() >= amount;
  }

  private static Map<String, List<JsonNode>> expected(Predicate<UserRecord> wanted, boolean byKey)
      throws IOException {
    Map<String, List<JsonNode>> groups = new LinkedHashMap<>();
    for (UserRecord record : records) {
      if (wanted.test(record)) {
        groups
            .computeIfAbsent(
                byKey ? record.shard() + " " + record.key() : record.shard(),
                group -> new ArrayList<>())
            .add(MAPPER.readTree(record.line()));
      }
    }
    return groups;
  }

  private static Map<String, List<JsonNode>> delivered(String name, boolean byKey)
      throws IOException {
    Map<String, String> shards = new LinkedHashMap<>();
    for (UserRecord record : records) {
      shards.put(MAPPER.readTree(record.line()).get("sequenceNumber").asText(), record.shard());
    }
    Map<String, List<JsonNode>> groups = new LinkedHashMap<>();
    for (JsonNode line : lines(name)) {
      String shard = shards.get(line.get("sequenceNumber").asText());
      groups
          .computeIfAbsent(
              byKey ? shard + " " + line.get("key").asText() : shard, group -> new ArrayList<>())
          .add(line);
    }
    return groups;
  }

  @Test
  void everything_inShardOrder_isEveryUserRecordByteForByte() throws IOException {
    assertThat(lines("everything.jsonl")).hasSize(601);
    assertThat(delivered("everything.jsonl", false)).isEqualTo(expected(record -> true, false));
  }

  @Test
  void large_inKeyOrder_isWhatTheFilterMatches() throws IOException {
    assertThat(lines("large.jsonl")).hasSize(188);
    assertThat(delivered("large.jsonl", true))
        .isEqualTo(expected(record -> isDonationFrom(record, 500), true));
  }

  @Test
  void joined_bodies_areTheDonationsOfTheirPositionsInOrder() throws IOException {
    assertThat(unpacked("joined.jsonl", false)).isEqualTo(texts(MainJobIT::isDonation, false));
  }

  @Test
  void documents_bodiesAndDeadLetters_areEveryRecordOnce() throws IOException {
    assertThat(unpacked("documents.jsonl", true))
        .isEqualTo(texts(record -> json(record) != null, true));

    Map<String, Integer> letters = new LinkedHashMap<>();
    for (JsonNode line : lines("rejected.jsonl")) {
      JsonNode letter = MAPPER.readTree(line.get("data").binaryValue());
      assertThat(letter.get("target").asText()).isEqualTo("documents");
      letters.merge(
          letter.get("key").asText() + " " + letter.get("data").asText(), 1, Integer::sum);
    }
    Map<String, Integer> rejected = new LinkedHashMap<>();
    for (UserRecord record : records) {
      if (json(record) == null) {
        rejected.merge(
            record.key() + " " + Base64.getEncoder().encodeToString(record.data()),
            1,
            Integer::sum);
      }
    }
    assertThat(letters).isEqualTo(rejected);
  }

  /** Returns the documents within collapsed bodies, as text, by shard and perhaps key. */
  private static Map<String, List<String>> unpacked(String name, boolean byKey) throws IOException {
    Map<String, String> shards = new LinkedHashMap<>();
    for (UserRecord record : records) {
      shards.put(MAPPER.readTree(record.line()).get("sequenceNumber").asText(), record.shard());
    }
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (JsonNode line : lines(name)) {
      String body = new String(line.get("data").binaryValue(), UTF_8);
      JsonNode documents = MAPPER.readTree(body).get("Records");
      assertThat(body).isEqualTo("{\"Records\":" + documents + "}");
      assertThat(documents).hasSameSizeAs(line.get("positions"));
      String shard = shards.get(line.get("positions").get(0).get("sequenceNumber").asText());
      for (JsonNode document : documents) {
        groups
            .computeIfAbsent(
                byKey ? shard + " " + line.get("key").asText() : shard, group -> new ArrayList<>())
            .add(document.toString());
      }
    }
    return groups;
  }

  private static Map<String, List<String>> texts(Predicate<UserRecord> wanted, boolean byKey) {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    for (UserRecord record : records) {
      if (wanted.test(record)) {
        groups
            .computeIfAbsent(
                byKey ? record.shard() + " " + record.key() : record.shard(),
                group -> new ArrayList<>())
            .add(new String(record.data(), UTF_8));
      }
    }
    return groups;
  }

  @Test
  void aggregates_bodies_areTheSourceRecordsByteForByte() throws IOException {
    Map<String, byte[]> wanted = new LinkedHashMap<>();
    for (JsonNode record : capture.lambdaEvent().get("Records")) {
      JsonNode kinesis = record.get("kinesis");
      wanted.put(kinesis.get("sequenceNumber").asText(), kinesis.get("data").binaryValue());
    }
    int found = 0;
    for (JsonNode line : lines("aggregates.jsonl")) {
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (JsonNode position : line.get("positions")) {
        expected.write(wanted.get(position.get("sequenceNumber").asText()));
        found++;
      }
      assertThat(Base64.getDecoder().decode(line.get("data").binaryValue()))
          .isEqualTo(expected.toByteArray());
    }
    assertThat(found).isEqualTo(capture.sourceRecords()).isEqualTo(13);
  }

  @Test
  void screen_lines_areTheLargestDonations() {
    List<String> largest =
        records.stream()
            .filter(record -> isDonationFrom(record, 980))
            .map(record -> new String(record.data(), UTF_8))
            .toList();

    assertThat(ran.out().lines().filter(line -> line.startsWith("{")))
        .containsExactlyInAnyOrderElementsOf(largest)
        .hasSize(7);
  }

  @Test
  void report_counts_areConservedAndNothingIsHeld() throws IOException {
    JsonNode report = MAPPER.readTree(directory.resolve("report.json").toFile());

    assertThat(report.get("targets"))
        .extracting(target -> target.get("id").asText())
        .containsExactlyInAnyOrder(
            "everything", "large", "joined", "documents", "aggregates", "screen");
    for (JsonNode target : report.get("targets")) {
      long ends = 0;
      for (String end :
          List.of(
              "accepted",
              "filtered",
              "deadLettered",
              "dropped",
              "alreadySettled",
              "released",
              "held")) {
        ends += target.get(end).asLong();
      }
      assertThat(ends).isEqualTo(target.get("records").asLong());
      assertThat(target.get("held").asLong()).isZero();
      assertThat(target.get("records").asLong())
          .isEqualTo(target.get("id").asText().equals("aggregates") ? 13 : 601);
    }
    assertThat(report.get("batches")).hasSize(4);
  }

  @Test
  void table_onStandardOutput_namesEveryTarget() {
    assertThat(ran.out()).contains(Capture.STREAM).contains("dead-lettered").contains("documents");
  }

  @Test
  void run_badTargets_exitTwoAndEveryProblem(@TempDir Path elsewhere) throws Exception {
    Files.writeString(
        elsewhere.resolve("targets.json"),
        """
        [{"sourceArn": "%1$s", "id": "a", "type": "pigeon", "destination": "x", "active": true},
         {"sourceArn": "%1$s", "id": "b", "type": "file", "destination": "b", "active": true,
          "deadLetter": "ghost", "onFailure": "DEAD_LETTER"}]
        """
            .formatted(Capture.STREAM));

    Ran bad =
        ChildProcess.fanout(
            elsewhere,
            "run",
            "--event",
            Repository.file("examples/events/kinesis-kpl.json").toString(),
            "--targets",
            "targets.json");

    assertThat(bad.exitCode()).isEqualTo(2);
    assertThat(bad.out()).isEmpty();
    assertThat(bad.errors()).contains("'pigeon'").contains("'ghost'");
    assertThat(elsewhere.resolve("b")).doesNotExist();
  }
}
