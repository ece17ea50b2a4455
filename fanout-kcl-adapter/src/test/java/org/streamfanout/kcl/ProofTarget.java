package org.streamfanout.kcl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Capabilities.CallOrder;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * A destination that outlives its process: it appends to a {@link ProofLog}, and fails as long as a
 * file says that the target is down, for everyone or for one worker. Each failed call leaves a byte
 * in another file.
 */
final class ProofTarget implements TargetProvider {
  static final String TYPE = "proof";

  private static final int MESSAGES = 100;
  private static final int BYTES = 1 << 20;

  private final Path folder;
  private final String worker;
  private final ProofLog log;

  ProofTarget(Path folder, String worker) {
    this.folder = folder;
    this.worker = worker;
    this.log = new ProofLog(folder.resolve("log"));
  }

  /** The file that takes a target down, at all workers. */
  static Path down(Path folder, String target) {
    return folder.resolve("down-" + target);
  }

  /** The file that takes a target down at one worker. */
  static Path down(Path folder, String target, String worker) {
    return folder.resolve("down-" + target + "-at-" + worker);
  }

  /** The file that has a byte for each call of a worker that failed. */
  static Path failures(Path folder, String target, String worker) {
    return folder.resolve("failures-" + target + "-at-" + worker);
  }

  @Override
  public String type() {
    return TYPE;
  }

  @Override
  public Description describe() {
    return Description.builder("Appends to a file of the test.").destination("anything").build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return Capabilities.builder(Limits.of(MESSAGES, BYTES, BYTES))
        .callOrder(CallOrder.PREFIX)
        .build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    // A row of the test's own.
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    String id = target.id();
    return new TargetSender() {
      @Override
      public List<Outcome> send(Batch batch, Deadline deadline) throws IOException {
        List<Message> messages = batch.messages();
        if (Files.exists(down(folder, id)) || Files.exists(down(folder, id, worker))) {
          Files.write(
              failures(folder, id, worker),
              new byte[] {'x'},
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
          Outcome failed = Outcome.failed(Failure.retryable("Down", "the test has taken it down"));
          return Collections.nCopies(messages.size(), failed);
        }
        log.append(id, worker, messages);
        return Collections.nCopies(messages.size(), Outcome.accepted());
      }

      @Override
      public long sizeInBytes(Message message) {
        return message.bodyLength();
      }
    };
  }
}
