package org.streamfanout.provider.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.streamfanout.spi.Batch;
import org.streamfanout.spi.Deadline;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Outcome;
import org.streamfanout.spi.ProviderContext;
import org.streamfanout.spi.Source;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetSender;
import org.streamfanout.testkit.FaultProxy;
import org.streamfanout.testkit.Messages;
import org.streamfanout.testkit.TestContext;

/** Senders to the tables of DynamoDB Local, with a fault proxy in between. */
final class ProxiedTables implements AutoCloseable {
  private final DynamoDbTargetProvider provider = new DynamoDbTargetProvider();
  private final FaultProxy proxy;
  private final TestContext context;

  ProxiedTables(Tables tables) {
    proxy = FaultProxy.to(tables.endpoint());
    context =
        new TestContext()
            .set(ProviderContext.ENDPOINT_URL, proxy.endpoint().toString())
            .set(ProviderContext.REGION, "us-east-1");
  }

  FaultProxy proxy() {
    return proxy;
  }

  TargetSender open(Source source, String table, Map<String, String> options) {
    TargetConfig target =
        TargetConfig.builder(source, "t", "dynamodb", table).options(options).build();
    provider.validate(target, context);
    return provider.open(target, context);
  }

  static List<Outcome> send(TargetSender sender, FanoutRecord... records) throws Exception {
    return send(sender, Messages.batch(records));
  }

  static List<Outcome> send(TargetSender sender, Batch batch) throws Exception {
    return sender.send(batch, Deadline.after(Duration.ofSeconds(60)));
  }

  static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  @Override
  public void close() {
    context.close();
    proxy.close();
  }
}
