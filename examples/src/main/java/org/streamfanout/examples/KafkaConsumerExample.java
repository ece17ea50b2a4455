package org.streamfanout.examples;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.registry.JsonTargetRegistry;
import org.streamfanout.kafka.FanoutConsumer;
import org.streamfanout.spi.ProviderContext;

/** A member of a consumer group that delivers a topic to the targets of a file until SIGTERM. */
public final class KafkaConsumerExample {
  private KafkaConsumerExample() {}

  /** Takes bootstrap servers, a topic and a file of targets; returns once it was stopped. */
  public static void main(String[] arguments) {
    var targets = JsonTargetRegistry.read(Path.of(arguments[2]));
    var builder = FanoutEngine.builder().registry(targets);
    try (var engine = builder.setting(ProviderContext.ALLOW_LOCAL, "true").build();
        var consumer =
            FanoutConsumer.builder()
                .engine(engine)
                .properties(Map.of("bootstrap.servers", arguments[0], "group.id", "fanout"))
                .topics(arguments[1])
                .build()) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> consumer.stop(Duration.ofSeconds(20))));
      consumer.run();
    }
  }
}
