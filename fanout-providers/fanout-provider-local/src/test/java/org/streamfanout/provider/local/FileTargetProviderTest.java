package org.streamfanout.provider.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.provider.local.LocalTargets.Context;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.Records;

class FileTargetProviderTest {
  private final FileTargetProvider provider = new FileTargetProvider();
  private final Context context = new Context(true);

  @TempDir Path folder;

  @Test
  void serviceLoader_findsBothTypes() {
    assertThat(ServiceLoader.load(TargetProvider.class).stream().map(found -> found.get().type()))
        .contains("file", "console");
  }

  @Test
  void send_severalBatches_areAppendedInOrder() throws Exception {
    Path file = folder.resolve("out.jsonl");
    TargetSender sender = open(file);

    assertThat(send(sender, 0, 3)).hasSize(3).containsOnly(Outcome.accepted());
    send(sender, 3, 5);

    assertThat(Files.readAllLines(file)).hasSize(5);
    assertThat(Files.readAllLines(file).get(4)).contains("\"key\":\"k4\"");
  }

  @Test
  void send_raw_writesTheBodiesOnly() throws Exception {
    Path file = folder.resolve("raw");
    TargetSender sender =
        provider.open(
            LocalTargets.target("file", file.toString()).options(Map.of("format", "raw")).build(),
            context);

    send(sender, 0, 3);

    assertThat(file).hasContent("d0d1d2");
  }

  @Test
  void send_manyThreadsAndTargets_neverMixLines() throws Exception {
    Path file = folder.resolve("shared.jsonl");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<List<Outcome>>> sends = new ArrayList<>();
      for (int sender = 0; sender < 8; sender++) {
        TargetSender own = open(file);
        for (int call = 0; call < 20; call++) {
          sends.add(threads.submit(() -> send(own, 0, 25)));
        }
      }
      for (Future<List<Outcome>> send : sends) {
        assertThat(send.get()).containsOnly(Outcome.accepted());
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(Files.readAllLines(file))
        .hasSize(8 * 20 * 25)
        .allMatch(line -> line.startsWith("{\"key\":") && line.endsWith("}"));
  }

  @Test
  void send_afterATornLine_startsALineOfItsOwn() throws Exception {
    Path file = Files.writeString(folder.resolve("torn"), "{\"key\":\"half");

    send(open(file), 0, 1);

    assertThat(Files.readAllLines(file)).hasSize(2);
    assertThat(Files.readAllLines(file).get(1)).startsWith("{\"key\":\"k0\"");
  }

  @Test
  void send_fileRemovedMeanwhile_makesItAnew() throws Exception {
    Path file = folder.resolve("rotated");
    TargetSender sender = open(file);
    send(sender, 0, 1);
    Files.delete(file);

    send(sender, 1, 2);

    assertThat(Files.readAllLines(file)).singleElement().asString().contains("k1");
  }

  @Test
  void send_interrupted_writesAllOrNothing() throws Exception {
    Path file = folder.resolve("interrupted");
    TargetSender sender = open(file);

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> send(sender, 0, 1)).isInstanceOf(InterruptedException.class);

    assertThat(Thread.interrupted()).isFalse();
    assertThat(file).doesNotExist();
  }

