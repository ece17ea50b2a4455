package org.streamfanout.provider.local;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/**
 * Type {@code file}: appends messages to a file. Thread-safe.
 *
 * <p>A call is written as a whole or not at all, so no reader meets half a line. Targets and
 * engines of this and other processes may write to one file. Data is handed to the operating system
 * and not forced to the disk.
 */
public final class FileTargetProvider implements TargetProvider {
  /** Makes the provider; {@link java.util.ServiceLoader} does. */
  public FileTargetProvider() {}

  @Override
  public String type() {
    return "file";
  }

  @Override
  public Description describe() {
    return LocalRows.describe(
            Description.builder("Appends to a file of the machine that runs the engine.")
                .destination(
                    "a path; relative ones start at the working directory; the directory must"
                        + " exist")
                .example("out/orders.jsonl"))
        .retried(
            "A file that somebody else has locked, which counts as throttling; a write that fails,"
                + " as on a full disk, after what it left was removed.")
        .rejected(
            "A tombstone where the format is raw. A directory that does not exist, something that is"
                + " no regular file and a file that must not be written to stop the target.")
        .build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    return LocalRows.capabilities(target);
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    List<String> problems = LocalRows.problems(target, context);
    String destination = target.destination();
    try {
      if (Path.of(destination).getFileName() == null || destination.endsWith("/")) {
        problems.add("destination '" + destination + "' names a directory; name a file in it");
      }
    } catch (InvalidPathException e) {
      problems.add("destination '" + destination + "' is no path: " + e.getReason());
    }
    if (!problems.isEmpty()) {
      throw new InvalidTargetException(problems);
    }
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    Path path = Path.of(target.destination()).toAbsolutePath().normalize();
    AppendedFile file =
        context.shared(AppendedFile.class, path.toString(), () -> new AppendedFile(path));
    return new FileSender(target.id(), file, MessageFormat.of(target));
  }
}
