package org.streamfanout.kafka;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Member} in a process of its own, for tests that kill it. Each record that its targets
 * take is a line of a file before the target says so. It ends in order when its input does.
 */
final class MemberProcess implements AutoCloseable {
  private final Process process;

  private MemberProcess(Process process) {
    this.process = process;
  }

  static MemberProcess start(String name, String servers, String topic, Path file, Path log)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                MemberProcess.class.getName(),
                name,
                servers,
                topic,
                file.toString()));
    return new MemberProcess(
        builder.redirectErrorStream(true).redirectOutput(log.toFile()).start());
  }

  /** Ends the process at once, as SIGKILL does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("the process does not die");
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Runs a member: name, bootstrap servers, topic, file. */
  public static void main(String[] arguments) throws IOException {
    try (OutputStream out = new FileOutputStream(arguments[3], true);
        Member member =
            new Member(
                arguments[0],
                arguments[1],
                FanoutConsumerIT.KILLED,
                taken -> append(out, taken),
                arguments[2])) {
      member.start();
      while (System.in.read() >= 0) {
        continue;
      }
      member.consumer.stop(Duration.ofSeconds(10));
    }
  }

  private static void append(OutputStream out, Member.Taken taken) {
    String line = taken.targetId() + " " + taken.id() + " " + taken.record().key() + "\n";
    try {
      out.write(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
