package org.streamfanout.provider.local;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.testkit.Records;

/** What the tests of both types need. */
final class LocalTargets {
  private LocalTargets() {}

  /** A context with the operator's word, or without it. */
  static final class Context implements ProviderContext {
    private final Map<String, Object> shared = new ConcurrentHashMap<>();
    private final boolean allowed;

    Context(boolean allowed) {
      this.allowed = allowed;
    }

    @Override
    public <T> T shared(Class<T> type, String name, Supplier<? extends T> factory) {
      return type.cast(shared.computeIfAbsent(type + name, key -> factory.get()));
    }

    @Override
    public String setting(String name) {
      return name.equals(ProviderContext.ALLOW_LOCAL) && allowed ? "true" : null;
    }

    @Override
    public Clock clock() {
      return Clock.systemUTC();
    }
  }

  static TargetConfig.Builder target(String type, String destination) {
    return TargetConfig.builder(Records.KINESIS, "t", type, destination);
  }

  static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(30));
  }

  static Batch batch(List<Message> messages) {
    return new Batch(Records.KINESIS, Records.SHARD, messages);
  }

  static Message message(FanoutRecord record) {
    return Message.builder(record.id() + "#" + record.part(), List.of(record)).build();
  }

  static Message joined(List<FanoutRecord> records, String body) {
    Bytes bytes = Bytes.utf8(body);
    return Message.builder("joined", records).body(bytes.length(), () -> bytes).build();
  }
}
