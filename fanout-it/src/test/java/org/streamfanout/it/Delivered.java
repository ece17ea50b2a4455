package org.streamfanout.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.streamfanout.spi.Bytes;
import org.streamfanout.spi.FanoutRecord;
import org.streamfanout.spi.Message;
import org.streamfanout.testkit.InMemoryTarget;

/** One message of one record at a target, with everything that must be the same in every host. */
record Delivered(
    String messageId,
    String id,
    int part,
    String key,
    @Nullable Bytes keyBytes,
    @Nullable String explicitHashKey,
    Bytes body) {

  /** The part of it that does not say where it comes from. */
  record Content(String key, Bytes body) {}

  /** Returns what a target got, and fails if it got anything twice. */
  static Set<Delivered> at(InMemoryTarget targets, String targetId) {
    List<Delivered> all = new ArrayList<>();
    for (Message message : targets.received(targetId)) {
      FanoutRecord record = message.records().get(0);
      all.add(
          new Delivered(
              message.id(),
              record.id(),
              record.part(),
              record.key(),
              record.keyBytes(),
              record.explicitHashKey(),
              message.body()));
    }
    Set<Delivered> once = Set.copyOf(all);
    if (once.size() != all.size()) {
      throw new AssertionError(
          targetId + " got " + all.size() + " messages, but only " + once.size() + " differ");
    }
    return once;
  }

  Content content() {
    return new Content(key, body);
  }
}
