package org.streamfanout.provider.iot;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;

/** Against a {@linkplain IotStandIn stand-in}. */
@Timeout(300)
class IotTargetProviderKitTest extends TargetProviderKit {
  @Override
  protected TargetProvider provider() {
    return new IotTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new IotStandIn();
  }

  @Override
  protected boolean failsEntries() {
    return false;
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "iot", "evil.example#a/+/{key}")
                .role("nobody")
                .region("nowhere")
                .options(Map.of("qos", "2"))
                .build(),
            List.of("evil.example", "without + and #", "topicPattern", "nobody", "nowhere", "qos")),
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "iot", IotStandIn.DESTINATION)
                .region("us-east-1")
                .options(Map.of("topicPattern", "a/*"))
                .build(),
            List.of("us-east-1", "without {key}")));
  }
}
