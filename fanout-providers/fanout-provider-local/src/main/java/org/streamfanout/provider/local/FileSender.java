package org.streamfanout.provider.local;

import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.List;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Finding;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetSender;

/** Appends each batch to a file as a whole. */
final class FileSender implements TargetSender {
  private final String targetId;
  private final AppendedFile file;
  private final MessageFormat format;

  FileSender(String targetId, AppendedFile file, MessageFormat format) {
    this.targetId = targetId;
    this.file = file;
    this.format = format;
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Message message : batch.messages()) {
      format.write(message, bytes);
    }
    Failure failure = file.append(bytes.toByteArray(), format != MessageFormat.RAW, deadline);
    Outcome all = failure == null ? Outcome.accepted() : Outcome.failed(failure);
    return Collections.nCopies(batch.messages().size(), all);
  }

  @Override
  public long sizeInBytes(Message message) {
    return format.length(message);
  }

  @Override
  public Failure classify(Exception error) {
    return Failure.retryable(
        "WriteFailed", file.path() + " was not written to: " + error.getMessage());
  }

  @Override
  public List<Finding> check(Deadline deadline) {
    Failure problem = file.problem();
    return List.of(
        problem == null
            ? new Finding(Finding.Severity.OK, targetId, file.path() + " can be written to")
            : new Finding(Finding.Severity.ERROR, targetId, problem.detail()));
  }
}