  @Test
  void send_noDirectory_isFatalAndTellsWhatToDo() throws Exception {
    TargetSender sender = open(folder.resolve("missing/out"));

    Failure failure = failureOf(send(sender, 0, 2));

    assertThat(failure.kind()).isEqualTo(Failure.Kind.FATAL);
    assertThat(failure.detail()).contains("missing", "make it");
    assertThat(sender.check(LocalTargets.soon()))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.ERROR);
  }

  @Test
  void send_aDirectory_isFatal() throws Exception {
    assertThat(failureOf(send(open(folder), 0, 1)).code()).isEqualTo("NotAFile");
  }

  @Test
  void send_lockedByAnother_waitsForALaterAttempt() throws Exception {
    Path file = folder.resolve("locked");
    TargetSender sender = open(file);
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock others = channel.lock()) {
      assertThat(others.isValid()).isTrue();
      assertThat(failureOf(send(sender, 0, 1)).kind()).isEqualTo(Failure.Kind.THROTTLED);
    }
    assertThat(send(sender, 0, 1)).containsExactly(Outcome.accepted());
    assertThat(Files.readAllLines(file)).hasSize(1);
  }

  @Test
  void append_failsHalfWay_leavesTheFileAsItWas() throws Exception {
    Path path = Files.writeString(folder.resolve("full"), "before\n");
    AppendedFile file =
        new AppendedFile(
            path,
            (out, bytes) -> {
              out.write(bytes, 0, 3);
              throw new IOException("No space left on device");
            });

    assertThatThrownBy(
            () -> file.append(new byte[] {'a', 'b', 'c', 'd'}, true, LocalTargets.soon()))
        .hasMessage("No space left on device");

    assertThat(path).hasContent("before\n");
  }

  @Test
  void classify_anIoException_isRetryable() {
    assertThat(open(folder.resolve("f")).classify(new IOException("No space left on device")))
        .satisfies(
            failure -> {
              assertThat(failure.kind()).isEqualTo(Failure.Kind.RETRYABLE);
              assertThat(failure.detail()).contains("No space left");
            });
  }

  @Test
  void check_writableFile_isOk() {
    assertThat(open(folder.resolve("f")).check(LocalTargets.soon()))
        .extracting(Finding::severity)
        .containsExactly(Finding.Severity.OK);
  }

  @Test
  void validate_goodTarget_touchesNothing() {
    provider.validate(LocalTargets.target("file", "/nowhere/at/all").build(), context);
  }

  @Test
  void validate_severalProblems_areAllListed() {
    TargetConfig target =
        LocalTargets.target("file", "folder/").options(Map.of("format", "xml")).build();

    assertThatThrownBy(() -> provider.validate(target, new Context(false)))
        .isInstanceOfSatisfying(
            InvalidTargetException.class,
            e ->
                assertThat(e.problems())
                    .hasSize(3)
                    .anyMatch(problem -> problem.contains("--allow-local"))
                    .anyMatch(problem -> problem.contains("'xml'"))
                    .anyMatch(problem -> problem.contains("names a directory")));
  }

  @Test
  void validate_impossiblePath_isAProblem() {
    assertThatThrownBy(
            () -> provider.validate(LocalTargets.target("file", "a\0b").build(), context))
        .isInstanceOf(InvalidTargetException.class)
        .hasMessageContaining("is no path");
  }

  @Test
  void capabilities_raw_hasNoTombstones() {
    Capabilities json = provider.capabilities(LocalTargets.target("file", "f").build());
    Capabilities raw =
        provider.capabilities(
            LocalTargets.target("file", "f").options(Map.of("format", "raw")).build());

    assertThat(json.tombstones()).isTrue();
    assertThat(raw.tombstones()).isFalse();
    assertThat(json.collapses()).containsExactlyInAnyOrder(Collapse.values());
    assertThat(json.defaultCollapse()).isEqualTo(Collapse.NONE);
  }

  private TargetSender open(Path file) {
    return provider.open(LocalTargets.target("file", file.toString()).build(), context);
  }

  private static List<Outcome> send(TargetSender sender, int from, int to) throws Exception {
    List<Message> messages =
        IntStream.range(from, to)
            .mapToObj(n -> LocalTargets.message(Records.kinesis(n, "k" + n, "d" + n)))
            .toList();
    Batch batch = LocalTargets.batch(messages);
    return sender.send(batch, LocalTargets.soon());
  }

  private static Failure failureOf(List<Outcome> outcomes) {
    assertThat(outcomes).hasOnlyElementsOfType(Outcome.Failed.class);
    return ((Outcome.Failed) outcomes.get(0)).failure();
  }
}
