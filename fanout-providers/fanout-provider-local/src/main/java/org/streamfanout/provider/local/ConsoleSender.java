package org.streamfanout.provider.local;

import java.io.ByteArrayOutputStream;
import java.util.Collections;
import java.util.List;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.TargetSender;

/** Writes each batch to a standard stream in one go. */
final class ConsoleSender implements TargetSender {
  private final ConsoleStream stream;
  private final MessageFormat format;

  ConsoleSender(ConsoleStream stream, MessageFormat format) {
    this.stream = stream;
    this.format = format;
  }

  @Override
  public List<Outcome> send(Batch batch, Deadline deadline) throws InterruptedException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Message message : batch.messages()) {
      format.write(message, bytes);
    }
    Outcome all =
        stream.write(bytes.toByteArray())
            ? Outcome.accepted()
            // A standard stream that has failed once never works again.
            : Outcome.failed(
                Failure.fatal("StreamClosed", "nobody reads the standard stream any more"));
    return Collections.nCopies(batch.messages().size(), all);
  }

  @Override
  public long sizeInBytes(Message message) {
    return format.length(message);
  }
}
