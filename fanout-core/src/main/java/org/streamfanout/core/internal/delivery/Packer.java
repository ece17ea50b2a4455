package org.streamfanout.core.internal.delivery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.streamfanout.core.internal.delivery.Outbound.DeadLetterOrigin;
import org.streamfanout.core.internal.pipeline.Collapser;
import org.streamfanout.core.internal.pipeline.MessageIds;
import org.streamfanout.core.internal.pipeline.TargetPlan;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.Collapse;
import org.streamfanout.spi.Failure;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Limits;
import org.streamfanout.spi.Message;
import org.streamfanout.spi.Ordering;
import org.streamfanout.spi.TargetSender;

/**
 * Turns the records of one target into messages in lanes: by key or in list order, joined up to the
 * limit, each with its exact size. Not thread-safe.
 */
final class Packer {
  static final Object SINGLE_LANE = "*";

  private final MessageIds ids;
  private final TargetSender sender;
  private final Ordering ordering;
  private final Collapse collapse;
  private final Collapser collapser;
  private final Limits limits;
  private final SafeTracing tracing;
  private final @Nullable ClaimChecks claims;

  final List<Lane> lanes = new ArrayList<>();
  final Map<String, ConflictQueue> conflicts = new HashMap<>();
  private final Map<Object, Lane> lanesByKey = new HashMap<>();
  private final Map<Object, Group> open = new LinkedHashMap<>();

  /** Records that are being joined. */
  private static final class Group {
    final List<FanoutRecord> records = new ArrayList<>();
    final List<Integer> outputs = new ArrayList<>();
    long contributions;
    long overhead;
  }

  Packer(
      MessageIds ids,
      TargetSender sender,
      Ordering ordering,
      Collapse collapse,
      Collapser collapser,
      Limits limits,
      SafeTracing tracing,
      @Nullable ClaimChecks claims) {
    this.ids = ids;
    this.sender = sender;
    this.ordering = ordering;
    this.collapse = collapse;
    this.collapser = collapser;
    this.limits = limits;
    this.tracing = tracing;
    this.claims = claims;
  }

  Limits limits() {
    return limits;
  }

  /** Packs a whole plan. */
  void pack(TargetPlan plan) {
    int count = plan.outputCount();
    for (int output = 0; output < count; output++) {
      if (!plan.isOutputPlanned(output)) {
        continue;
      }
      FanoutRecord record = plan.outputRecord(output);
      Failure rejection = plan.outputRejection(output);
      Object key = groupKey(record);
      if (rejection != null || collapse == Collapse.NONE || record.isTombstone()) {
        close(key);
        add(List.of(record), new int[] {output}, rejection, null);
      } else {
        join(key, record, output);
      }
    }
    open.values().forEach(this::flush);
    open.clear();
    if (plan.hasAttemptsBefore()) {
      lanes.forEach(lane -> countAttemptsBefore(lane, plan));
    }
  }

  /** The fewest, so that no record is given up before it had its own attempts. */
  private static void countAttemptsBefore(Lane lane, TargetPlan plan) {
    for (Outbound at = lane.head; at != null; at = at.next) {
      at.attemptsBefore = Arrays.stream(at.outputs).map(plan::attemptsBefore).min().orElse(0);
      at.attempts = at.attemptsBefore;
    }
  }

  /** Packs one dead letter. */
  Outbound deadLetter(FanoutRecord record, int order, DeadLetterOrigin origin) {
    return add(List.of(record), new int[] {order}, null, origin);
  }

  private Object groupKey(FanoutRecord record) {
    return ordering == Ordering.KEY ? record.key() : SINGLE_LANE;
  }

  private void join(Object key, FanoutRecord record, int output) {
    int contribution = collapser.contribution(record);
    Group group = open.get(key);
    if (group != null
        && !fits(group, group.records.size() + 1, group.contributions + contribution)) {
      close(key);
      group = null;
    }
    if (group == null) {
      group = new Group();
      group.overhead = overhead(record, contribution);
      open.put(key, group);
    }
    group.records.add(record);
    group.outputs.add(output);
    group.contributions += contribution;
  }

  private boolean fits(Group group, int records, long contributions) {
    return collapser.length(records, contributions) + group.overhead <= limits.maxMessageBytes();
  }

  /** What the destination counts beside the body, by the first record's message. */
  private long overhead(FanoutRecord record, int contribution) {
    long length = collapser.length(1, contribution);
    return length > Integer.MAX_VALUE
        ? 0
        : sender.sizeInBytes(message(List.of(record), (int) length, new Lane(SINGLE_LANE)))
            - length;
  }

  private void close(Object key) {
    Group group = open.remove(key);
    if (group != null) {
      flush(group);
    }
  }

  private void flush(Group group) {
    add(
        List.copyOf(group.records),
        group.outputs.stream().mapToInt(Integer::intValue).toArray(),
        null,
        null);
  }

  private Outbound add(
      List<FanoutRecord> records,
      int[] outputs,
      @Nullable Failure rejection,
      @Nullable DeadLetterOrigin origin) {
    Lane lane = laneOf(records.get(0), origin);
    Outbound message = make(records, outputs, lane, rejection, null, origin);
    int count = records.size();
    if (message.size > limits.maxMessageBytes() && count > 1) {
      // The overhead of the first record did not hold for all of them.
      int half = count / 2;
      add(records.subList(0, half), Arrays.copyOfRange(outputs, 0, half), null, null);
      return add(
          records.subList(half, count), Arrays.copyOfRange(outputs, half, count), null, null);
    }
    lane.append(message);
    if (message.conflict != null) {
      message.conflict.add(message);
    }
    return message;
  }

