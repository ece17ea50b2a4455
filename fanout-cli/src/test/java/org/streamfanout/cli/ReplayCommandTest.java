package org.streamfanout.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.streamfanout.cli.Cli.row;
import static org.streamfanout.cli.Letters.fileLine;
import static org.streamfanout.cli.Letters.letter;
import static org.streamfanout.cli.Letters.lines;
import static org.streamfanout.cli.Letters.record;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.streamfanout.cli.Cli.Ran;
import org.streamfanout.core.deadletter.DeadLetter;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;

class ReplayCommandTest {
  @TempDir private Path directory;
  private Path delivered;
  private Path targets;

  @BeforeEach
  void place() throws IOException {
    delivered = directory.resolve("made/delivered.txt");
    targets = file("targets.json", "[" + rawFile("") + "]");
  }

  private Path file(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private String rawFile(String more) {
    return row(
        "t",
        "file",
        delivered.toString(),
        "'ordering':'SHARD','options':{'format':'raw'}" + (more.isEmpty() ? "" : "," + more));
  }

  private Ran replay(Path from, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replay",
                "--from",
                from.toString(),
                "--target",
                "t",
                "--targets",
                targets.toString()));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray(String[]::new));
  }

  private static Path state(Path from) {
    return from.resolveSibling(from.getFileName() + ".t.replayed");
  }

  @Test
  void replay_file_bytesInOrderAndOnlyOnce() throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a"), letter("t", 2, "b")) + lines());

    Ran first = replay(from);
    Ran second = replay(from);

    assertThat(first.errors()).isEmpty();
    assertThat(first.exitCode()).isZero();
    assertThat(first.out()).contains("2 read, 2 accepted, 0 filtered, 0 left");
    assertThat(second.exitCode()).isZero();
    assertThat(second.out()).contains("0 read, 0 accepted").contains("2 replayed before");
    assertThat(delivered).hasContent("ab");
  }

  @Test
  void replay_fileThatGrewAndLostItsBeginning_onlyWhatIsNew() throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a"), letter("t", 2, "b")));
    replay(from);
    Files.writeString(from, lines(letter("t", 2, "b"), letter("t", 3, "c")));

    assertThat(replay(from).exitCode()).isZero();
    assertThat(delivered).hasContent("abc");
  }

  @Test
  void replay_directory_everyFormThatTargetsWrite() throws IOException {
    String raw = lines(letter("t", 3, "c"), letter("t", 4, "d")).replace("\n", "");
    file("in/1.jsonl", fileLine(letter("t", 1, "a")) + lines(letter("t", 2, "b")));
    file("in/2.bin", raw);
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(directory.resolve("in/3.jsonl.gz")))) {
      out.write(lines(letter("t", 5, "e")).getBytes(StandardCharsets.UTF_8));
    }
    Files.write(
        directory.resolve("in/4.jsonl.zst"),
        Zstd.compress(lines(letter("t", 6, "f")).getBytes(StandardCharsets.UTF_8)));
    Path in = directory.resolve("in");

    Ran ran = replay(in);

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
    assertThat(delivered).hasContent("abcdef");
    assertThat(replay(in).out()).contains("6 replayed before");
    assertThat(in.resolve("replay.t.replayed")).exists();
  }

  @Test
  void replay_whatIsNoLetterOfTheTarget_isNamedCountedAndLeft() throws IOException {
    String later = letter("t", 2, "b").toJson().utf8().replace("Version\":1", "Version\":9");
    Path from =
        file(
            "l.jsonl",
            "secret nonsense\n" + later + "\n" + lines(letter("u", 3, "c"), letter("t", 4, "d")));
    Path report = directory.resolve("report.json");

    Ran ran = replay(from, "--report", report.toString());

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(delivered).hasContent("d");
    assertThat(ran.out())
        .contains("4 read, 1 accepted, 0 filtered, 2 left; passed over: 1 of other targets")
        .contains("deadLetterVersion is 9", "l.jsonl line 2", "l.jsonl line 1")
        .doesNotContain("secret");
    JsonNode letters = new JsonMapper().readTree(report.toFile()).get("letters");
    assertThat(letters.get("left").asInt()).isEqualTo(2);
    assertThat(letters.get("wantedByFailure").get("REJECTED/TooLarge").asInt()).isEqualTo(1);
  }

  @Test
  void replay_dryRun_saysWhatWouldGoAndTouchesNothing() throws IOException {
    Path from =
        file("l.jsonl", lines(letter("t", 1, "a"), letter("t", 2, "b"), letter("u", 3, "c")));

    Ran ran = replay(from, "--dry-run");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .contains("2 letters, ", "would go to target 't'", "2 REJECTED/TooLarge")
        .contains("from 2026-11-21T14:00:01Z to 2026-11-21T14:00:02Z");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(from, targets);
    }
  }

  @Test
  void replay_filter_othersStayForLater() throws IOException {
    Path from =
        file(
            "l.jsonl",
            lines(
                letter("t", record(1, "a", "1")).build(),
                letter("t", record(2, "b", "2")).build()));

    assertThat(replay(from, "--filter", "{\"key\":[\"b\"]}").exitCode()).isZero();
    assertThat(delivered).hasContent("2");
    assertThat(replay(from).exitCode()).isZero();
    assertThat(delivered).hasContent("21");
  }

  @Test
  void replay_readyLetters_areNeitherDecodedNorFilteredAgain() throws IOException {
    targets =
        file(
            "targets.json",
            "["
                + rawFile(
                    "'appendNewlines':true,'deaggregate':true,'filter':{'data':{'n':[7]}},"
                        + "'onFailure':'DEAD_LETTER','deadLetter':'gone'")
                + ","
                + row("gone", "file", directory + "/d", "'deadLetterOnly':true")
                + "]");
    Path from = file("l.jsonl", lines(letter("t", 1, "a\n"), letter("t", 2, "b\n")));

    Ran ran = replay(from);

    assertThat(ran.exitCode()).as(ran.out() + ran.errors()).isZero();
    assertThat(Files.readString(delivered)).isEqualTo("a\nb\n");
  }

  @Test
  void replay_lettersThatWereNotFiltered_areNow() throws IOException {
    targets =
        file(
            "targets.json",
            "[" + rawFile("'appendNewlines':true,'filter':{'data':{'n':[7]}}") + "]");
    DeadLetter.Stage stage = DeadLetter.Stage.DECODED;
    Path from =
        file(
            "l.jsonl",
            lines(
                letter("t", record(1, "k", "{\"n\":7}\n")).stage(stage).build(),
                letter("t", record(2, "k", "{\"n\":8}\n")).stage(stage).build()));

    Ran ran = replay(from);

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("2 read, 1 accepted, 1 filtered, 0 left");
    assertThat(Files.readString(delivered)).isEqualTo("{\"n\":7}\n");
  }

  @Test
  void replay_transformThatWasNotApplied_nothingGoesWithoutIt() throws IOException {
    targets = file("targets.json", "[" + rawFile("'transform':'redact'") + "]");
    Path from =
        file(
            "l.jsonl",
            lines(
                letter("t", record(1, "k", "redacted")).build(),
                letter("t", record(2, "k", "secret")).stage(DeadLetter.Stage.DECODED).build(),
                letter("t", record(3, "k", "too")).build()));

    Ran ran = replay(from);

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .contains("1 left: transform 'redact' was not applied")
        .contains("1 left: an earlier letter of its order stays");
    assertThat(delivered).hasContent("redacted");
  }

  @Test
  void replay_partThatIsInNoAggregate_isNotSentUnderAKeyThatIsNotItsOwn() throws IOException {
    targets = file("targets.json", "[" + rawFile("'deaggregate':true") + "]");
    FanoutRecord part =
        FanoutRecord.builder("s0:1", "1").shard("s0").part(2).data(Bytes.utf8("x")).build();
    Path from = file("l.jsonl", lines(letter("t", part).stage(DeadLetter.Stage.SOURCE).build()));

    Ran ran = replay(from);

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out()).contains("1 left: it could not be taken out of its aggregate");
    assertThat(delivered).doesNotExist();
  }

  @Test
  void replay_isLeft_saysWhatToTypeToGoOn() throws IOException {
    Path from = file("l s.jsonl", "nonsense\n");

    assertThat(replay(from).errors())
        .contains("to go on, type: ./fanout replay --from '" + from + "' --target t --targets");
  }

  @Test
  void replay_targetThatTakesNothing_nothingIsLostAndTheNextRunGoesOn() throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a"), letter("t", 2, "b")));
    Files.createDirectories(delivered);

    Ran stuck = replay(from);
    Files.delete(delivered);
    Ran repaired = replay(from);

    assertThat(stuck.exitCode()).isEqualTo(1);
    assertThat(stuck.errors()).contains("ended early: the target takes nothing for now: FATAL/");
    assertThat(stuck.out()).contains("2 read, 0 accepted, 0 filtered, 2 left");
    assertThat(repaired.exitCode()).isZero();
    assertThat(delivered).hasContent("ab");
  }

  @Test
  void replay_stateCutOffByACrash_onlyThatLetterAgain() throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a"), letter("t", 2, "b")));
    replay(from);
    byte[] whole = Files.readAllBytes(state(from));
    Files.write(state(from), java.util.Arrays.copyOf(whole, whole.length - 10));

    assertThat(replay(from).exitCode()).isZero();
    assertThat(delivered).hasContent("abb");
    assertThat(Files.readAllBytes(state(from))).isEqualTo(whole);
  }

  @Test
  void replay_stateOfAnotherTargetOrOfNothing_isAProblem() throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a")));
    Path other = file("other", "{\"replayOf\":\"u\"}\n");
    Path nonsense = file("nonsense", "[1]\nhello\n");

    assertThat(replay(from, "--state", other.toString()).errors())
        .contains("replay to target 'u'", "nothing was sent");
    assertThat(replay(from, "--state", nonsense.toString()).exitCode()).isEqualTo(2);
    assertThat(nonsense).hasContent("[1]\nhello");
    assertThat(delivered).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rate | 0 | below 1",
        "--filter | {\"data\":[\"x\"]} | names 'data'",
        "--from | nowhere.jsonl | no directory",
        "--from | s3://X | no s3://",
        "--from | https://host | no queue",
        "--target | nobody | no active row",
        "--visibility | 1s | not from 3s to 11h",
        "--visibility | 12h | not from 3s to 11h",
      })
  void replay_badUsage_nothingIsSent(String option, String value, String said) throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a")));
    List<String> arguments =
        new ArrayList<>(List.of("replay", "--targets", targets.toString(), option, value));
    if (!option.equals("--from")) {
      arguments.addAll(List.of("--from", from.toString()));
    }
    if (!option.equals("--target")) {
      arguments.addAll(List.of("--target", "t"));
    }

    Ran ran = Cli.run(arguments.toArray(String[]::new));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains(said).contains("nothing was sent");
    assertThat(delivered).doesNotExist();
  }

  @Test
  void replay_rowThatTakesDeadLettersOnly_isAProblem() throws IOException {
    targets =
        file(
            "targets.json",
            "[" + row("t", "file", directory + "/d", "'deadLetterOnly':true") + "]");

    Ran ran = replay(file("l.jsonl", lines(letter("t", 1, "a"))));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.errors()).contains("takes dead letters only");
  }

  @Test
  void replay_inUse_isAProblem() throws IOException {
    Path from = file("l.jsonl", lines(letter("t", 1, "a")));
    try (ReplayJournal open = ReplayJournal.open(state(from), "t")) {
      Ran ran = replay(from);

      assertThat(ran.exitCode()).isEqualTo(2);
      assertThat(ran.errors()).contains("in use by another replay");
      assertThat(open.has("")).isFalse();
    }
  }

  @Test
  void replay_linesWithoutEndAndBlankOnes_areRead() throws IOException {
    Path from = file("l.jsonl", "\n\n" + lines(letter("t", 1, "a")).strip());

    assertThat(replay(from).exitCode()).isZero();
    assertThat(delivered).hasContent("a");
  }

  @Test
  void replay_tenMebibytes_areEqual() throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes("x".repeat(10 * 1024 * 1024).getBytes(StandardCharsets.UTF_8));
    Path from = file("l.jsonl", lines(letter("t", 1, data.toString(StandardCharsets.UTF_8))));
    Files.writeString(from, fileLine(letter("t", 2, "y")), StandardOpenOption.APPEND);

    assertThat(replay(from).exitCode()).isZero();
    assertThat(Files.size(delivered)).isEqualTo(10 * 1024 * 1024 + 1);
  }
}
