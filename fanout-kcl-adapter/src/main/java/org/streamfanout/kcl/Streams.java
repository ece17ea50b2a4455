package org.streamfanout.kcl;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.streamfanout.spi.Arn;
import org.streamfanout.spi.Source;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.StreamConfig;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.processor.FormerStreamsLeasesDeletionStrategy;
import software.amazon.kinesis.processor.MultiStreamTracker;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.processor.StreamTracker;

/** The streams of a worker, resolved; at least one. */
record Streams(List<TrackedStream.Resolved> all, InitialPositionInStreamExtended position) {

  boolean areSeveral() {
    return all.size() > 1;
  }

  TrackedStream.Resolved first() {
    return all.get(0);
  }

  StreamTracker tracker() {
    List<StreamConfig> configs = all.stream().map(each -> each.config(position)).toList();
    return areSeveral()
        ? new SeveralStreams(configs, position)
        : new SingleStreamTracker(first().identifier(), configs.get(0));
  }

  /**
   * Returns the source of each stream that KCL may name. The lease table may still have one that
   * this worker was not told of: its ARN is made up from its neighbours', and its records are held
   * unless somebody has registered targets for it.
   */
  Function<StreamIdentifier, Source> sources() {
    if (!areSeveral()) {
      return unused -> first().source();
    }
    Map<String, Source> known =
        all.stream()
            .collect(
                Collectors.toMap(
                    each -> each.identifier().serialize(), TrackedStream.Resolved::source));
    return identifier -> {
      Source source = known.get(identifier.serialize());
      return source != null ? source : neighbour(identifier);
    };
  }

  private Source neighbour(StreamIdentifier identifier) {
    Arn near = Arn.parse(first().source().id()).orElseThrow();
    String account = identifier.accountIdOptional().orElse(near.account());
    return Source.of(
        new Arn(
                near.partition(),
                near.service(),
                near.region(),
                account,
                "stream/" + identifier.streamName())
            .toString());
  }

  /** Never deletes the leases of a stream: that would lose how far it has been read. */
  private record SeveralStreams(
      List<StreamConfig> streamConfigList, InitialPositionInStreamExtended position)
      implements MultiStreamTracker {
    @Override
    public FormerStreamsLeasesDeletionStrategy formerStreamsLeasesDeletionStrategy() {
      return new FormerStreamsLeasesDeletionStrategy.NoLeaseDeletionStrategy();
    }

    @Override
    public InitialPositionInStreamExtended orphanedStreamInitialPositionInStream() {
      return position;
    }
  }
}
