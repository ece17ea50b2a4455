package org.streamfanout.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One change of a DynamoDB table, as its stream tells it. Immutable; maps keep the event's order.
 *
 * @param type what happened to the item
 * @param keys the item's key attributes
 * @param newImage the item after the change; null for a removal, and where the stream's view type
 *     leaves it out
 * @param oldImage the item before the change; null for an insert, and where the view type leaves it
 *     out
 */
public record TableChange(
    Type type,
    Map<String, AttributeValue> keys,
    @Nullable Map<String, AttributeValue> newImage,
    @Nullable Map<String, AttributeValue> oldImage) {

  /** What happened, with DynamoDB's own names. */
  public enum Type {
    /** A new item. */
    INSERT,
    /** A changed item. */
    MODIFY,
    /** A removed item. */
    REMOVE
  }

  /** Copies the maps. */
  public TableChange {
    Objects.requireNonNull(type, "type");
    keys = copy(keys);
    newImage = newImage == null ? null : copy(newImage);
    oldImage = oldImage == null ? null : copy(oldImage);
  }

  private static Map<String, AttributeValue> copy(Map<String, AttributeValue> attributes) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }
}
