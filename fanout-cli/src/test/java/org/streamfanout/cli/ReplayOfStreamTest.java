package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.cli.Letters.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.core.deadletter.DeadLetter;

/** Letters out of a stream, by way of the file that a worker with a {@code file} row writes. */
class ReplayOfStreamTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String LETTERS = "arn:aws:kinesis:us-east-1:123456789012:stream/letters";
  private static final String TABLE =
      "arn:aws:dynamodb:us-east-1:123456789012:table/letters/stream/2026-11-01T00:00:00.000";

  @TempDir private Path directory;
  private Path letters;
  private Path delivered;

  @BeforeEach
  void place() {
    letters = directory.resolve("letters.jsonl");
    delivered = directory.resolve("delivered.txt");
  }

  private static DeadLetter letter(int number, String data) {
    return Letters.letter("t", record(number, "k", data)).build();
  }

  private String write(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content).toString();
  }

  private void assertReplayedAfter(String event, String source, String more) throws IOException {
    String row =
        Cli.row("all", "file", letters.toString(), "'ordering':'SHARD'" + more)
            .replace(Cli.STREAM, source);
    Ran worker =
        Cli.run(
            "run",
            "--event",
            write("e.json", event),
            "--targets",
            write("w.json", "[" + row + "]"));
    assertThat(worker.exitCode()).as(worker.errors()).isZero();
    String target =
        Cli.row("t", "file", delivered.toString(), "'ordering':'SHARD','options':{'format':'raw'}");

    Ran ran =
        Cli.run(
            "replay",
            "--from",
            letters.toString(),
            "--target",
            "t",
            "--targets",
            write("t.json", "[" + target + "]"));

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
    assertThat(delivered).hasContent("abc");
  }

  @Test
  void replay_fileOfAWorkerOnAStreamOfLetters_bytesInOrder() throws IOException {
    assertReplayedAfter(
        Cli.event(
            LETTERS,
            "s:1:" + letter(1, "a").toJson().utf8(),
            "s:2:" + letter(2, "b").toJson().utf8(),
            "s:3:" + letter(3, "c").toJson().utf8()),
        LETTERS,
        "");
  }

  @Test
  void replay_fileOfAWorkerOnATableOfLetters_bytesInOrder() throws IOException {
    ArrayNode records = MAPPER.createArrayNode();
    for (int number = 1; number <= 3; number++) {
      JsonNode letter =
          MAPPER.readTree(letter(number, "abc".substring(number - 1, number)).toJson().utf8());
      ObjectNode record = records.addObject();
      record.put("eventID", "e" + number).put("eventName", "INSERT").put("eventVersion", "1.1");
      record.put("eventSource", "aws:dynamodb").put("awsRegion", "us-east-1");
      record.put("eventSourceARN", TABLE);
      ObjectNode change = record.putObject("dynamodb");
      change.putObject("Keys").putObject("letterId").put("S", "l" + number);
      change.put("SequenceNumber", Integer.toString(number)).put("SizeBytes", 1);
      change.put("StreamViewType", "NEW_AND_OLD_IMAGES");
      ObjectNode image = (ObjectNode) attribute(letter).get("M");
      image.putObject("letterId").put("S", "l" + number);
      change.set("NewImage", image);
    }

    assertReplayedAfter(
        MAPPER.createObjectNode().set("Records", records).toString(), TABLE, ",'convertDDB':true");
  }

  /** Returns a value as an item has it. */
  private static ObjectNode attribute(JsonNode value) {
    ObjectNode attribute = MAPPER.createObjectNode();
    if (value.isObject()) {
      ObjectNode map = attribute.putObject("M");
      value.properties().forEach(each -> map.set(each.getKey(), attribute(each.getValue())));
    } else if (value.isArray()) {
      ArrayNode list = attribute.putArray("L");
      value.forEach(each -> list.add(attribute(each)));
    } else if (value.isNull()) {
      attribute.put("NULL", true);
    } else {
      attribute.put(value.isNumber() ? "N" : "S", value.asText());
    }
    return attribute;
  }
}