  private Lane laneOf(FanoutRecord first, @Nullable DeadLetterOrigin origin) {
    Object key =
        switch (ordering) {
          case NONE -> origin == null ? new Object() : origin.message().lane;
          case KEY -> first.key();
          case BATCH, SHARD -> SINGLE_LANE;
        };
    boolean ofLetters = ordering == Ordering.NONE && origin != null;
    boolean alone = ordering == Ordering.NONE && origin == null;
    Lane lane = alone ? null : lanesByKey.get(key);
    if (lane == null) {
      lane = new Lane(key, ofLetters);
      lanes.add(lane);
      if (!alone) {
        lanesByKey.put(key, lane);
      }
    }
    return lane;
  }

  private Outbound make(
      List<FanoutRecord> records,
      int[] outputs,
      Lane lane,
      @Nullable Failure rejection,
      @Nullable ConflictQueue known,
      @Nullable DeadLetterOrigin origin) {
    Failure preset = rejection;
    int bodyLength = 0;
    long size = 0;
    long pointerSize = 0;
    ConflictQueue conflict = known;
    Message kept = null;
    if (preset == null) {
      long length = bodyLength(records);
      if (length > Integer.MAX_VALUE) {
        preset = tooLarge(length);
      } else {
        bodyLength = (int) length;
        Message probe = message(records, bodyLength, lane);
        // Without collapse the body is the record's own data: nothing is encoded, nothing kept
        // twice.
        kept = collapse == Collapse.NONE ? probe : null;
        size = sender.sizeInBytes(probe);
        if (size > limits.maxMessageBytes() && records.size() == 1) {
          pointerSize = pointerSize(probe);
          preset = pointerSize > 0 ? null : tooLarge(size);
        }
        String conflictKey = conflict != null ? null : sender.conflictKey(probe);
        if (conflictKey != null) {
          conflict = conflicts.computeIfAbsent(conflictKey, ConflictQueue::new);
        }
      }
    }
    Outbound message =
        new Outbound(records, outputs, bodyLength, size, lane, preset, kept, conflict, origin);
    if (pointerSize > 0) {
      message.claim(pointerSize);
    }
    return message;
  }

  /** Returns the size of the pointer that may stand for a message's body; 0 if none may. */
  private long pointerSize(Message whole) {
    if (claims == null || whole.isTombstone()) {
      return 0;
    }
    long size = sender.sizeInBytes(claims.sample(whole));
    return size <= limits.maxMessageBytes() ? size : 0;
  }

  /** Lets a message of one record that was refused for its size go by claim check, if it may. */
  boolean claim(Outbound message) {
    long pointerSize = message.claimed ? 0 : pointerSize(message(message));
    if (pointerSize == 0) {
      return false;
    }
    message.claim(pointerSize);
    return true;
  }

  private Failure tooLarge(long size) {
    return Failure.rejected(
        "TooLarge",
        "the message has "
            + size
            + " bytes, the destination takes "
            + limits.maxMessageBytes()
            + " at most");
  }

  private long bodyLength(List<FanoutRecord> records) {
    if (records.size() == 1 && records.get(0).isTombstone()) {
      return 0;
    }
    long contributions = 0;
    for (FanoutRecord record : records) {
      contributions += collapser.contribution(record);
    }
    return collapser.length(records.size(), contributions);
  }

  /** Replaces a message that is too large by its two halves, in its place. */
  void split(Outbound message) {
    int half = message.records.size() / 2;
    Outbound first = part(message, 0, half);
    Outbound second = part(message, half, message.records.size());
    message.lane.replace(message, first, second);
    if (message.conflict != null) {
      message.conflict.replaceFirst(first, second);
    }
  }

  private Outbound part(Outbound whole, int from, int to) {
    Outbound part =
        make(
            List.copyOf(whole.records.subList(from, to)),
            Arrays.copyOfRange(whole.outputs, from, to),
            whole.lane,
            null,
            whole.conflict,
            null);
    part.attempts = whole.attempts;
    part.tried = whole.tried;
    part.attemptsBefore = whole.attemptsBefore;
    part.firstTriedAt = whole.firstTriedAt;
    part.lastTriedAt = whole.lastTriedAt;
    return part;
  }

  /** Returns a message with its whole body; where that is claimed, a pointer goes in its place. */
  Message message(Outbound outbound) {
    return outbound.kept != null
        ? outbound.kept
        : message(outbound.records, outbound.bodyLength, outbound.lane);
  }

  private Message message(List<FanoutRecord> records, int bodyLength, Lane lane) {
    return Message.builder(() -> ids.of(records), records)
        .lane(lane.key)
        .body(bodyLength, () -> encode(records))
        .attributes(tracing.attributes(records))
        .build();
  }

  private Bytes encode(List<FanoutRecord> records) {
    return records.size() == 1 && records.get(0).isTombstone()
        ? Bytes.EMPTY
        : collapser.encode(records);
  }
}
