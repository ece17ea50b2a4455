package org.streamfanout.provider.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.TargetProviderKit;
import org.streamfanout.testkit.TestContext;
import org.streamfanout.testkit.Trouble;

/** On a stream in memory, in place of the process's own. */
class ConsoleTargetProviderKitTest extends TargetProviderKit {
  @Override
  protected TargetProvider provider() {
    return new ConsoleTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Printed();
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            LocalTargets.target("console", "stdlog").options(Map.of("format", "xml")).build(),
            List.of("'stdlog'", "'xml'")));
  }

  /** A stream that nobody reads is as good as missing; a write cannot be held up. */
  @Override
  protected Set<Trouble> troubles() {
    return EnumSet.of(Trouble.MISSING);
  }

  @Override
  protected boolean failsEntries() {
    return false;
  }

  private static final class Printed implements KitDestination {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean isClosed;
    private volatile PrintStream stream = stream();

    /** A new one for each trouble: one that has failed once says so for ever. */
    private PrintStream stream() {
      return new PrintStream(
          new OutputStream() {
            @Override
            public void write(int next) throws IOException {
              write(new byte[] {(byte) next}, 0, 1);
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
              calls.incrementAndGet();
              if (isClosed) {
                throw new IOException("Broken pipe");
              }
              bytes.write(from, offset, length);
            }
          },
          false,
          StandardCharsets.UTF_8);
    }

    @Override
    public TargetConfig target() {
      return LocalTargets.target("console", "stdout").build();
    }

    @Override
    public void configure(TestContext context) {
      context.set(ProviderContext.ALLOW_LOCAL, "true");
      context.shared(ConsoleStream.class, "stdout", () -> new ConsoleStream(() -> stream));
    }

    @Override
    public List<Bytes> arrived() throws IOException {
      return WrittenLines.data(bytes.toString(StandardCharsets.UTF_8));
    }

    @Override
    public int calls() {
      return calls.get();
    }

    @Override
    public void trouble(Trouble trouble) {
      isClosed = true;
    }

    @Override
    public void calm() {
      isClosed = false;
      stream = stream();
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
    public void close() {}
  }
}
