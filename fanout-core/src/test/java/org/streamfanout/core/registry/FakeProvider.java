package org.streamfanout.core.registry;

import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Supplier;
import org.streamfanout.spi.Capabilities;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Description;
import org.streamfanout.spi.InvalidTargetException;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Permission;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.spi.TargetSender;

/** A provider that finds fault with the destination {@code bad} and breaks on {@code broken}. */
public record FakeProvider(String type, List<String> aliases, boolean collapses)
    implements TargetProvider {
  public static final ProviderContext CONTEXT =
      new ProviderContext() {
        @Override
        public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
          return factory.get();
        }

        @Override
        public String setting(String name) {
          return null;
        }

        @Override
        public Clock clock() {
          return Clock.systemUTC();
        }
      };

  @Override
  public Description describe() {
    return Description.builder("a fake").option("colour", "any", "red", "nothing").build();
  }

  @Override
  public Capabilities capabilities(TargetConfig target) {
    Capabilities.Builder builder = Capabilities.builder(Limits.of(10, 1000, 1000));
    if (collapses) {
      builder.claimChecks(true);
      builder.collapses(EnumSet.of(Collapse.NONE, Collapse.JSON), Collapse.JSON);
    }
    return builder.build();
  }

  @Override
  public void validate(TargetConfig target, ProviderContext context) {
    if (target.destination().equals("bad")) {
      throw new InvalidTargetException(List.of("destination is bad", "and ugly"));
    }
    if (target.destination().equals("broken")) {
      throw new IllegalStateException("a bug");
    }
  }

  @Override
  public List<Permission> permissions(TargetConfig target) {
    return type.equals("cloud") ? List.of(new Permission("cloud:Put", "*")) : List.of();
  }

  @Override
  public TargetSender open(TargetConfig target, ProviderContext context) {
    throw new UnsupportedOperationException("validation opens nothing");
  }
}
