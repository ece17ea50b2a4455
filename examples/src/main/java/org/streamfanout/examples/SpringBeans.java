package org.streamfanout.examples;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.streamfanout.core.FanoutEngine;
import org.streamfanout.core.ShardDelivery;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.core.registry.InMemoryTargetRegistry;
import org.streamfanout.spi.TargetRegistry;

/** The engine in Spring: a registry, an engine and the host's loop, each a bean. */
@Configuration(proxyBeanMethods = false)
public class SpringBeans {
  /** What the application knows of a shard: how to read it and where to keep its checkpoint. */
  public interface Shard extends Iterable<SourceBatch>, ShardDelivery.Progress {}

  /** Holds what {@code put} gives it; a table's would be {@code DynamoDbTargetRegistry}. */
  @Bean
  public InMemoryTargetRegistry targets() {
    return new InMemoryTargetRegistry();
  }

  /** Closed after the loop, which depends on it. */
  @Bean(destroyMethod = "close")
  public FanoutEngine engine(TargetRegistry targets) {
    return FanoutEngine.builder().registry(targets).build();
  }

  /** A thread for each shard, since the thread that delivers is blocked meanwhile. */
  @Bean(destroyMethod = "close")
  public OwnRuntime loop(FanoutEngine engine, ObjectProvider<Shard> shards) {
    var runtime = new OwnRuntime(engine, new SimpleAsyncTaskExecutor("shard-"));
    shards.forEach(shard -> runtime.start(shard, shard));
    return runtime;
  }
}
