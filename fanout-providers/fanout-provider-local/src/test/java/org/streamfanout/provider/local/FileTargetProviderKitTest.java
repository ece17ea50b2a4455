package org.streamfanout.provider.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/** On the file system of this machine; only its failures are made. */
class FileTargetProviderKitTest extends TargetProviderKit {
  @TempDir Path folder;

  @Override
  protected TargetProvider provider() {
    return new FileTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Written(folder.resolve("out.jsonl"));
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            LocalTargets.target("file", "folder/").options(Map.of("format", "xml")).build(),
            List.of("names a directory", "'xml'")),
        new InvalidTarget(LocalTargets.target("file", "a\0b").build(), List.of("is no path")));
  }

  /** There is no network, and a write cannot be held up. */
  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.of(Trouble.SERVER_ERROR);
  }

  @Override
  protected boolean failsEntries() {
    return false;
  }

  private static final class Written implements KitDestination {
    private final Path path;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean isFull;

    Written(Path path) {
      this.path = path;
    }

    @Override
    public TargetConfig target() {
      return LocalTargets.target("file", path.toString()).build();
    }

    @Override
    public void configure(TestContext context) {
      context.set(ProviderContext.ALLOW_LOCAL, "true");
      context.shared(
          AppendedFile.class,
          path.toString(),
          () ->
              new AppendedFile(
                  path,
                  (out, bytes) -> {
                    calls.incrementAndGet();
                    if (isFull) {
                      out.write(bytes, 0, bytes.length / 2);
                      throw new IOException("No space left on device");
                    }
                    out.write(bytes);
                  }));
    }

    @Override
    public List<Bytes> arrived() throws IOException {
      return Files.exists(path) ? WrittenLines.data(Files.readString(path)) : List.of();
    }

    @Override
    public int calls() {
      return calls.get();
    }

    @Override
    public void trouble(Trouble trouble) {
      isFull = true;
    }

    @Override
    public void calm() {
      isFull = false;
    }

    @Override
    public void awaitHeld() {
      throw new UnsupportedOperationException("a write cannot be held up");
    }

    @Override
    public int connections() {
      return 0;
    }

    @Override
    public void close() {
      try {
        Files.deleteIfExists(path);
      } catch (IOException error) {
        throw new UncheckedIOException("the file could not be removed", error);
      }
    }
  }
}
