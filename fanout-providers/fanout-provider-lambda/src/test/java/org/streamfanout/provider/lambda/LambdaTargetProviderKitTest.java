package org.streamfanout.provider.lambda;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;

/** Against a {@linkplain LambdaStandIn stand-in}. */
@Timeout(300)
class LambdaTargetProviderKitTest extends TargetProviderKit {
  @Override
  protected TargetProvider provider() {
    return new LambdaTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new LambdaStandIn();
  }

  @Override
  protected boolean failsEntries() {
    return false;
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "lambda", "no function")
                .role("nobody")
                .externalId("\u00e9")
                .region("nowhere")
                .options(Map.of("invocation", "Sometimes"))
                .build(),
            List.of("no function", "nobody", "externalId", "nowhere", "Sometimes")),
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "lambda", LambdaStandIn.FUNCTION)
                .region("us-east-1")
                .build(),
            List.of("us-east-1")));
  }

  /** A name and nothing else is a function of the account's own region. */
  @Override
  protected Predicate<String> isHarmless() {
    return destination -> destination.matches("[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?");
  }
}
