package org.streamfanout.provider.eventbridge;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.TargetConfig;
import org.streamfanout.spi.TargetProvider;
import org.streamfanout.testkit.AwsDestination;
import org.streamfanout.testkit.KitDestination;
import org.streamfanout.testkit.Records;
import org.streamfanout.testkit.TargetProviderKit;

/** Against a stand-in; the fault proxy in between fails as EventBridge does. */
class EventBridgeTargetProviderKitTest extends TargetProviderKit {
  @Override
  protected TargetProvider provider() {
    return new EventBridgeTargetProvider();
  }

  @Override
  protected KitDestination open() {
    return new Bus(new BusStandIn());
  }

  @Override
  protected List<InvalidTarget> invalidTargets() {
    return List.of(
        new InvalidTarget(
            TargetConfig.builder(Records.KINESIS, "t", "eventbridge", "a bus")
                .role("r")
                .externalId("x")
                .region("y")
                .options(Map.of("source", "aws.events", "detailType", "{type}"))
                .build(),
            List.of(
                "'a bus'", "role 'r'", "externalId", "region 'y'", "'aws.events'", "'{type}'")));
  }

  /** A name is looked up in the target's account and region, whatever else it looks like. */
  @Override
  protected Predicate<String> isHarmless() {
    return destination -> destination.matches("[A-Za-z0-9_.-]{1,256}");
  }

  /** A detail is an object, which a pointer is not. */
  @Override
  protected Bytes expected(Message message) {
    return message.storedLength() > 0
        ? Bytes.utf8("{\"claimCheck\":" + message.body().utf8() + "}")
        : message.body();
  }

  private static final class Bus extends AwsDestination {
    private final BusStandIn standIn;

    Bus(BusStandIn standIn) {
      super(standIn.uri(), "PutEvents");
      this.standIn = standIn;
    }

    @Override
    public TargetConfig target() {
      return TargetConfig.builder(Records.KINESIS, "kit", "eventbridge", "default").build();
    }

    @Override
    public List<Bytes> arrived() {
      return standIn.events().stream()
          .map(event -> Bytes.utf8(event.get("Detail").asText()))
          .toList();
    }

    @Override
    public void close() {
      super.close();
      standIn.close();
    }
  }
}
