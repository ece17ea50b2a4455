package org.streamfanout.examples;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;

/** The engine in a program of one's own: reads targets from a file and delivers one record. */
public final class EmbeddedFanout {
  private EmbeddedFanout() {}

  /** Delivers one record to the targets of a file. */
  public static void main(String[] arguments) {
    var targets = JsonTargetRegistry.read(Path.of(arguments[0]));
    var source = Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/donations");
    var shard = "shardId-000000000000";
    var data = Bytes.utf8("{\"event\":\"donation\",\"amount\":20}");
    var record = FanoutRecord.builder(shard + ":1", "1").shard(shard).key("ada").data(data).build();
    var builder = FanoutEngine.builder().registry(targets);
    try (var engine = builder.setting(ProviderContext.ALLOW_LOCAL, "true").build()) {
      var batch = new SourceBatch(source, shard, List.of(record));
      var result = engine.process(batch, Deadline.after(Duration.ofSeconds(30)));
      System.out.println("commit up to " + result.checkpoint().lastSettled());
    }
  }
}
