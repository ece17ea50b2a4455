package org.streamfanout.lambda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.SourceBatch;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Source;

/**
 * The batches of one event, by source and shard, in the order of their first records. Used by one
 * thread.
 */
final class EventBatches {
  private final Map<Origin, List<FanoutRecord>> batches = new LinkedHashMap<>();
  private Source.@Nullable Type type;
  private @Nullable String lastArn;
  private @Nullable Source lastSource;
  private @Nullable Origin lastOrigin;
  private List<FanoutRecord> lastBatch = List.of();

  private record Origin(Source source, @Nullable String shard) {}

  /** Returns the source that an ARN names, which has to be of a type. */
  Source source(String arn, Source.Type wanted, String member) {
    Source source = lastSource;
    if (source == null || !arn.equals(lastArn)) {
      try {
        source = Source.of(arn);
      } catch (IllegalArgumentException e) {
        throw new EventSyntaxException(
            member + " '" + EventMembers.quotable(arn) + "' is no source's ARN", e);
      }
      lastArn = arn;
      lastSource = source;
    }
    if (source.type() != wanted) {
      throw new EventSyntaxException(
          member
              + " '"
              + EventMembers.quotable(arn)
              + "' is not one of eventSource aws:"
              + wanted.name().toLowerCase(Locale.ROOT));
    }
    return source;
  }

  /** Returns the first letters of a text, as the last batch's shard where they are the same. */
  String shard(String text, int length) {
    Origin last = lastOrigin;
    return last != null
            && last.shard != null
            && last.shard.length() == length
            && text.startsWith(last.shard)
        ? last.shard
        : text.substring(0, length);
  }

  /** Adds a record to the batch of its source and shard. */
  void add(Source source, @Nullable String shard, FanoutRecord record) {
    Origin last = lastOrigin;
    if (last == null || !last.source.equals(source) || !Objects.equals(last.shard, shard)) {
      if (type != null && type != source.type()) {
        throw new EventSyntaxException(
            "a record of " + source.type() + " stands in an event of " + type);
      }
      type = source.type();
      Origin origin = new Origin(source, shard);
      lastOrigin = origin;
      lastBatch = batches.computeIfAbsent(origin, unused -> new ArrayList<>());
    }
    lastBatch.add(record);
  }

  /** Returns all batches. */
  List<SourceBatch> all() {
    List<SourceBatch> all = new ArrayList<>(batches.size());
    batches.forEach(
        (origin, records) -> all.add(new SourceBatch(origin.source, origin.shard, records)));
    return all;
  }
}
