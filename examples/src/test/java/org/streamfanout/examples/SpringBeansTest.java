package org.streamfanout.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetRegistry;

class SpringBeansTest {
  private static final Source SOURCE =
      Source.of("arn:aws:kinesis:us-east-1:123456789012:stream/donations");

  @Test
  void context_withAShard_deliversItAndClosesTheEngine(@TempDir Path folder) throws Exception {
    Path delivered = folder.resolve("delivered.jsonl");
    QueuedShard shard = new QueuedShard(SOURCE, "one");
    FanoutEngine engine;
    try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
      context.registerBean(SpringBeans.Shard.class, () -> shard);
      context.register(SpringBeans.class);
      // Files need the operator's word, which the example's engine does not give.
      context.setAllowBeanDefinitionOverriding(true);
      context.registerBean(
          "engine",
          FanoutEngine.class,
          () ->
              FanoutEngine.builder()
                  .registry(context.getBean(TargetRegistry.class))
                  .setting(ProviderContext.ALLOW_LOCAL, "true")
                  .build());
      context.refresh();
      engine = context.getBean(FanoutEngine.class);
      context
          .getBean(InMemoryTargetRegistry.class)
          .put(
              TargetConfig.builder(SOURCE, "a", "file", delivered.toString())
                  .options(Map.of("format", "raw"))
                  .build());
      shard.put("1", "2");

      shard.awaitCommit("2");
      shard.end();
    }
    assertThat(delivered).content().contains("1").contains("2");
    SourceBatch empty = new SourceBatch(SOURCE, "one", List.of());
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    assertThatThrownBy(() -> engine.process(empty, deadline))
        .isInstanceOf(IllegalStateException.class);
  }
}
